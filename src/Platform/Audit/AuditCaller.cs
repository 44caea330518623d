using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HeadlessPro.Platform.Audit;

/// <summary>Who does something, and from where, as the audit log keeps it.</summary>
/// <param name="Type"><c>user</c>, <c>api_key</c>, <c>app</c> (as itself), <c>customer</c>, <c>identity</c> (who is neither yet), <c>nobody</c>, <c>command_line</c>.</param>
/// <param name="Id">On the wire: <c>user_…</c>.</param>
/// <param name="Operation">The route's name, or the command.</param>
/// <param name="Request">The request's id.</param>
/// <param name="Address">Where it came from.</param>
/// <param name="Agent">With which program.</param>
/// <param name="App">The app that did it in their name.</param>
public sealed record AuditCaller(string Type, string? Id, string? Operation, string? Request, string? Address, string? Agent, string? App = null)
{
    /// <summary>Who makes the request, as far as its policies have found out.</summary>
    public static AuditCaller Of(HttpContext http)
    {
        var isForStaff = http.GetEndpoint()?.Metadata.GetMetadata<PermissionPolicy>() is not null;
        var (type, id) = isForStaff && http.Features.Get<Caller>() is { } staff ? (staff.IsUser ? "user" : staff.AppId is null ? "api_key" : "app", staff.WireName)
            : http.Features.Get<Actor>() is { } actor ? Of(actor.Session)
            : ("nobody", null);
        var app = type == "app" ? null : http.Features.Get<Caller>()?.AppId ?? http.Features.Get<Actor>()?.Session.AppId;
        return new(type, id, OperationOf(http), http.TraceIdentifier, ClientAddress.Of(http)?.ToString(), ClientAgent.Of(http) is { Length: > 0 } agent ? agent : null, WireId.EncodeOrNull("app", app));
    }

    /// <summary>The shop itself, in the background.</summary>
    public static AuditCaller Nobody { get; } = new("nobody", null, null, null, null, null);

    /// <summary>A command on the shop's machine.</summary>
    public static AuditCaller CommandLine(string command) => new("command_line", Environment.UserName, command, null, null, null);

    /// <summary>What a host said that asks on somebody's behalf; whoever knows the service token is believed.</summary>
    internal static AuditCaller? FromHeader(string? value) =>
        string.IsNullOrEmpty(value) ? null : JsonSerializer.Deserialize(Convert.FromBase64String(value), AuditJson.Default.AuditCaller);

    internal string ToHeader() => Convert.ToBase64String(Encoding.UTF8.GetBytes(ToJson()));

    internal string ToJson() => JsonSerializer.Serialize(this, AuditJson.Default.AuditCaller);

    private static (string Type, string? Id) Of(SignedIn session) => session.ActorId is { } id
        ? (session.ActorType, WireId.Encode(session.ActorType == ActorTypes.Customer ? "cus" : "user", id))
        : ("identity", WireId.Encode("authid", session.IdentityId));

    private static string? OperationOf(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<EndpointNameMetadata>()?.EndpointName;
}

/// <summary>How a caller goes to the database: <c>audit.write</c> reads it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AuditCaller))]
internal sealed partial class AuditJson : JsonSerializerContext;
