using Dapper;
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

    private static readonly Dictionary<string, string> OrderColumns = new(StringComparer.Ordinal)
    {
        ["id"] = "t.id",
        ["name"] = "t.name",
        ["code"] = "t.code",
        ["rate"] = "t.rate",
        ["created_at"] = "t.created_at",
        ["updated_at"] = "t.updated_at",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var paging = query.Paging(50);
        var order = query.Order(OrderColumns) ?? "t.created_at asc";
        var fields = query.Fields(Defaults);
        var sql = new ListSql("t.deleted_at is null")
            .Add("t.id = any (@ids)", "ids", query.Ids("id", TaxRateAdminRow.Prefix))
            .Add("t.tax_region_id = any (@regions)", "regions", query.Ids("tax_region_id", TaxRegionRow.Prefix))
            .Add("t.is_default = @isDefault", "isDefault", query.Flag("is_default"))
            .Add("t.code = any (@codes)", "codes", query.Texts("code")?.ToArray())
            .Add("t.name = any (@names)", "names", query.Texts("name")?.ToArray())
            .Add("(t.name ilike @q or t.code ilike @q)", "q", ListSql.Contains(query.Text("q")))
            .AddTimes("t", query).AddPage(paging);
        query.RejectUnknown();

        await using var tx = await db.Begin(ct, System.Data.IsolationLevel.RepeatableRead);
        var count = await tx.Connection.ExecuteScalarAsync<long>(new CommandDefinition(
            $"select count(*) from pricing.tax_rates t where {sql.Where}", sql.Parameters, tx.Inner, cancellationToken: ct));
        var ids = (await tx.Connection.QueryAsync<Guid>(new CommandDefinition(
            $"select t.id from pricing.tax_rates t where {sql.Where} order by {order}, t.id limit @limit offset @offset", sql.Parameters, tx.Inner, cancellationToken: ct))).ToArray();
        var rates = (await TaxRateAdminRow.Load(tx, "t.id = any (@ids)", new { ids }, ct)).ToDictionary(r => r.Id);
        var page = ids.Select(id => rates[WireId.Encode(TaxRateAdminRow.Prefix, id)]).ToList();
        return Reply.Page("tax_rates", page, PricingJson.Default.TaxRateResponse, fields, count, paging);
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
