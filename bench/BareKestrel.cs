using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using HeadlessPro.Bench.Scenarios;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace HeadlessPro.Bench;

/// <summary>
/// <c>dev/bench bare</c>: how far the list is from what Kestrel can do at all. The answer of the shop's list, byte for byte, is served by an
/// endpoint that does nothing else, in a process of its own; shop and bare endpoint are measured in turn, at each concurrency.
/// </summary>
internal static class BareKestrel
{
    public const string Name = "bare";

    public static int Run(Arguments arguments, string[] command)
    {
        var target = new Target(arguments);
        var json = arguments.Text("json");
        arguments.RefuseUnknown();
        var list = new ListProducts(target.Shop, storefront: false);
        var file = Path.GetTempFileName();
        using (var connection = target.Shop.Connect()) File.WriteAllBytes(file, connection.Send("GET", list.Path).Body);

        var port = FreePort();
        using var bare = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [typeof(BareKestrel).Assembly.Location, "serve-bytes", "--port", $"{port}", "--file", file])
        {
            RedirectStandardInput = true,
            UseShellExecute = false,
        })!;
        var results = new List<ScenarioResult>();
        try
        {
            var url = new Uri($"http://127.0.0.1:{port}");
            WaitFor(url, bare);
            var processes = new Processes(url, bare.Id, null);
            Console.WriteLine(Table.Header);
            foreach (var load in target.Loads)
            {
                foreach (var result in new[]
                {
                    ClosedLoop.Run(list, "list", target.Shop.Connect, target.Processes, load),
                    ClosedLoop.Run(list, Name, () => new HttpConnection(url), processes, load),
                })
                {
                    results.Add(result);
                    Console.WriteLine(Table.Of(result));
                }
            }
        }
        finally
        {
            bare.StandardInput.Close();
            bare.WaitForExit();
            File.Delete(file);
        }

        Compare.WithinOne(results);
        RunScenarios.Save(json, RunResult.Of(command, target.Url.ToString(), results));
        return results.Any(r => r.Failed > 0) ? 1 : 0;
    }

    /// <summary>The child process: ends with the end of its input, which is the end of its parent by any cause.</summary>
    public static int Serve(Arguments arguments)
    {
        var bytes = File.ReadAllBytes(arguments.Text("file")!);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(o => o.Listen(IPAddress.Loopback, arguments.Number("port")!.Value));
        var app = builder.Build();
        app.Run(context =>
        {
            context.Response.ContentType = "application/json; charset=utf-8";
            context.Response.ContentLength = bytes.Length;
            return context.Response.Body.WriteAsync(bytes, 0, bytes.Length);
        });
        app.StartAsync().Wait();
        Console.In.ReadToEnd();
        return 0;
    }

    private static void WaitFor(Uri url, Process process)
    {
        for (var i = 0; i < 200 && !process.HasExited; i++)
        {
            using var connection = new HttpConnection(url);
            if (connection.Send("GET", "/").IsOk) return;
            Thread.Sleep(50);
        }

        throw new BenchException("The bare endpoint does not start.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
