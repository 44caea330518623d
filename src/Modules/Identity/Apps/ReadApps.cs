using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace HeadlessPro.Identity.Apps;

/// <summary>Lists apps (<c>q</c>, <c>kind</c>, <c>audience</c>) and reads one.</summary>
internal static class ReadApps
{
    private static readonly SqlList All = new("identity.apps a", AppRow.Columns, "a.id")
    {
        Always = "a.deleted_at is null",
        Filters = (filter, query) => filter
            .And("a.id = any (@value)", query.Ids("id", PeopleWire.App))
            .And("a.kind = any (@value)", query.Texts("kind"))
            .And("a.audience = any (@value)", query.Texts("audience"))
            .And("a.name ilike @value", ListFilter.Pattern(query.Text("q")))
            .AndTimes(query, "a"),
        Orders = SqlList.Columns("a", "id", "name", "created_at", "updated_at"),
        DefaultOrder = "a.created_at asc",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = query.Fields("*", "redirect_uris", "scopes", "grant_types", "-client_secret");
        var list = All.Of(query);
        await using var connection = await db.Open(ct);
        return Reply.Page("apps", (await list.Read<AppRow>(connection, ct)).To(r => r.ToWire()), AppJson.Default.AppResponse, fields);
    }

    public static async Task<IResult> One(string id, Db db, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return WireId.TryDecode(PeopleWire.App, id, out var app) && await Find(connection, app, ct) is { } row
            ? Reply.Json(new AppEnvelope(row.ToWire()), AppJson.Default.AppEnvelope)
            : Reply.Error(AppErrors.NoApp(id));
    }

    public static Task<AppRow?> Find(NpgsqlConnection connection, Guid app, CancellationToken ct) => connection.QuerySingleOrDefaultAsync<AppRow>(new CommandDefinition(
        $"select {AppRow.Columns} from identity.apps a where a.id = @app and a.deleted_at is null", new { app }, cancellationToken: ct));
}
