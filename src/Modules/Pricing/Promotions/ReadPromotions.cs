using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Pricing.Promotions;

/// <summary>Promotions for staff: a list with filters, and one by id or code.</summary>
internal static class ReadPromotions
{
    private static readonly string[] Defaults =
    [
        "id", "code", "type", "is_automatic", "is_tax_inclusive", "status", "limit", "used", "metadata", "created_at", "updated_at", "deleted_at",
        "campaign.**", "rules.**", "application_method.**",
    ];

    private static readonly SqlList Promotions = new("pricing.promotions p", PromotionRow.ColumnsWithUses, "p.id")
    {
        Alive = "p.deleted_at is null",
        Filters = (filter, query) => filter
            .And("p.id = any (@value)", query.Ids("id", PromotionRow.Prefix))
            .And("lower(p.code) = any (@value)", query.Texts("code")?.Select(c => c.ToLowerInvariant()).ToArray())
            .And("p.type = any (@value)", query.Texts("type"))
            .And("p.status = any (@value)", query.Texts("status"))
            .And("p.is_automatic = @value", query.Flag("is_automatic"))
            .And("p.method_type = @value", query.Text("application_method_type"))
            .And("p.code ilike @value", ListFilter.Pattern(query.Text("q")))
            .AndTimes(query, "p"),
        Orders = new Dictionary<string, string>(SqlList.Columns("p", "id", "type", "status", "created_at", "updated_at")) { ["code"] = "lower(p.code)" },
        DefaultOrder = "p.created_at asc",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = query.Fields(Defaults);
        var list = Promotions.Of(query);
        await using var connection = await db.Open(ct);
        var page = await list.Read<PromotionRow>(connection, ct);
        return Reply.Page("promotions", page.To(p => p.ToWire()), PricingJson.Default.PromotionResponse, fields);
    }

    public static async Task<IResult> One(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = query.Fields(Defaults);
        query.RejectUnknown();
        var isId = WireId.TryDecode(PromotionRow.Prefix, id, out var key);
        if (id.Contains('\0', StringComparison.Ordinal)) return Reply.Error(PromotionRow.NotFound(id));
        await using var connection = await db.Open(ct);
        var row = await connection.QuerySingleOrDefaultAsync<PromotionRow>(new CommandDefinition(
            $"select {PromotionRow.ColumnsWithUses} from pricing.promotions p where {(isId ? "p.id = @key" : "lower(p.code) = lower(@id)")} and p.deleted_at is null",
            new { key, id }, cancellationToken: ct));
        return row is null ? Reply.Error(PromotionRow.NotFound(id)) : Reply.One("promotion", row.ToWire(), PricingJson.Default.PromotionResponse, fields);
    }
}
