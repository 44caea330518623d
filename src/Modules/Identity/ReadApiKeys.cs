using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity;

/// <summary>Lists keys (<c>type</c>, <c>q</c>, <c>revoked</c>) and reads one. Secrets are redacted.</summary>
internal static class ReadApiKeys
{
    private static readonly Dictionary<string, string> OrderColumns = new(StringComparer.Ordinal)
    {
        ["created_at"] = "k.created_at",
        ["title"] = "k.title",
        ["type"] = "k.type",
        ["id"] = "k.id",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var paging = query.Paging(50);
        var order = query.Order(OrderColumns) ?? "k.created_at asc";
        var fields = query.Fields("*", "sales_channels");
        var filter = new { Type = query.Text("type"), Q = query.Text("q"), Revoked = query.Flag("revoked"), paging.Limit, paging.Offset };
        query.RejectUnknown();

        const string where = """
            k.deleted_at is null and (@Type is null or k.type = @Type) and (@Q is null or k.title ilike '%' || @Q || '%')
            and (@Revoked is null or (k.revoked_at is not null) = @Revoked)
            """;
        await using var connection = await db.Open(ct);
        using var answers = await connection.QueryMultipleAsync(new CommandDefinition($"""
            select count(*) from identity.api_keys k where {where};
            select {ApiKeyRow.Columns} from identity.api_keys k where {where} order by {order}, k.id limit @Limit offset @Offset
            """, filter, cancellationToken: ct));
        var count = await answers.ReadSingleAsync<long>();
        var rows = (await answers.ReadAsync<ApiKeyRow>()).Select(r => r.ToWire()).ToList();
        return Reply.Page("api_keys", rows, IdentityJson.Default.ApiKeyResponse, fields, count, paging);
    }

    public static async Task<IResult> One(string id, Db db, CancellationToken ct)
    {
        if (!WireId.TryDecode(KeyWire.Prefix, id, out var key)) return Reply.Error(KeyRules.NotFound(id));
        await using var connection = await db.Open(ct);
        var row = await connection.QuerySingleOrDefaultAsync<ApiKeyRow>(new CommandDefinition(
            $"select {ApiKeyRow.Columns} from identity.api_keys k where k.id = @key and k.deleted_at is null", new { key }, cancellationToken: ct));
        return row is null ? Reply.Error(KeyRules.NotFound(id)) : Reply.Json(new ApiKeyEnvelope(row.ToWire()), IdentityJson.Default.ApiKeyEnvelope);
    }
}
