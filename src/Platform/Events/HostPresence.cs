using Npgsql;

namespace HeadlessPro.Platform.Events;

/// <summary>
/// This host's number and the advisory lock that says it is alive: held by the listening connection and gone, without anybody's doing,
/// the moment the process is. What a host has claimed is free again when its number is no longer locked.
/// </summary>
internal sealed class HostPresence
{
    /// <summary>The first half of the lock, apart from other uses.</summary>
    public const int LockSpace = 0x686f; // «ho»

    private readonly TaskCompletionSource _present = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The second half: this host. Hosts of one shop are few, a collision is refused by the lock.</summary>
    public int Number { get; private set; } = Random.Shared.Next(1, int.MaxValue);

    /// <summary>SQL that is true while the host with number <paramref name="column"/> is alive.</summary>
    public static string IsAlive(string column) => $"""
        exists (select from pg_locks l
                where l.locktype = 'advisory' and l.granted and l.objsubid = 2 and l.classid = {LockSpace}::oid and l.objid = {column}::oid
                  and l.database = (select oid from pg_database where datname = current_database()))
        """;

    /// <summary>Completes when others can see this host.</summary>
    public Task Present => _present.Task;

    public async Task Announce(NpgsqlConnection connection, CancellationToken ct)
    {
        while (true)
        {
            await using var command = new NpgsqlCommand("select pg_try_advisory_lock(@space, @number)", connection);
            command.Parameters.AddWithValue("space", LockSpace);
            command.Parameters.AddWithValue("number", Number);
            if ((bool)(await command.ExecuteScalarAsync(ct))!) break;
            // After a cut connection the server may still hold the lock of the old one for a while.
            if (_present.Task.IsCompleted) await Task.Delay(100, ct);
            else Number = Random.Shared.Next(1, int.MaxValue);
        }

        _present.TrySetResult();
    }
}
