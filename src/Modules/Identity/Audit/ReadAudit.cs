using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Audit;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Identity.Audit;

/// <summary>
/// An entry of the audit log. Before and after hold what changed, by the database's names; of what was made or deleted, the whole row. Position is
/// its place in the chain, null for the moments until it is sealed.
/// </summary>
internal sealed record AuditEntryResponse(
    long Id, string Kind, string Action, string? ResourceType, string? ResourceId, string ActorType, string? ActorId, string? Operation, string? RequestId,
    string? Address, string? UserAgent, JsonElement? Before, JsonElement? After, JsonElement? Details, bool IsRedacted, long? Position, DateTimeOffset CreatedAt);

/// <summary>Lists what was done and by whom, reads one entry, writes out many.</summary>
internal static class ReadAudit
{
    private const string Columns = """
        e.id, e.kind, e.action, e.resource as resource_type, e.resource_id, e.actor_type, e.actor_id, e.operation, e.request_id,
        e.details ->> 'address' as address, e.details ->> 'user_agent' as user_agent, e.details ->> 'before' as before, e.details ->> 'after' as after,
        (e.details::jsonb - '{address,user_agent,before,after}'::text[])::text as details, e.details is null as is_redacted,
        (select c.position from audit.chain c where c.entry_id = e.id) as position, e.created_at
        """;

    private static readonly SqlList Entries = new("audit.entries e", Columns, "e.id")
    {
        Filters = (filter, query) => filter
            .And("e.kind = any (@value)", Kinds(query))
            .And("e.action = any (@value)", query.Texts("action"))
            .And("e.resource = any (@value)", query.Texts("resource_type"))
            .And("e.resource_id = any (@value)", query.Texts("resource_id"))
            .And("e.actor_type = any (@value)", query.Texts("actor_type"))
            .And("e.actor_id = any (@value)", query.Texts("actor_id"))
            .And("e.operation = any (@value)", query.Texts("operation"))
            .And("e.request_id = any (@value)", query.Texts("request_id"))
            .AndTimes(query, "e", "created_at"),
        Orders = SqlList.Columns("e", "created_at", "id"),
        DefaultOrder = "e.id desc",
    };

    private static string[]? Kinds(ApiQuery query)
    {
        var kinds = query.Texts("kind");
        foreach (var kind in kinds ?? []) Check.OneOf("kind", kind, "change", "request", "security");
        return kinds;
    }

    public static void Add(IServiceCollection services) => services.AddJson(AuditJson.Default);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var audit = routes.MapGroup("/admin/audit").WithTags("Audit log");
        audit.MapGet("", List).RequirePermission("audit:read").WithName("GetAdminAudit");
        audit.MapGet("/export", Export).RequirePermission("audit:read").WithName("GetAdminAuditExport");
        audit.MapGet("/{id}", One).RequirePermission("audit:read").WithName("GetAdminAuditEntry");
    }

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = query.Fields("*", "before.**", "after.**", "details.**");
        var list = Entries.Of(query);
        await using var connection = await db.Open(ct);
        var page = await list.Read<AuditRow>(connection, ct);
        return Reply.Page("audit_entries", page.To(r => r.ToWire()), AuditJson.Default.AuditEntryResponse, fields);
    }

    /// <summary>All that the filters find, oldest first, a JSON object a line, with seals. That somebody took it is an entry.</summary>
    public static async Task<IResult> Export(ApiQuery query, AuditLog audit, CancellationToken ct)
    {
        var filter = new ListFilter("true").Where(query, Entries.Filters);
        query.RejectUnknown();
        await audit.Record(new AuditEvent("audit_exported"), ct);
        return Results.Stream(stream => audit.Export(stream, filter, ct), "application/x-ndjson; charset=utf-8", "audit.ndjson");
    }

    public static async Task<IResult> One(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = query.Fields("*", "before.**", "after.**", "details.**");
        query.RejectUnknown();
        await using var connection = await db.Open(ct);
        var row = long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var entry)
            ? await connection.QuerySingleOrDefaultAsync<AuditRow>(new CommandDefinition($"select {Columns} from audit.entries e where e.id = @entry", new { entry }, cancellationToken: ct))
            : null;
        return row is null
            ? Reply.Error(Error.NotFound($"Audit entry with id: {id} was not found"))
            : Reply.One("audit_entry", row.ToWire(), AuditJson.Default.AuditEntryResponse, fields);
    }
}

/// <summary>A row of <c>audit.entries</c>, its details taken apart.</summary>
internal sealed record AuditRow(
    long Id, string Kind, string Action, string? ResourceType, string? ResourceId, string ActorType, string? ActorId, string? Operation, string? RequestId,
    string? Address, string? UserAgent, string? Before, string? After, string? Details, bool IsRedacted, long? Position, DateTimeOffset CreatedAt)
{
    public AuditEntryResponse ToWire() => new(
        Id, Kind, Action, ResourceType, ResourceId, ActorType, ActorId, Operation, RequestId,
        Address, UserAgent, JsonColumn.Read(Before), JsonColumn.Read(After), JsonColumn.Read(Details), IsRedacted, Position, CreatedAt);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(WireTimeConverter)])]
[JsonSerializable(typeof(AuditEntryResponse))]
internal sealed partial class AuditJson : JsonSerializerContext;
