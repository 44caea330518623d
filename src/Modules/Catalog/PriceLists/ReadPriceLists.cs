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
    private static readonly Dictionary<string, string> OrderColumns = new(StringComparer.Ordinal)
    {
        ["id"] = "l.id",
        ["title"] = "l.title",
        ["status"] = "l.status",
        ["starts_at"] = "l.starts_at",
        ["ends_at"] = "l.ends_at",
        ["created_at"] = "l.created_at",
        ["updated_at"] = "l.updated_at",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var paging = query.Paging(50);
        var order = query.Order(OrderColumns) ?? "l.created_at desc";
        var fields = query.Fields("*", "rules.**");
        var filter = new
        {
            Q = Check.Like(query.Text("q")),
            Ids = query.Ids("id", PriceListRow.Prefix),
            Statuses = query.Texts("status")?.ToArray(),
            Types = query.Texts("type")?.ToArray(),
            paging.Limit,
            paging.Offset,
        };
        query.RejectUnknown();

        const string where = """
            l.deleted_at is null and (@Q is null or l.title ilike @Q or l.description ilike @Q) and (@Ids::uuid[] is null or l.id = any (@Ids))
            and (@Statuses::text[] is null or l.status = any (@Statuses)) and (@Types::text[] is null or l.type = any (@Types))
            """;
        await using var connection = await db.Open(ct);
        using var answers = await connection.QueryMultipleAsync(new CommandDefinition($"""
            select count(*) from catalog.price_lists l where {where};
            select {PriceListRow.Columns} from catalog.price_lists l where {where} order by {order}, l.id limit @Limit offset @Offset
            """, filter, cancellationToken: ct));
        var count = await answers.ReadSingleAsync<long>();
        var rows = (await answers.ReadAsync<PriceListRow>()).AsList();
        var wire = rows.Select(r => r.ToWire()).ToList();
        if (fields.Wants("prices"))
        {
            var prices = await Prices(connection, "c.price_list_id = any (@ids)", rows.Select(r => r.Id).ToArray(), ct);
            foreach (var list in wire) list.Prices = prices.Where(p => p.PriceListId == list.Id).ToList();
        }

        return Reply.Page("price_lists", wire, AdminJson.Default.PriceListResponse, fields, count, paging);
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
        if (row is null) throw Check.NotFound(PriceListRow.What, WireId.Encode(PriceListRow.Prefix, key));
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
