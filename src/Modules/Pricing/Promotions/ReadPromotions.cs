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

    private static readonly Dictionary<string, string> OrderColumns = new(StringComparer.Ordinal)
    {
        ["id"] = "p.id",
        ["code"] = "lower(p.code)",
        ["type"] = "p.type",
        ["status"] = "p.status",
        ["created_at"] = "p.created_at",
        ["updated_at"] = "p.updated_at",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var paging = query.Paging(50);
        var order = query.Order(OrderColumns) ?? "p.created_at asc";
        var fields = query.Fields(Defaults);
        var sql = new ListSql("p.deleted_at is null")
            .Add("p.id = any (@ids)", "ids", query.Ids("id", PromotionRow.Prefix))
            .Add("lower(p.code) = any (@codes)", "codes", query.Texts("code")?.Select(c => c.ToLowerInvariant()).ToArray())
            .Add("p.type = any (@types)", "types", query.Texts("type")?.ToArray())
            .Add("p.status = any (@statuses)", "statuses", query.Texts("status")?.ToArray())
            .Add("p.is_automatic = @automatic", "automatic", query.Flag("is_automatic"))
            .Add("p.method_type = @method", "method", query.Text("application_method_type"))
            .Add("p.code ilike @q", "q", ListSql.Contains(query.Text("q")))
            .AddTimes("p", query).AddPage(paging);
        query.RejectUnknown();

        await using var connection = await db.Open(ct);
        using var answers = await connection.QueryMultipleAsync(new CommandDefinition($"""
            select count(*) from pricing.promotions p where {sql.Where};
            select {PromotionRow.Columns} from pricing.promotions p where {sql.Where} order by {order}, p.id limit @limit offset @offset
            """, sql.Parameters, cancellationToken: ct));
        var count = await answers.ReadSingleAsync<long>();
        var rows = (await answers.ReadAsync<PromotionRow>()).Select(p => p.ToWire()).ToList();
        return Reply.Page("promotions", rows, PricingJson.Default.PromotionResponse, fields, count, paging);
    }

    public static async Task<IResult> One(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = query.Fields(Defaults);
        query.RejectUnknown();
        var isId = WireId.TryDecode(PromotionRow.Prefix, id, out var key);
        if (id.Contains('\0', StringComparison.Ordinal)) return Reply.Error(PromotionRow.NotFound(id));
        await using var connection = await db.Open(ct);
        var row = await connection.QuerySingleOrDefaultAsync<PromotionRow>(new CommandDefinition(
            $"select {PromotionRow.Columns} from pricing.promotions p where {(isId ? "p.id = @key" : "lower(p.code) = lower(@id)")} and p.deleted_at is null",
            new { key, id }, cancellationToken: ct));
        return row is null ? Reply.Error(PromotionRow.NotFound(id)) : Reply.One("promotion", row.ToWire(), PricingJson.Default.PromotionResponse, fields);
    }
}
