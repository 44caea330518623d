using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace HeadlessPro.Bench;

/// <summary>
/// <c>dev/bench start --program dist/headlesspro --database-url postgres://…</c>: starts the program several times on a database that is up and filled, and
/// measures from the start of the process to its first 200, and its memory ten seconds after a few pages were asked for.
/// </summary>
internal static class StartUp
{
    public static int Run(Arguments arguments)
    {
        var program = arguments.Text("program") ?? throw new BenchException("start needs --program: the headlesspro file, or its .dll.");
        var database = arguments.Text("database-url") ?? throw new BenchException("start needs --database-url: the shop's DATABASE_URL.");
        var (port, runs, key) = (arguments.Number("port") ?? 9499, arguments.Number("runs") ?? 5, arguments.Text("key", "pk_demo"));
        arguments.RefuseUnknown();

        var (starts, idle) = (new List<double>(), new List<double>());
        for (var i = 0; i < runs; i++)
        {
            var (milliseconds, mib) = Once(program, database, port, key);
            starts.Add(milliseconds);
            idle.Add(mib);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"first 200 after {milliseconds:0} ms; idle {mib:0.0} MiB"));
        }

        Console.WriteLine($"{runs} starts: {Table.Spread(starts.Cast<double?>())} ms; idle {Table.Spread(idle.Cast<double?>())} MiB");
        return 0;
    }

    private static (double Milliseconds, double Mib) Once(string program, string database, int port, string key)
    {
        string[] arguments = ["serve", "--port", $"{port}"];
        var isAssembly = program.EndsWith(".dll", StringComparison.Ordinal);
        var how = new ProcessStartInfo(isAssembly ? "dotnet" : program, isAssembly ? [program, .. arguments] : arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        how.Environment["DATABASE_URL"] = database;
        // A shop in production runs no emulator.
        how.Environment["Demo__Payments"] = "false";
        var from = Stopwatch.GetTimestamp();
        using var server = Process.Start(how)!;
        server.OutputDataReceived += static (_, _) => { };
        server.ErrorDataReceived += static (_, _) => { };
        server.BeginOutputReadLine();
        server.BeginErrorReadLine();
        try
        {
            var url = new Uri($"http://127.0.0.1:{port}");
            using var shopper = new HttpConnection(url, $"x-publishable-api-key: {key}");
            while (shopper.Send("GET", "/store/regions") is { IsOk: false } answer)
            {
                if (answer.Status is not (0 or 503)) throw new BenchException($"/store/regions answered {answer.Status}: {Encoding.UTF8.GetString(answer.Body)}");
                if (server.HasExited) throw new BenchException($"The program ended with {server.ExitCode}.");
                if (Stopwatch.GetElapsedTime(from).TotalSeconds > 60) throw new BenchException("The program did not answer within a minute.");
                Thread.Sleep(2);
            }

            var milliseconds = Stopwatch.GetElapsedTime(from).TotalMilliseconds;
            foreach (var path in (string[])["/store/products?limit=3", "/store/products?limit=20", "/store/product-categories"]) shopper.Send("GET", path);
            Thread.Sleep(TimeSpan.FromSeconds(10));
            return (milliseconds, new Processes(url, server.Id, 0).ServerMemory ?? 0);
        }
        finally
        {
            server.Kill();
            server.WaitForExit();
        }
    }
}
