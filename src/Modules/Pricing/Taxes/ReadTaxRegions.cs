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

    private static readonly SqlList TaxRegions = new("pricing.tax_regions g", TaxRegionRow.Columns, "g.id")
    {
        Alive = "g.deleted_at is null",
        Filters = Filters,
        Orders = SqlList.Columns("g", "id", "country_code", "province_code", "created_at", "updated_at"),
        DefaultOrder = "g.created_at asc",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = query.Fields(Defaults);
        var list = TaxRegions.Of(query);
        await using var tx = await db.Begin(ct, System.Data.IsolationLevel.RepeatableRead);
        var page = await list.Read<TaxRegionRow>(tx.Connection, ct, tx.Inner);
        return Reply.Page("tax_regions", page.With(await WithRates(tx, page.Rows, ct)), PricingJson.Default.TaxRegionResponse, fields);
    }

    private static void Filters(ListFilter filter, ApiQuery query)
    {
        filter
            .And("g.id = any (@value)", query.Ids("id", TaxRegionRow.Prefix))
            .And("g.country_code = any (@value)", query.Texts("country_code")?.Select(c => c.ToLowerInvariant()).ToArray())
            .And("g.province_code = any (@value)", query.Texts("province_code")?.Select(c => c.ToLowerInvariant()).ToArray())
            .And("(g.country_code ilike @value or g.province_code ilike @value)", ListFilter.Pattern(query.Text("q")))
            .AndTimes(query, "g");
        if (query.Texts("parent_id") is ["null" or ""]) filter.And("g.parent_id is null");
        else filter.And("g.parent_id = any (@value)", query.Ids("parent_id", TaxRegionRow.Prefix));
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
