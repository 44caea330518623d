using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using HeadlessPro.Platform.Events;
using HeadlessPro.Platform.Jobs;
using HeadlessPro.Platform.Tests.Events;

namespace HeadlessPro.Platform.Tests.Web;

public class HealthTests(WireHost host) : IClassFixture<WireHost>
{
    [Fact]
    public async Task A_question_for_the_headers_only_gets_those_of_the_answer()
    {
        using var head = await host.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/health"));
        Assert.Equal((HttpStatusCode.OK, ""), (head.StatusCode, await head.Content.ReadAsStringAsync()));
        using var unknown = await host.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/nowhere"));
        Assert.Equal((HttpStatusCode.NotFound, ""), (unknown.StatusCode, await unknown.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Errors_are_written_as_a_person_reads_them()
    {
        using var refused = await host.Http.GetAsync("/store/list?flag=m\u00e4ybe");
        Assert.Contains("got: 'm\u00e4ybe'", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Alive_is_one_word_and_ready_tells_an_operator_how_far_events_and_jobs_are()
    {
        Assert.Equal("OK", await host.Http.GetStringAsync("/health"));

        await using var database = await PlatformDatabase.Create();
        await using var busy = await PlatformHost.Start(database, services =>
        {
            services.AddSubscriber<Counted>("test.on_counted", (_, _, _) => throw new InvalidOperationException("no"));
            services.AddJobHandler("test.work", (_, _, _) => Task.CompletedTask);
        });
        await database.Do("""
            insert into events.log (name, payload) values ('test.counted', '{"Number":1}');
            insert into jobs.queue (name, payload, run_at, attempts, dead_at) values ('test.work', '1', now(), 10, now());
            insert into jobs.queue (name, payload, run_at) values ('test.elsewhere', '1', now());
            """);
        await Eventually.IsTrue(async () => (await Ready(busy)).GetProperty("events")[0].GetProperty("retrying").GetInt64() == 1);

        var ready = await Ready(busy);
        Assert.Equal(("ready", "ok"), (ready.GetProperty("status").GetString(), ready.GetProperty("database").GetString()));
        Assert.Equal("test.on_counted", ready.GetProperty("events")[0].GetProperty("subscriber").GetString());
        Assert.Equal(0, ready.GetProperty("events")[0].GetProperty("dead").GetInt64());
        var jobs = ready.GetProperty("jobs");
        Assert.Equal((1L, 1L), (jobs.GetProperty("due").GetInt64(), jobs.GetProperty("dead").GetInt64()));
        Assert.Contains(jobs.GetProperty("recurring").EnumerateArray(), j => j.GetProperty("name").GetString() == "platform.trim_event_log");
    }

    [Fact]
    public async Task Without_its_database_a_host_is_alive_but_not_ready()
    {
        var database = await PlatformDatabase.Create();
        await using var lost = await PlatformHost.Start(database);
        await database.DisposeAsync();

        Assert.Equal("OK", await lost.Http.GetStringAsync("/health"));
        using var ready = await lost.Http.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal("unavailable", JsonDocument.Parse(await ready.Content.ReadAsStringAsync()).RootElement.GetProperty("status").GetString());
    }

    [Fact]
    public async Task The_front_page_says_what_runs_here_to_programs_and_to_people()
    {
        var json = JsonDocument.Parse(await host.Http.GetStringAsync("/")).RootElement;
        Assert.Equal(("HeadlessPro", "all"), (json.GetProperty("name").GetString(), json.GetProperty("role").GetString()));
        Assert.Equal("/openapi.json", json.GetProperty("links").GetProperty("openapi").GetString());

        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        using var page = await host.Http.SendAsync(request);
        Assert.Equal("text/html; charset=utf-8", page.Content.Headers.ContentType!.ToString());
        Assert.Contains("<a href=\"/docs\">", await page.Content.ReadAsStringAsync());
        Assert.Contains("fetch('/openapi.json')", await host.Http.GetStringAsync("/docs"));
    }

    [Fact]
    public async Task The_description_names_bodies_parameters_answers_and_errors()
    {
        var api = JsonDocument.Parse(await host.Http.GetStringAsync("/openapi.json")).RootElement;
        Assert.StartsWith("3.1", api.GetProperty("openapi").GetString());
        var post = api.GetProperty("paths").GetProperty("/store/lines").GetProperty("post");
        Assert.Equal("PostStoreLines", post.GetProperty("operationId").GetString());
        var body = post.GetProperty("requestBody").GetProperty("content").EnumerateObject().Single();
        Assert.Equal("application/json", body.Name);
        Assert.Equal("#/components/schemas/WireTestRequest", body.Value.GetProperty("schema").GetProperty("$ref").GetString());
        var schema = api.GetProperty("components").GetProperty("schemas").GetProperty("WireTestRequest");
        Assert.Equal(["variant_id", "quantity"], schema.GetProperty("required").EnumerateArray().Select(r => r.GetString()!));
        Assert.True(schema.GetProperty("properties").TryGetProperty("shipping_address", out _));
        Assert.True(post.GetProperty("responses").GetProperty("default").TryGetProperty("content", out _));

        var get = api.GetProperty("paths").GetProperty("/store/list").GetProperty("get");
        Assert.Equal(["fields", "limit", "offset", "order", "q"], get.GetProperty("parameters").EnumerateArray().Select(p => p.GetProperty("name").GetString()!));
    }

    private static async Task<JsonElement> Ready(PlatformHost host) =>
        JsonDocument.Parse(await host.Http.GetStringAsync("/health/ready")).RootElement;
}
