using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Pricing.Taxes;

/// <summary>Tax rates with their rules: a list with filters, and one by id.</summary>
internal static class ReadTaxRates
{
    private static readonly string[] Defaults =
    [
        "id", "tax_region_id", "rate", "code", "name", "is_default", "is_combinable", "metadata", "created_at", "updated_at", "deleted_at", "rules",
    ];

    private static readonly SqlList TaxRates = new("pricing.tax_rates t", "t.id", "t.id")
    {
        Alive = "t.deleted_at is null",
        Filters = (filter, query) => filter
            .And("t.id = any (@value)", query.Ids("id", TaxRateAdminRow.Prefix))
            .And("t.tax_region_id = any (@value)", query.Ids("tax_region_id", TaxRegionRow.Prefix))
            .And("t.is_default = @value", query.Flag("is_default"))
            .And("t.code = any (@value)", query.Texts("code"))
            .And("t.name = any (@value)", query.Texts("name"))
            .And("(t.name ilike @value or t.code ilike @value)", ListFilter.Pattern(query.Text("q")))
            .AndTimes(query, "t"),
        Orders = SqlList.Columns("t", "id", "name", "code", "rate", "created_at", "updated_at"),
        DefaultOrder = "t.created_at asc",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = query.Fields(Defaults);
        var list = TaxRates.Of(query);
        await using var tx = await db.Begin(ct, System.Data.IsolationLevel.RepeatableRead);
        var page = await list.Read<Guid>(tx.Connection, ct, tx.Inner);
        var rates = (await TaxRateAdminRow.Load(tx, "t.id = any (@ids)", new { ids = page.Rows.ToArray() }, ct)).ToDictionary(r => r.Id);
        return Reply.Page("tax_rates", page.To(id => rates[WireId.Encode(TaxRateAdminRow.Prefix, id)]), PricingJson.Default.TaxRateResponse, fields);
    }

    public static async Task<IResult> One(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = query.Fields(Defaults);
        query.RejectUnknown();
        if (!WireId.TryDecode(TaxRateAdminRow.Prefix, id, out var key)) return Reply.Error(TaxRateAdminRow.NotFound(id));
        await using var tx = await db.Begin(ct, System.Data.IsolationLevel.RepeatableRead);
        return (await TaxRateAdminRow.Load(tx, "t.id = @key", new { key }, ct)).FirstOrDefault() is { } rate
            ? Reply.One("tax_rate", rate, PricingJson.Default.TaxRateResponse, fields)
            : Reply.Error(TaxRateAdminRow.NotFound(id));
    }
}
