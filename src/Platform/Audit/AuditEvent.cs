using System.Text;
using System.Text.Json;
using HeadlessPro.Platform.Security;
using Npgsql;

namespace HeadlessPro.Platform.Audit;

/// <summary>
/// Something an auditor would ask for that no row of a watched table says: somebody signed in, or tried to. Who and from where is the request's;
/// see <see cref="Data.Transaction.Record"/> and <see cref="AuditLog.Record"/>. Never a password, a token or a code.
/// </summary>
/// <param name="Action">What, in the past tense: <c>password_changed</c>.</param>
/// <param name="Resource">About what: <c>identity</c>.</param>
/// <param name="ResourceId">Its id on the wire.</param>
public sealed record AuditEvent(string Action, string? Resource = null, string? ResourceId = null)
{
    /// <summary><c>security</c>, or <c>change</c> for what is too much to be written down row by row.</summary>
    public string Kind { get; init; } = "security";

    /// <summary>Who, where the request has only now found out.</summary>
    public (string Type, string Id)? Actor { get; init; }

    /// <summary>What else there is to say.</summary>
    public IReadOnlyList<(string Name, string? Value)> Details { get; init; } = [];

    internal NpgsqlBatchCommand ToCommand()
    {
        var caller = AuditScope.Current?.Caller ?? AuditCaller.Nobody;
        if (Actor is var (type, id)) caller = caller with { Type = type, Id = id };
        return AuditLog.Write(Kind, Action, Resource, ResourceId, caller.ToJson(), Json());
    }

    private string Json()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            foreach (var (name, value) in Details)
                if (value is not null) json.WriteString(name, CardNumbers.Mask(value));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
