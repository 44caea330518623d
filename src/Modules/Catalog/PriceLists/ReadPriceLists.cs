using Dapper;
using HeadlessPro.Catalog.Products;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog.PriceLists;

/// <summary>Lists price lists (their prices on demand: <c>fields=+prices</c>) and reads one with its prices.</summary>
internal static class ReadPriceLists
{
    private static readonly SqlList PriceLists = new("catalog.price_lists l", PriceListRow.Columns, "l.id")
    {
        Alive = "l.deleted_at is null",
        Filters = (filter, query) => filter
            .And("(l.title ilike @value or l.description ilike @value)", ListFilter.Pattern(query.Text("q")))
            .And("l.id = any (@value)", query.Ids("id", PriceListRow.Prefix))
            .And("l.status = any (@value)", query.Texts("status"))
            .And("l.type = any (@value)", query.Texts("type"))
            .AndTimes(query, "l").AndTimes(query, "l", "starts_at").AndTimes(query, "l", "ends_at"),
        Orders = SqlList.Columns("l", "id", "title", "status", "starts_at", "ends_at", "created_at", "updated_at"),
        DefaultOrder = "l.created_at desc",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = query.Fields("*", "rules.**");
        var list = PriceLists.Of(query);
        await using var connection = await db.Open(ct);
        var page = (await list.Read<PriceListRow>(connection, ct)).To(r => (Key: r.Id, Wire: r.ToWire()));
        if (fields.Wants("prices"))
        {
            var prices = await Prices(connection, "c.price_list_id = any (@ids)", page.Rows.Select(r => r.Key).ToArray(), ct);
            foreach (var (_, wire) in page.Rows) wire.Prices = prices.Where(p => p.PriceListId == wire.Id).ToList();
        }

        return Reply.Page("price_lists", page.To(r => r.Wire), AdminJson.Default.PriceListResponse, fields);
    }

    public static async Task<IResult> One(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        var key = PriceListRow.Key(id);
        var fields = query.Fields("*", "rules.**", "prices.**");
        query.RejectUnknown();
        return await Answer(key, fields, db, ct);
    }

    public static async Task<IResult> Answer(Guid key, Fields fields, Db db, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var row = await connection.QuerySingleOrDefaultAsync<PriceListRow>(new CommandDefinition(
            $"select {PriceListRow.Columns} from catalog.price_lists l where l.id = @key and l.deleted_at is null", new { key }, cancellationToken: ct));
        if (row is null) throw CatalogErrors.NotFound(PriceListRow.What, WireId.Encode(PriceListRow.Prefix, key));
        var wire = row.ToWire();
        if (fields.Wants("prices")) wire.Prices = await Prices(connection, "c.price_list_id = any (@ids)", [key], ct);
        return Reply.One("price_list", wire, AdminJson.Default.PriceListResponse, fields);
    }

    public static async Task<IReadOnlyList<AdminPriceResponse>> Prices(Npgsql.NpgsqlConnection connection, string condition, Guid[] ids, CancellationToken ct) =>
        (await connection.QueryAsync<AdminPriceRow>(new CommandDefinition(
            $"""
            select {AdminPriceRow.Columns} from catalog.prices c where {condition}
            order by c.variant_id, c.currency_code, c.region_id nulls first, c.min_quantity nulls first, c.id
            """, new { ids }, cancellationToken: ct)))
        .Select(p => p.ToWire()).ToList();
}
