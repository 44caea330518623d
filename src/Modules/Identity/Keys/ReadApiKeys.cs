using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Keys;

/// <summary>Lists keys (<c>type</c>, <c>q</c>, <c>revoked</c>) and reads one. Secrets are redacted.</summary>
internal static class ReadApiKeys
{
    private static readonly SqlList Keys = new("identity.api_keys k", ApiKeyRow.Columns, "k.id")
    {
        Alive = "k.deleted_at is null",
        Filters = (filter, query) => filter
            .And("k.id = any (@value)", query.Ids("id", KeyWire.Prefix))
            .And("k.type = any (@value)", query.Texts("type"))
            .And("k.title ilike @value", ListFilter.Pattern(query.Text("q")))
            .And("(k.revoked_at is not null) = @value", query.Flag("revoked"))
            .AndTimes(query, "k", "created_at"),
        Orders = SqlList.Columns("k", "created_at", "title", "type", "id"),
        DefaultOrder = "k.created_at asc",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = query.Fields("*", "sales_channels");
        var list = Keys.Of(query);
        await using var connection = await db.Open(ct);
        var page = await list.Read<ApiKeyRow>(connection, ct);
        return Reply.Page("api_keys", page.To(r => r.ToWire()), IdentityJson.Default.ApiKeyResponse, fields);
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
