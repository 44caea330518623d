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

    [Fact]
    public async Task A_scoped_key_may_do_what_it_was_made_for_and_nothing_else()
    {
        var made = (await app.Admin.PostJson("/admin/api-keys", new { title = "Reports", type = "secret", permissions = new[] { "orders:read", "products:*" } }))["api_key"]!;
        Assert.Equal(["orders:read", "products:*"], made["permissions"]!.AsArray().Select(p => (string)p!));
        using var client = Colleague.WithKey(app, (string)made["token"]!);
        await client.GetJson("/admin/orders");
        await client.GetJson("/admin/products");
        Assert.Equal("The permission 'payments:read' is missing", (string)(await client.GetJson("/admin/payments", 403))["message"]!);
        await client.GetJson("/admin/users/me", 401);
        Assert.Equal("t", await app.Scalar<string>($"select (last_used_at > now() - interval '1 minute')::text::char(1)::text from identity.api_keys where title = 'Reports'"));
        await app.Admin.PostJson("/admin/api-keys", new { title = "Odd", type = "secret", permissions = new[] { "orders" } }, 400);
        await app.Admin.PostJson("/admin/api-keys", new { title = "Odd", type = "publishable", permissions = new[] { "orders:read" } }, 400);
        await app.Admin.PostJson("/admin/api-keys", new { title = "Odd", type = "secret", expires_at = "2020-01-01T00:00:00Z" }, 400);
        Assert.Equal(0L, await app.Scalar<long>("select count(*) from identity.api_keys where title = 'Odd'"));
    }

    [Fact]
    public async Task A_rotated_key_has_two_tokens_for_a_while_and_then_one()
    {
        var made = (await app.Admin.PostJson("/admin/api-keys", new { title = "Rotated", type = "secret", permissions = new[] { "keys:read" } }))["api_key"]!;
        var id = (string)made["id"]!;
        using var old = Colleague.WithKey(app, (string)made["token"]!);
        await old.GetJson("/admin/api-keys");
        var rotated = (await app.Admin.PostJson($"/admin/api-keys/{id}/rotate", new { overlap_hours = 2 }))["api_key"]!;
        Assert.NotEqual((string)made["token"]!, (string)rotated["token"]!);
        Assert.NotNull(rotated["former_token_expires_at"]);
        using var young = Colleague.WithKey(app, (string)rotated["token"]!);
        await old.GetJson("/admin/api-keys");
        await young.GetJson("/admin/api-keys");

        var now = (await app.Admin.PostJson($"/admin/api-keys/{id}/rotate", new { overlap_hours = 0 }))["api_key"]!;
        // Nor is one from before, whatever it was promised.
        await young.GetJson("/admin/api-keys", 401);
        await old.GetJson("/admin/api-keys", 401);
        using var newest = Colleague.WithKey(app, (string)now["token"]!);
        await newest.GetJson("/admin/api-keys");
        await app.Admin.PostJson($"/admin/api-keys/{id}/rotate", new { overlap_hours = 1000 }, 400);
        await app.Admin.PostJson($"/admin/api-keys/{id}/revoke");
        foreach (var client in (HttpClient[])[old, young, newest]) await client.GetJson("/admin/api-keys", 401);
        await app.Admin.PostJson($"/admin/api-keys/{id}/rotate", new { }, 400);
        var again = await app.Contract<Contracts.Identity.IApiKeys>().Ensure(new((string)made["token"]!, Contracts.Identity.ApiKeyType.Secret, "Back"), default);
        Assert.Equal("key_revoked", again.Error!.Code);
    }

    [Fact]
    public async Task An_expired_key_opens_nothing()
    {
        var made = (await app.Admin.PostJson("/admin/api-keys", new { title = "Brief", type = "secret", expires_at = DateTimeOffset.UtcNow.AddHours(1) }))["api_key"]!;
        using var client = Colleague.WithKey(app, (string)made["token"]!);
        await client.GetJson("/admin/api-keys");
        await app.Scalar<object>("update identity.api_keys set expires_at = now() where title = 'Brief'");
        await app.Admin.PostJson($"/admin/api-keys/{made["id"]}", new { title = "Brief" });
        await client.GetJson("/admin/api-keys", 401);
        Assert.Equal($"Cannot rotate API key {made["id"]} that has expired: make a new one", (string)(await app.Admin.PostJson($"/admin/api-keys/{made["id"]}/rotate", new { }, 400))["message"]!);
        Assert.Null((await app.Admin.GetJson($"/admin/api-keys/{made["id"]}"))["api_key"]!["former_token_expires_at"]);
    }

    [Fact]
    public async Task A_secret_that_was_shown_is_not_kept_in_the_clear_and_a_repeat_shows_it_again()
    {
        using var client = Colleague.WithKey(app, HpApp.SecretKey);
        client.DefaultRequestHeaders.Add("Idempotency-Key", "make-one-key");
        var body = new { title = "Twice", type = "secret" };
        var token = (string)(await client.PostJson("/admin/api-keys", body))["api_key"]!["token"]!;
        Assert.Equal(1L, await app.Scalar<long>("select count(*) from platform.idempotency where key = 'make-one-key' and status = 200"));
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from platform.idempotency where position('{token}'::bytea in body) > 0"));
        Assert.Equal(token, (string)(await client.PostJson("/admin/api-keys", body))["api_key"]!["token"]!);
        Assert.Equal(1L, await app.Scalar<long>("select count(*) from identity.api_keys where title = 'Twice'"));
    }
}
