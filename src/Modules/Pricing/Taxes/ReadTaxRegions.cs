using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Pricing.Taxes;

/// <summary>Tax regions with their rates and provinces: a list with filters, and one by id.</summary>
internal static class ReadTaxRegions
{
    private static readonly string[] Defaults =
    [
        "id", "country_code", "province_code", "parent_id", "provider_id", "metadata", "created_at", "updated_at", "deleted_at", "tax_rates.**", "children.**",
    ];

    private static readonly Dictionary<string, string> OrderColumns = new(StringComparer.Ordinal)
    {
        ["id"] = "g.id",
        ["country_code"] = "g.country_code",
        ["province_code"] = "g.province_code",
        ["created_at"] = "g.created_at",
        ["updated_at"] = "g.updated_at",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var paging = query.Paging(50);
        var order = query.Order(OrderColumns) ?? "g.created_at asc";
        var fields = query.Fields(Defaults);
        var parents = query.Texts("parent_id");
        var sql = new ListSql("g.deleted_at is null")
            .Add("g.id = any (@ids)", "ids", query.Ids("id", TaxRegionRow.Prefix))
            .Add("g.country_code = any (@countries)", "countries", query.Texts("country_code")?.Select(c => c.ToLowerInvariant()).ToArray())
            .Add("g.province_code = any (@provinces)", "provinces", query.Texts("province_code")?.Select(c => c.ToLowerInvariant()).ToArray())
            .Add("(g.country_code ilike @q or g.province_code ilike @q)", "q", ListSql.Contains(query.Text("q")))
            .AddTimes("g", query).AddPage(paging);
        if (parents is ["null" or ""]) sql.Add("g.parent_id is null", "top", true);
        else sql.Add("g.parent_id = any (@parents)", "parents", query.Ids("parent_id", TaxRegionRow.Prefix));
        query.RejectUnknown();

        await using var tx = await db.Begin(ct, System.Data.IsolationLevel.RepeatableRead);
        var count = await tx.Connection.ExecuteScalarAsync<long>(new CommandDefinition(
            $"select count(*) from pricing.tax_regions g where {sql.Where}", sql.Parameters, tx.Inner, cancellationToken: ct));
        var rows = (await tx.Connection.QueryAsync<TaxRegionRow>(new CommandDefinition(
            $"select {TaxRegionRow.Columns} from pricing.tax_regions g where {sql.Where} order by {order}, g.id limit @limit offset @offset",
            sql.Parameters, tx.Inner, cancellationToken: ct))).ToList();
        return Reply.Page("tax_regions", await WithRates(tx, rows, ct), PricingJson.Default.TaxRegionResponse, fields, count, paging);
    }

    public static async Task<IResult> One(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = query.Fields(Defaults);
        query.RejectUnknown();
        if (!WireId.TryDecode(TaxRegionRow.Prefix, id, out var key)) return Reply.Error(TaxRegionRow.NotFound(id));
        await using var tx = await db.Begin(ct, System.Data.IsolationLevel.RepeatableRead);
        return await Find(tx, key, ct) is { } region
            ? Reply.One("tax_region", region, PricingJson.Default.TaxRegionResponse, fields)
            : Reply.Error(TaxRegionRow.NotFound(id));
    }

    /// <summary>One region as it is in this transaction; null when deleted or unknown.</summary>
    public static async Task<TaxRegionResponse?> Find(Transaction tx, Guid id, CancellationToken ct)
    {
        var row = await tx.Connection.QuerySingleOrDefaultAsync<TaxRegionRow>(new CommandDefinition(
            $"select {TaxRegionRow.Columns} from pricing.tax_regions g where g.id = @id and g.deleted_at is null", new { id }, tx.Inner, cancellationToken: ct));
        return row is null ? null : (await WithRates(tx, [row], ct))[0];
    }

    private static async Task<List<TaxRegionResponse>> WithRates(Transaction tx, List<TaxRegionRow> rows, CancellationToken ct)
    {
        var ids = rows.Select(r => r.Id).ToArray();
        var children = (await tx.Connection.QueryAsync<TaxRegionRow>(new CommandDefinition(
            $"select {TaxRegionRow.Columns} from pricing.tax_regions g where g.parent_id = any (@ids) and g.deleted_at is null order by g.province_code",
            new { ids }, tx.Inner, cancellationToken: ct))).ToList();
        var all = ids.Concat(children.Select(c => c.Id)).Distinct().ToArray();
        var rates = await TaxRateAdminRow.Load(tx, "t.tax_region_id = any (@all)", new { all }, ct);
        return rows.ConvertAll(r => r.ToWire(rates, children));
    }
}
