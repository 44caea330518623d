using Dapper;
using HeadlessPro.Catalog.Products;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog.PriceLists;

/// <summary>Creates, changes and deletes prices of a list in one step: all or nothing.</summary>
internal static class BatchListPrices
{
    public static async Task<IResult> Handle(string id, Body<BatchListPricesRequest> body, Db db, CheckReferences references, CancellationToken ct)
    {
        var key = PriceListRow.Key(id);
        var created = (body.Value.Create ?? []).Select((p, i) => ListPrices.New(p, key, Checked.At("", "create", i))).ToList();
        var changes = (body.Value.Update ?? []).Select((c, i) => (Change: c, Path: Checked.At("", "update", i))).ToList();
        var changed = changes.Select(c => Checked.Id(Checked.At(c.Path, "id"), "price", c.Change.Id)).ToList();
        var deleted = Checked.Ids("delete", "price", body.Value.Delete);
        var twice = changed.Concat(deleted).GroupBy(p => p).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null) throw CatalogErrors.Invalid($"Invalid request: Fields 'update' and 'delete' name '{WireId.Encode("price", twice.Key)}' more than once");
        await ListPrices.MustName(created, changes.Select(c => ApplyVariants.Region(c.Change.Rules.Value, c.Path)), references, ct);

        return await ListPrices.Refusing(async () =>
        {
            await using var tx = await db.Begin(ct);
            await WritePriceLists.Lock(tx, id, ct);
            var known = await Load(tx, key, [.. changed, .. deleted], ct);
            for (var i = 0; i < changes.Count; i++) ListPrices.Apply(changes[i].Change, known[changed[i]], changes[i].Path);
            var gone = deleted.Concat(changed).ToArray();
            var before = await tx.Connection.QueryAsync<Guid>(new CommandDefinition("""
                with gone as (delete from catalog.prices where id = any (@gone) returning variant_id)
                select distinct v.product_id from gone join catalog.variants v on v.id = gone.variant_id
                """, new { gone }, tx.Inner, cancellationToken: ct));
            var products = await ListPrices.Write(tx, [.. created, .. changed.Select(p => known[p])], ct);
            await tx.Connection.ExecuteAsync(new CommandDefinition(
                "update catalog.price_lists set updated_at = now() where id = @key", new { key }, tx.Inner, cancellationToken: ct));
            tx.Publish(new CatalogChanged(before.Union(products).ToArray()));
            await tx.Commit(ct);

            await using var connection = await db.Open(ct);
            return Reply.Json(
                new BatchListPricesResponse(
                    await ReadPriceLists.Prices(connection, "c.id = any (@ids)", created.Select(p => p.Id).ToArray(), ct),
                    await ReadPriceLists.Prices(connection, "c.id = any (@ids)", [.. changed], ct),
                    new BatchDeletedResponse(deleted.Select(p => WireId.Encode("price", p)).ToList(), "price", true)),
                AdminJson.Default.BatchListPricesResponse);
        });
    }

    private static async Task<Dictionary<Guid, PriceDraft>> Load(Transaction tx, Guid list, Guid[] ids, CancellationToken ct)
    {
        var known = (await tx.Connection.QueryAsync<PriceDraft>(new CommandDefinition("""
            select c.id, c.variant_id, c.price_list_id, c.currency_code, c.amount, c.compare_at_amount, c.region_id, c.min_quantity, c.max_quantity
            from catalog.prices c where c.id = any (@ids) and c.price_list_id = @list
            """, new { ids, list }, tx.Inner, cancellationToken: ct))).ToDictionary(p => p.Id);
        var missing = ids.Where(id => !known.ContainsKey(id)).Select(id => WireId.Encode("price", id)).ToList();
        return missing.Count == 0
            ? known
            : throw new ErrorException(Error.NotFound($"Prices with ids: {string.Join(", ", missing)} were not found in the price list"));
    }
}
