using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using HeadlessPro.Host;
using Npgsql;

namespace HeadlessPro.Platform.Tests.Start;

/// <summary>The host as its operator sees it: a process with arguments, output, signals and an exit code.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly Task<string> _output;

    private HostProcess(Process process) => (_process, _errors, _output) = (process, process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync());

    /// <summary>What it said, once it has ended.</summary>
    public Task<string> Output => _output;

    public int Id => _process.Id;

    public static HostProcess Begin(IReadOnlyDictionary<string, string?>? environment, params string[] arguments)
    {
        var info = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        info.ArgumentList.Add(typeof(HostApp).Assembly.Location);
        foreach (var argument in arguments) info.ArgumentList.Add(argument);
        info.Environment.Remove("DATABASE_URL");
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>()) info.Environment[name] = value;
        return new HostProcess(Process.Start(info)!);
    }

    /// <summary>Begins, and waits until it answers on its port.</summary>
    public static async Task<HostProcess> Serve(string data, int port, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var host = Begin(environment, "serve", "--empty", "--port", $"{port}", "--data", data);
        using var http = new HttpClient();
        for (var until = Stopwatch.StartNew(); until.Elapsed < TimeSpan.FromSeconds(60);)
        {
            if (host._process.HasExited) Assert.Fail($"The host ended with {host._process.ExitCode}: {await host._errors}");
            try
            {
                using var answer = await http.GetAsync($"http://127.0.0.1:{port}/health");
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                return host;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(20);
            }
        }

        throw new TimeoutException("The host does not answer.");
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits for the end: exit code and what it said on its error output.</summary>
    public async Task<(int Code, string Errors)> Ended()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(patience.Token);
        return (_process.ExitCode, await _errors);
    }

    public async Task Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>A connection to the private server of a data folder.</summary>
    public static NpgsqlConnection Connect(string data) =>
        new(new NpgsqlConnectionStringBuilder
        {
            Host = Path.Combine(data, "run"),
            Username = "headlesspro",
            Database = "headlesspro",
            Pooling = false,
        }.ConnectionString);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
