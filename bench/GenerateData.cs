using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace HeadlessPro.Bench;

/// <summary>
/// <c>dev/bench data --products 10000</c>: a catalogue that is the same for the same seed, loaded the way a merchant's is, as a product
/// file. Products that are there already are written again.
/// </summary>
internal static class GenerateData
{
    public static int Run(Arguments arguments)
    {
        var url = arguments.Url("url", "http://127.0.0.1:9000");
        var (key, count, seed) = (arguments.Text("admin-key", "sk_demo"), arguments.Number("products") ?? 10_000, arguments.Number("seed") ?? 1);
        var file = arguments.Text("file");
        arguments.RefuseUnknown();

        using var client = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromMinutes(10) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(key + ":")));
        var start = Stopwatch.GetTimestamp();
        var locations = Ask(client, "/admin/stock-locations?limit=100")["stock_locations"]!.AsArray().Select(l => (string)l!["name"]!).Take(5).ToArray();
        var channel = (string)Ask(client, "/admin/sales-channels?limit=1&order=created_at")["sales_channels"]![0]!["id"]!;

        var path = file ?? Path.GetTempFileName();
        var rows = ProductFile.Write(path, count, seed, locations);
        var written = Stopwatch.GetElapsedTime(start);
        using (var body = new StreamContent(File.OpenRead(path)))
        {
            body.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
            var import = Read(client.PostAsync(new Uri($"/admin/product-imports?file_name=bench.csv&sales_channel_id={channel}", UriKind.Relative), body).Result)["import"]!;
            do
            {
                Thread.Sleep(250);
                import = Ask(client, $"/admin/product-imports/{import["id"]}")["import"]!;
            }
            while ((string)import["status"]! is "pending" or "running");
            if (file is null) File.Delete(path);
            if ((string)import["status"]! != "completed" || (long)import["rows_failed"]! > 0) throw new BenchException($"The import did not work: {import.ToJsonString()}");
        }

        Console.WriteLine($"{count} products, {rows} variants: file made in {written.TotalSeconds:0.0} s, all loaded after {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s");
        return 0;
    }

    private static JsonNode Ask(HttpClient client, string path) => Read(client.GetAsync(new Uri(path, UriKind.Relative)).Result);

    private static JsonNode Read(HttpResponseMessage response)
    {
        using (response)
        {
            var text = response.Content.ReadAsStringAsync().Result;
            return response.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new BenchException($"{response.RequestMessage!.RequestUri} answered {(int)response.StatusCode}: {text}");
        }
    }
}
