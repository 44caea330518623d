using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace HeadlessPro.Platform.Audit;

/// <summary>
/// On whose behalf this flow of control changes the shop. While there is one, every <see cref="Data.Transaction"/> tells the database, for as long
/// as it lasts, and the triggers of watched tables write down what it does to their rows. A shopper's request has none.
/// </summary>
public sealed class AuditScope : IDisposable
{
    private static readonly AsyncLocal<AuditScope?> Ambient = new();
    private readonly Func<AuditCaller> _caller;
    private readonly AuditScope? _outer;
    private AuditCaller? _known;
    private string? _json;
    private volatile bool _isOver;
    private volatile bool _isWritten;

    private AuditScope(Func<AuditCaller> caller, HttpContext? http, bool isWatched)
    {
        (_caller, Http, IsWatched, _outer) = (caller, http, isWatched, Ambient.Value);
        // A request of staff is an entry of its own; what is done for one elsewhere, or by a command, is not.
        _isWritten = http is null || !isWatched;
        Ambient.Value = this;
    }

    /// <summary>The scope of who asks here; null where nobody is to be written down. What was started in a request and outlives it has none.</summary>
    internal static AuditScope? Current => Ambient.Value is { _isOver: false } scope ? scope : null;

    /// <summary>Who it is, as far as the request's policies have found out by now; they may ask other hosts for it.</summary>
    internal AuditCaller Caller
    {
        get
        {
            if (_known is not null) return _known;
            var caller = _caller();
            if (caller.Type != AuditCaller.Nobody.Type) _known = caller;
            return caller;
        }
    }

    /// <summary>The same as the database takes it.</summary>
    internal string Json => _known is null ? Caller.ToJson() : _json ??= _known.ToJson();

    /// <summary>Whether the request's own entry is committed.</summary>
    internal bool IsWritten => _isWritten;

    /// <summary>Whether changes of rows are written down; of who signs in, only what is said to be recorded.</summary>
    internal bool IsWatched { get; }

    private HttpContext? Http { get; }

    /// <summary>Of a request of staff.</summary>
    internal static AuditScope Of(HttpContext http) => new(() => AuditCaller.Of(http), http, isWatched: true);

    /// <summary>Of a request that changes no row an auditor asks for: to sign in, or to read.</summary>
    internal static AuditScope OfUnwatched(HttpContext http) => new(() => AuditCaller.Of(http), http, isWatched: false);

    /// <summary>Of somebody known.</summary>
    public static AuditScope Of(AuditCaller caller) => new(() => caller, null, isWatched: true);

    /// <summary>The entry of the request itself.</summary>
    internal NpgsqlBatchCommand Entry(string action, int? status = null) => AuditLog.Write("request", action, null, null, Json, Details(status));

    /// <summary>That entry was committed.</summary>
    internal void Written() => _isWritten = true;

    /// <summary>Ends it.</summary>
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
