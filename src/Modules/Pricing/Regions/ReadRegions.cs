using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Pricing.Regions;

/// <summary>Regions for staff: a list with filters, and one by id.</summary>
internal static class ReadRegions
{
    private static readonly string[] Defaults =
    [
        "id", "name", "currency_code", "created_at", "updated_at", "deleted_at", "metadata", "automatic_taxes", "is_tax_inclusive", "countries", "payment_providers",
    ];

    private static readonly Dictionary<string, string> OrderColumns = new(StringComparer.Ordinal)
    {
        ["id"] = "r.id",
        ["name"] = "r.name",
        ["currency_code"] = "r.currency_code",
        ["created_at"] = "r.created_at",
        ["updated_at"] = "r.updated_at",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var paging = query.Paging(50);
        var order = query.Order(OrderColumns) ?? "r.created_at asc";
        var fields = query.Fields(Defaults);
        var sql = new ListSql("r.deleted_at is null")
            .Add("r.id = any (@ids)", "ids", query.Ids("id", RegionRow.Prefix))
            .Add("r.name = any (@names)", "names", query.Texts("name")?.ToArray())
            .Add("r.currency_code = any (@currencies)", "currencies", query.Texts("currency_code")?.ToArray())
            .Add("r.name ilike @q", "q", ListSql.Contains(query.Text("q")))
            .AddTimes("r", query).AddPage(paging);
        query.RejectUnknown();

        await using var connection = await db.Open(ct);
        using var answers = await connection.QueryMultipleAsync(new CommandDefinition($"""
            select count(*) from pricing.regions r where {sql.Where};
            select {RegionRow.Columns} from pricing.regions r where {sql.Where} order by {order}, r.id limit @limit offset @offset;
            select {CountryRow.Columns} from pricing.countries c where c.region_id is not null order by c.iso_2
            """, sql.Parameters, cancellationToken: ct));
        var count = await answers.ReadSingleAsync<long>();
        var rows = (await answers.ReadAsync<RegionRow>()).ToList();
        var countries = (await answers.ReadAsync<CountryRow>()).ToList();
        return Reply.Page("regions", rows.ConvertAll(r => r.ToWire(countries)), PricingJson.Default.RegionResponse, fields, count, paging);
    }

    public static async Task<IResult> One(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        if (!WireId.TryDecode(RegionRow.Prefix, id, out var key)) return Reply.Error(RegionRow.NotFound(id));
        var fields = query.Fields(Defaults);
        query.RejectUnknown();
        await using var connection = await db.Open(ct);
        return await RegionChecks.Find(connection, null, key, ct) is { } region
            ? Reply.One("region", region, PricingJson.Default.RegionResponse, fields)
            : Reply.Error(RegionRow.NotFound(id));
    }
}
