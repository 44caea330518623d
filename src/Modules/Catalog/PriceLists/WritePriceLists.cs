using System.Text.Json;
using Dapper;
using HeadlessPro.Catalog.Products;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Jobs;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace HeadlessPro.Catalog.PriceLists;

/// <summary>Creates, changes and deletes price lists. A job at its start and its end tells caches that prices change then.</summary>
internal static class WritePriceLists
{
    public const string TurnJob = "catalog.price_list_turns";

    public static async Task<IResult> Create(Body<CreatePriceListRequest> body, Db db, CheckReferences references, CancellationToken ct)
    {
        var (request, key) = (body.Value, WireId.New());
        var prices = (request.Prices ?? []).Select((p, i) => ListPrices.New(p, key, Checked.At("", "prices", i))).ToList();
        var row = new
        {
            key,
            title = Checked.Required("title", request.Title),
            description = Checked.Text("description", request.Description, Longest.Description) ?? "",
            type = Checked.OneOf("type", request.Type, "sale", "override"),
            status = Checked.OneOf("status", request.Status, "draft", "active"),
            starts = request.StartsAt?.ToUniversalTime(),
            ends = request.EndsAt?.ToUniversalTime(),
            rules = Rules(request.Rules) ?? "{}",
        };
        CheckTimes(row.starts, row.ends);
        await ListPrices.MustName(prices, [], references, ct);
        return await ListPrices.Refusing(async () =>
        {
            await using var tx = await db.Begin(ct);
            await tx.Connection.ExecuteAsync(new CommandDefinition("""
                insert into catalog.price_lists (id, title, description, type, status, starts_at, ends_at, rules)
                values (@key, @title, @description, @type, @status, @starts, @ends, @rules::jsonb)
                """, row, tx.Inner, cancellationToken: ct));
            var products = await ListPrices.Write(tx, prices, ct);
            await EnqueueTurns(tx, key, row.starts, row.ends, ct);
            tx.Publish(new CatalogChanged(products));
            await tx.Commit(ct);
            return await ReadPriceLists.Answer(key, Fields.All, db, ct);
        });
    }

    public static async Task<IResult> Update(string id, Body<UpdatePriceListRequest> body, Db db, CancellationToken ct)
    {
        var (request, key) = (body.Value, PriceListRow.Key(id));
        var title = request.Title.IsSet ? Checked.Required("title", request.Title.Value) : null;
        var description = request.Description.IsSet ? Checked.Text("description", request.Description.Value, Longest.Description) ?? "" : null;
        var type = request.Type.IsSet ? Checked.OneOf("type", request.Type.Value, "sale", "override") : null;
        var status = request.Status.IsSet ? Checked.OneOf("status", request.Status.Value, "draft", "active") : null;
        var rules = Rules(request.Rules);
        await using (var tx = await db.Begin(ct))
        {
            var before = await Lock(tx, id, ct);
            var (starts, ends) = (request.StartsAt.Or(before.StartsAt)?.ToUniversalTime(), request.EndsAt.Or(before.EndsAt)?.ToUniversalTime());
            CheckTimes(starts, ends);
            await tx.Connection.ExecuteAsync(new CommandDefinition("""
                update catalog.price_lists set
                    title = coalesce(@title, title), description = coalesce(@description, description), type = coalesce(@type, type),
                    status = coalesce(@status, status), starts_at = @starts, ends_at = @ends, rules = coalesce(@rules::jsonb, rules), updated_at = now()
                where id = @key
                """, new { key, title, description, type, status, starts, ends, rules }, tx.Inner, cancellationToken: ct));
            await EnqueueTurns(tx, key, starts == before.StartsAt ? null : starts, ends == before.EndsAt ? null : ends, ct);
            tx.Publish(new CatalogChanged(await ListPrices.ProductsOf(tx, key, ct)));
            await tx.Commit(ct);
        }

        return await ReadPriceLists.Answer(key, Fields.All, db, ct);
    }

    public static async Task<IResult> Delete(string id, Db db, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        var list = await Lock(tx, id, ct);
        await tx.Connection.ExecuteAsync(new CommandDefinition(
            "update catalog.price_lists set deleted_at = now() where id = @Id", list, tx.Inner, cancellationToken: ct));
        tx.Publish(new CatalogChanged(await ListPrices.ProductsOf(tx, list.Id, ct)));
        await tx.Commit(ct);
        return Reply.Deleted(id, "price_list");
    }

    /// <summary>The list, held until the end of the transaction.</summary>
    public static async Task<PriceListRow> Lock(Transaction tx, string id, CancellationToken ct) =>
        await tx.Connection.QuerySingleOrDefaultAsync<PriceListRow>(new CommandDefinition(
            $"select {PriceListRow.Columns} from catalog.price_lists l where l.id = @key and l.deleted_at is null for update",
            new { key = PriceListRow.Key(id) }, tx.Inner, cancellationToken: ct))
        ?? throw CatalogErrors.NotFound(PriceListRow.What, id);

    /// <summary>The job: prices of the list begin or end to count at this moment.</summary>
    public static async Task Turn(IServiceProvider services, string payload, CancellationToken ct)
    {
        var key = JsonSerializer.Deserialize(payload, AdminJson.Default.Guid);
        await using var tx = await ((Db)services.GetService(typeof(Db))!).Begin(ct);
        tx.Publish(new CatalogChanged(await ListPrices.ProductsOf(tx, key, ct)));
        await tx.Commit(ct);
    }

    private static async Task EnqueueTurns(Transaction tx, Guid key, DateTimeOffset? starts, DateTimeOffset? ends, CancellationToken ct)
    {
        foreach (var at in (DateTimeOffset?[])[starts, ends])
            if (at is { } time) await JobQueue.Enqueue(tx, TurnJob, JsonSerializer.Serialize(key, AdminJson.Default.Guid), time, key: null, ct);
    }

    private static void CheckTimes(DateTimeOffset? starts, DateTimeOffset? ends)
    {
        if (starts >= ends) throw CatalogErrors.Invalid("Invalid request: Value for field 'ends_at' must be later than 'starts_at'");
    }

    private static string? Rules(IReadOnlyDictionary<string, IReadOnlyList<string>>? rules)
    {
        if (rules is null) return null;
        foreach (var (attribute, values) in rules)
        {
            var path = Checked.At("rules", attribute);
            if (attribute != "customer.groups.id") throw CatalogErrors.Invalid($"Invalid request: Unrecognized fields: '{Checked.Text("rules", path, 1000)}'");
            if (values.Count is 0 or > 1000) throw CatalogErrors.Invalid($"Invalid request: Field '{path}' must have 1 to 1000 entries");
            for (var i = 0; i < values.Count; i++) Checked.Id(Checked.At("rules", attribute, i), "cusgroup", values[i]);
        }

        return JsonSerializer.Serialize(rules, AdminJson.Default.IReadOnlyDictionaryStringIReadOnlyListString);
    }
}
