using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;

namespace HeadlessPro.Platform.Tests.Web;

public class AdmissionTests : IAsyncLifetime
{
    private PlatformDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await PlatformDatabase.Create();

    public async ValueTask DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Who_can_neither_be_served_nor_wait_is_told_at_once_but_not_health_nor_other_hosts_of_the_shop()
    {
        var open = new TaskCompletionSource();
        await using var host = await PlatformHost.Start(_database, map: app =>
        {
            app.MapPost("/internal/catalog/ask", () => "answered");
            app.MapGet("/slow", async () =>
            {
                await open.Task;
                return "done";
            });
        }, args: ["--Requests:Concurrent=2", "--Requests:Waiting=3"]);

        var asked = Enumerable.Range(0, 10).Select(_ => host.Http.GetAsync("/slow")).ToList();
        var refused = new List<HttpResponseMessage>();
        for (var i = 0; i < 5; i++)
        {
            var first = await Task.WhenAny(asked).WaitAsync(TimeSpan.FromSeconds(10));
            asked.Remove(first);
            refused.Add(await first);
        }

        Assert.All(refused, r => Assert.Equal((HttpStatusCode.ServiceUnavailable, "1"), (r.StatusCode, r.Headers.RetryAfter!.ToString())));
        var error = JsonDocument.Parse(await refused[0].Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(("unavailable", "overloaded", 503), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString(), error.GetProperty("status").GetInt32()));
        Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync("/health")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Http.PostAsync("/internal/catalog/ask", null)).StatusCode);

        open.SetResult();
        Assert.All(await Task.WhenAll(asked), r => Assert.Equal(HttpStatusCode.OK, r.StatusCode));
        Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync("/slow")).StatusCode);
    }
}
