using System.Net.Http.Headers;
using System.Text;

namespace HeadlessPro.Modules.Tests.Identity;

public class ApiKeyTests(HpApp app) : IClassFixture<HpApp>
{
    [Fact]
    public async Task A_secret_key_is_shown_once_works_and_stops_working_when_revoked()
    {
        var created = (await app.Admin.PostJson("/admin/api-keys", new { title = "Warehouse", type = "secret" }))["api_key"]!;
        var (id, token) = ((string)created["id"]!, (string)created["token"]!);
        Assert.Equal(67, token.Length);
        var read = (await app.Admin.GetJson($"/admin/api-keys/{id}"))["api_key"]!;
        Assert.Equal((string)created["redacted"]!, (string)read["token"]!);
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.api_keys where token = '{token}'"));

        using var client = new HttpClient { BaseAddress = app.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(token + ":")));
        await client.GetJson("/admin/api-keys");

        await app.Admin.DeleteJson($"/admin/api-keys/{id}", status: 400);
        await app.Admin.PostJson($"/admin/api-keys/{id}/revoke");
        var refused = await client.GetJson("/admin/api-keys", 401);
        Assert.Equal("Unauthorized", (string)refused["message"]!);
        await app.Admin.DeleteJson($"/admin/api-keys/{id}");
        await app.Admin.GetJson($"/admin/api-keys/{id}", 404);
    }

    [Fact]
    public async Task Lists_are_filtered_paged_and_refuse_what_they_do_not_know()
    {
        await app.Admin.PostJson("/admin/api-keys", new { title = "Kiosk A", type = "publishable" });
        await app.Admin.PostJson("/admin/api-keys", new { title = "Kiosk B", type = "publishable" });
        var page = await app.Admin.GetJson("/admin/api-keys?q=kiosk&limit=1&offset=1&order=title");
        Assert.Equal(2, (int)page["count"]!);
        Assert.Equal(["Kiosk B"], page["api_keys"]!.AsArray().Select(k => (string)k!["title"]!));
        var refused = await app.Admin.GetJson("/admin/api-keys?foo=1", 400);
        Assert.Equal("Invalid request: Unrecognized fields: 'foo'", (string)refused["message"]!);
    }

    [Theory]
    [InlineData("""{"title":"","type":"secret"}""", "Invalid request: Field 'title' must have 1 to 255 characters")]
    [InlineData("""{"title":"x"}""", "Invalid request: Field 'type' is required")]
    [InlineData("""{"title":"x","type":"root"}""", "Invalid request: Value for field 'type' must be 'publishable' or 'secret', got: 'root'")]
    [InlineData("""{"title":5,"type":"secret"}""", "Invalid request: Expected type: 'string' for field 'title', got: '5'")]
    [InlineData("""{"title":"x","type":"secret","scopes":[]}""", "Invalid request: Unrecognized fields: 'scopes'")]
    public async Task Bad_input_names_the_field_and_creates_nothing(string body, string message)
    {
        var before = await app.Scalar<long>("select count(*) from identity.api_keys");
        Assert.Equal(message, (string)(await app.Admin.PostJson("/admin/api-keys", body, 400))["message"]!);
        Assert.Equal(before, await app.Scalar<long>("select count(*) from identity.api_keys"));
    }
}
