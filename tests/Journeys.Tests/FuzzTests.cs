using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using HeadlessPro.Tests.Support;

namespace HeadlessPro.Journeys.Tests;

/// <summary>
/// Asks every operation of <c>/openapi.json</c> with requests that are nearly right and requests that mean harm. Whatever comes in, the
/// answer is never our failure. <c>FUZZ_REQUESTS</c> says how many (2,000; the full run is 20,000), <c>FUZZ_SEED</c> which.
/// </summary>
public sealed class FuzzTests(ShopFixture app) : IClassFixture<ShopFixture>
{
    private const int Workers = 4;

    private static readonly int Requests = int.Parse(Environment.GetEnvironmentVariable("FUZZ_REQUESTS") ?? "2000");
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("FUZZ_SEED") ?? "1");

    [Fact]
    public async Task No_request_whatever_it_holds_is_answered_with_a_failure()
    {
        var api = await app.Store.GetJson("/openapi.json");
        var operations = Operation.AllOf(api);
        Assert.True(operations.Count > 100, $"only {operations.Count} operations are described");
        Assert.Equal(operations.Count, operations.Select(o => (string)o.Description["operationId"]!).Distinct(StringComparer.Ordinal).Count());
        var ids = new IdPool();
        await ids.HarvestShop(app);
        var failures = new ConcurrentDictionary<string, string>();
        var statuses = new ConcurrentDictionary<int, int>();

        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            var random = new Random(Seed * Workers + worker);
            var maker = new RequestMaker(random, api, ids);
            for (var i = worker; i < Requests; i += Workers)
            {
                // Each in turn, so that a small run asks all of them; then by chance.
                var operation = i < operations.Count * 2 ? operations[i % operations.Count] : operations[random.Next(operations.Count)];
                var (request, shown) = maker.Make(operation);
                using (request)
                {
                    try
                    {
                        using var response = await (operation.IsStaff ? app.Admin : app.Store).SendAsync(request);
                        var text = await response.Content.ReadAsStringAsync();
                        statuses.AddOrUpdate((int)response.StatusCode, 1, (_, n) => n + 1);
                        if ((int)response.StatusCode >= 500) failures.TryAdd(operation.Name, $"{(int)response.StatusCode} {text}\n    {shown}");
                        else if (response.IsSuccessStatusCode) ids.Harvest(text);
                        else if (!IsOurError(text)) failures.TryAdd(operation.Name + " error shape", $"{(int)response.StatusCode} {text}\n    {shown}");
                    }
                    catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
                    {
                        failures.TryAdd(operation.Name + " no answer", $"{e.Message}\n    {shown}");
                    }
                }
            }
        })));

        var summary = string.Join(", ", statuses.OrderBy(s => s.Key).Select(s => $"{s.Key}: {s.Value}"));
        await Console.Out.WriteLineAsync($"fuzz, seed {Seed}: {summary}");
        Assert.True(failures.IsEmpty, $"{failures.Count} operations failed ({summary}):\n" + string.Join("\n", failures.OrderBy(f => f.Key).Select(f => $"{f.Key}: {f.Value}")));
        Assert.True(statuses.GetValueOrDefault(200) > Requests / 20, $"hardly anything was right enough to go through: {summary}");
    }

    // Requests that HTTP itself refuses (a null byte in the path) never reach us and have no body.
    private static bool IsOurError(string text) =>
        // Programs that speak OAuth read another shape.
        text.Length == 0 || (text[0] == '{' && JsonNode.Parse(text) is { } body && (body["message"] ?? body["error_description"])?.GetValueKind() == System.Text.Json.JsonValueKind.String);
}
