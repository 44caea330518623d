using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Audit;
using Npgsql;

namespace HeadlessPro.Platform.Data;

/// <summary>One database transaction and the events that happened in it: both are committed, or neither.</summary>
public sealed class Transaction : IAsyncDisposable
{
    private readonly List<(string Name, string Payload)> _events = [];

    private readonly List<AuditEvent> _recorded = [];
    private readonly AuditScope? _scope;

    internal Transaction(NpgsqlConnection connection, NpgsqlTransaction inner, AuditScope? scope) => (Connection, Inner, _scope) = (connection, inner, scope);

    /// <summary>The connection the transaction runs on; hand it to Dapper or a command.</summary>
    public NpgsqlConnection Connection { get; }

    /// <summary>The underlying transaction.</summary>
    public NpgsqlTransaction Inner { get; }

    /// <summary>Notes an event; it is written to <c>events.log</c> with the commit.</summary>
    public void Publish<T>(T @event) where T : IEvent => _events.Add((T.Name, JsonSerializer.Serialize(@event)));

    /// <summary>Notes an event for the audit log; it is written with the commit.</summary>
    public void Record(AuditEvent @event) => _recorded.Add(@event);

    /// <summary>Statements to run in one round trip inside this transaction.</summary>
    public NpgsqlBatch Batch() => new(Connection, Inner);

    /// <summary>One statement inside this transaction.</summary>
    public NpgsqlCommand Command(string sql) => new(sql, Connection, Inner);

    /// <summary>Writes the events and commits, in one round trip. After this the transaction is over.</summary>
    public Task Commit(CancellationToken ct) => Commit(Batch(), ct);

    /// <summary>Runs the last statements, writes the events and commits, all in one round trip.</summary>
    public async Task Commit(NpgsqlBatch last, CancellationToken ct)
    {
        if (_events.Count > 0) last.BatchCommands.Add(AppendEvents());
        foreach (var @event in _recorded) last.BatchCommands.Add(@event.ToCommand());
        var request = _scope is { IsWritten: false } ? _scope : null;
        if (request is not null) last.BatchCommands.Add(request.Entry("accepted"));
        // Sent as text so that it travels with the rest; Inner learns of it from the server's answer.
        last.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
        await using (last) await last.ExecuteNonQueryAsync(ct);
        request?.Written();
        foreach (var (name, _) in _events) Events.LocalSignals.Raise(name);
    }

    /// <summary>Rolls back what was not committed and gives the connection back.</summary>
    public async ValueTask DisposeAsync()
    {
        await Inner.DisposeAsync();
        await Connection.DisposeAsync();
    }

    private NpgsqlBatchCommand AppendEvents() => new("""
        with appended as (
            insert into events.log (name, payload)
            select name, payload::jsonb from unnest(@names, @payloads) as e (name, payload)
            returning name),
        counted as (
            update events.versions v set version = v.version + 1 where v.topic = any (@topics))
        select pg_notify('events', name) from (select distinct name from appended) as names
        """)
    {
        Parameters =
        {
            new NpgsqlParameter("names", _events.Select(e => e.Name).ToArray()),
            new NpgsqlParameter("payloads", _events.Select(e => e.Payload).ToArray()),
            new NpgsqlParameter("topics", _events.Select(e => e.Name[..e.Name.IndexOf('.', StringComparison.Ordinal)]).Distinct().ToArray()),
        },
    };
}
