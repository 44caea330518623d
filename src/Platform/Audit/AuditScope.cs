using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace HeadlessPro.Platform.Audit;

/// <summary>
/// On whose behalf this flow of control changes the shop. While there is one, every <see cref="Data.Transaction"/> tells the database, for as long
/// as it lasts, and the triggers of watched tables write down what it does to their rows. A shopper's request has none.
/// </summary>
internal sealed class AuditScope : IDisposable
{
    private static readonly AsyncLocal<AuditScope?> Ambient = new();
    private readonly Func<AuditCaller> _caller;
    private readonly AuditScope? _outer;
    private AuditCaller? _known;
    private string? _json;
    private volatile bool _isOver;
    private volatile bool _isWritten;

    private AuditScope(Func<AuditCaller> caller, HttpContext? http)
    {
        (_caller, Http, _outer) = (caller, http, Ambient.Value);
        // The request is an entry of its own; what is done for one elsewhere, or by a command, is not.
        _isWritten = http is null;
        Ambient.Value = this;
    }

    /// <summary>The scope of who asks here; null where nobody is to be written down. What was started in a request and outlives it has none.</summary>
    public static AuditScope? Current => Ambient.Value is { _isOver: false } scope ? scope : null;

    /// <summary>Who it is; asked for only once the request's policies have been checked.</summary>
    public AuditCaller Caller => _known ??= _caller();

    /// <summary>The same as the database takes it.</summary>
    public string Json => _json ??= Caller.ToJson();

    /// <summary>Whether the request's own entry is committed.</summary>
    public bool IsWritten => _isWritten;

    private HttpContext? Http { get; }

    /// <summary>Of a request.</summary>
    public static AuditScope Of(HttpContext http) => new(() => AuditCaller.Of(http), http);

    /// <summary>Of somebody known.</summary>
    public static AuditScope Of(AuditCaller caller) => new(() => caller, null);

    /// <summary>The entry of the request itself.</summary>
    public NpgsqlBatchCommand Entry(string action, int? status = null) => AuditLog.Write("request", action, null, null, Json, Details(status));

    /// <summary>That entry was committed.</summary>
    public void Written() => _isWritten = true;

    public void Dispose()
    {
        _isOver = true;
        Ambient.Value = _outer;
    }

    // Not the query: a token may stand there.
    private string Details(int? status)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("method", Http!.Request.Method);
            json.WriteString("path", Http.Request.Path.Value);
            if (status is { } number) json.WriteNumber("status", number);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
