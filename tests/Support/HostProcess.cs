using System.Collections.Concurrent;
using System.Diagnostics;

namespace HeadlessPro.Tests.Support;

/// <summary>A whole host in a process of its own, on the database of a test: another machine of the same shop. Disposing it kills it.</summary>
public sealed class HostProcess : IDisposable
{
    private readonly Process _process;

    private HostProcess(Process process, Uri address)
    {
        _process = process;
        Store = HpApp.AsShopper(new HttpClient { BaseAddress = address });
        Admin = HpApp.AsStaff(new HttpClient { BaseAddress = address });
    }

    /// <summary>What it logged as errors.</summary>
    public ConcurrentQueue<string> Errors { get; } = new();

    /// <summary>A shopper's client of this host.</summary>
    public HttpClient Store { get; }

    /// <summary>Staff's client of this host.</summary>
    public HttpClient Admin { get; }

    /// <summary>Starts a host; answers once it is healthy.</summary>
    /// <param name="connectionString">The test's database.</param>
    /// <param name="settings">Further configuration, as environment variables.</param>
    public static async Task<HostProcess> Start(string connectionString, params (string Name, string Value)[] settings)
    {
        var port = HpApp.FreePort();
        var process = Launch(["serve", "--empty", $"--port={port}"], connectionString, settings);
        var host = new HostProcess(process, new Uri($"http://127.0.0.1:{port}"));
        process.OutputDataReceived += (_, e) =>
        {
            if (e.Data?.Contains("\"LogLevel\":\"Error\"", StringComparison.Ordinal) == true) host.Errors.Enqueue(e.Data);
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        for (var i = 0; i < 300; i++)
        {
            try
            {
                using var answer = await host.Store.GetAsync(new Uri("/health", UriKind.Relative));
                if (answer.IsSuccessStatusCode) return host;
            }
            catch (HttpRequestException) when (!process.HasExited)
            {
                await Task.Delay(100);
            }
        }

        host.Dispose();
        throw new InvalidOperationException("The host did not start.");
    }

    /// <summary>Runs another command of the program; answers its exit code and what it said.</summary>
    public static async Task<(int ExitCode, string Said)> Run(string command, string connectionString, params (string Name, string Value)[] settings)
    {
        using var process = Launch(command.Split(' '), connectionString, settings);
        var errors = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync() + await errors;
        await process.WaitForExitAsync();
        return (process.ExitCode, said);
    }

    /// <summary>Waits for its end; whether it was not a good one.</summary>
    public async Task<bool> Died()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode != 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
        Store.Dispose();
        Admin.Dispose();
    }

    private static Process Launch(string[] arguments, string connectionString, (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "headlesspro.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DATABASE_URL"] = connectionString;
        start.Environment["Payments__Fraud__Enabled"] = "false";
        foreach (var (name, value) in settings) start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
