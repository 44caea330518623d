using System.Diagnostics;
using Npgsql;

namespace HeadlessPro.Platform.Tests.Start;

/// <summary>The host with a PostgreSQL of its own: what was committed stays, however the host ended.</summary>
public sealed class PrivateDatabaseTests : IAsyncLifetime
{
    private readonly string _data = Path.Combine(Path.GetTempPath(), $"hp-start-{Guid.NewGuid():N}"[..24]);
    private readonly int _port = HostProcess.FreePort();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await ServerEnded();
        if (Directory.Exists(_data)) Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task A_terminated_host_ends_its_server_and_exits_with_0()
    {
        await using var host = await HostProcess.Serve(_data, _port);
        var server = ServerId();

        await host.Signal("TERM");

        Assert.Equal((0, ""), await host.Ended());
        Assert.False(File.Exists(PidFile), "postmaster.pid is still there");
        await Gone(server);
    }

    [Fact]
    public async Task What_was_committed_survives_a_killed_host()
    {
        for (var round = 1; round <= 3; round++)
        {
            await using var host = await HostProcess.Serve(_data, _port);
            await using var connection = HostProcess.Connect(_data);
            await connection.OpenAsync();
            await Execute(connection, "create table if not exists public.kept (round int primary key)");
            await Execute(connection, $"insert into public.kept values ({round})");
            await host.Signal("KILL");
            await host.Ended();
        }

        await using var last = await HostProcess.Serve(_data, _port);
        await using var reader = HostProcess.Connect(_data);
        await reader.OpenAsync();
        await using var command = new NpgsqlCommand("select array_agg(round order by round) from public.kept", reader);
        var kept = (int[])(await command.ExecuteScalarAsync())!;
        Assert.Equal([1, 2, 3], kept);
    }

    [Fact]
    public async Task A_killed_host_takes_its_server_along()
    {
        await using var host = await HostProcess.Serve(_data, _port);
        var server = ServerId();

        await host.Signal("KILL");

        await Gone(server);
    }

    [Fact]
    public async Task A_server_that_outlived_host_and_shell_is_no_obstacle()
    {
        var host = await HostProcess.Serve(_data, _port);
        var server = ServerId();
        using (var kill = Process.Start("pkill", ["-KILL", "-P", $"{host.Id}"])) await kill.WaitForExitAsync();
        await host.DisposeAsync();
        await Task.Delay(300);
        Assert.True(IsRunning(server), "the server ended too: nothing to test");

        await using var next = await HostProcess.Serve(_data, _port);

        Assert.NotEqual(server, ServerId());
    }

    [Fact]
    public async Task A_stale_pid_file_that_names_another_process_is_no_obstacle()
    {
        var host = await HostProcess.Serve(_data, _port);
        var lines = await File.ReadAllLinesAsync(PidFile);
        await host.Signal("TERM");
        await host.DisposeAsync();
        await ServerEnded();
        lines[0] = $"{Environment.ProcessId}";
        await File.WriteAllLinesAsync(PidFile, lines);

        await using var next = await HostProcess.Serve(_data, _port);

        Assert.NotEqual(Environment.ProcessId, ServerId());
    }

    [Fact]
    public async Task A_second_host_on_the_same_folder_is_refused_in_one_sentence()
    {
        await using var first = await HostProcess.Serve(_data, _port);
        await using var second = HostProcess.Begin(null, "serve", "--port", $"{HostProcess.FreePort()}", "--data", _data);

        Assert.Equal(
            (1, $"headlesspro: The data folder {_data} is in use by another headlesspro. Stop that one, choose another folder with --data, or give both one database with DATABASE_URL.\n"),
            await second.Ended());
    }

    [Fact]
    public async Task A_database_newer_than_the_program_is_refused_and_left_as_it_is()
    {
        await using (var host = await HostProcess.Serve(_data, _port))
        {
            await using var connection = HostProcess.Connect(_data);
            await connection.OpenAsync();
            await Execute(connection, "insert into platform.migrations (module, number, name, checksum) values ('catalog', 9999, '9999_from_the_future', 'x')");
            await host.Signal("TERM");
            await host.Ended();
        }

        await using var older = HostProcess.Begin(null, "serve", "--port", $"{_port}", "--data", _data);

        Assert.Equal(
            (1, "headlesspro: The database is newer than this program: module catalog has migration 9999_from_the_future, which this program does not know. Start a newer release.\n"),
            await older.Ended());
    }

    private string PidFile => Path.Combine(_data, "pg", "postmaster.pid");

    private int ServerId() => int.Parse(File.ReadLines(PidFile).First());

    // A server is gone, or a zombie that nobody reaps: both have an empty command line.
    private static bool IsRunning(int id) => File.Exists($"/proc/{id}/cmdline") && File.ReadAllText($"/proc/{id}/cmdline").Length > 0;

    private static async Task Gone(int id)
    {
        for (var until = Stopwatch.StartNew(); until.Elapsed < TimeSpan.FromSeconds(20) && IsRunning(id);) await Task.Delay(20);
        Assert.False(IsRunning(id), "the server still runs");
    }

    private async Task ServerEnded()
    {
        for (var until = Stopwatch.StartNew(); until.Elapsed < TimeSpan.FromSeconds(20) && File.Exists(PidFile);) await Task.Delay(20);
    }

    private static async Task Execute(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
