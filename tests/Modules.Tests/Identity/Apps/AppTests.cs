using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace HeadlessPro.Modules.Tests.Identity.Apps;

/// <summary>Apps: who registers them, and what they do as themselves.</summary>
public class AppTests(HpApp app) : IClassFixture<HpApp>
{
    [Fact]
    public async Task A_secret_is_shown_once_kept_as_a_hash_and_rotated_with_a_time_in_which_both_work()
    {
        var made = (await app.Admin.PostJson("/admin/apps", new { name = "Planner", kind = "confidential", audience = "user", scopes = new[] { "orders:read" }, grant_types = new[] { "client_credentials" } }))["app"]!;
        var (id, secret) = ((string)made["id"]!, (string)made["client_secret"]!);
        Assert.StartsWith("cs_", secret);
        Assert.Equal((67, "confidential", "user", false), (secret.Length, (string)made["kind"]!, (string)made["audience"]!, (bool)made["is_first_party"]!));
        var read = (await app.Admin.GetJson($"/admin/apps/{id}"))["app"]!;
        Assert.Null(read["client_secret"]);
        Assert.Equal($"{secret[..6]}***{secret[^3..]}", (string)read["redacted"]!);
        var listed = (await app.Admin.GetJson("/admin/apps?q=plann"))["apps"]!.AsArray().Single(a => (string)a!["id"]! == id)!;
        Assert.Equal(["orders:read"], listed["scopes"]!.AsArray().Select(s => (string)s!));
        Assert.DoesNotContain(secret, listed.ToJsonString());
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.app_secrets s where s::text like '%{secret[6..]}%'"));

        var first = new RegisteredApp(app, id, secret);
        await first.OwnToken();
        var second = first with { Secret = (string)(await app.Admin.PostJson($"/admin/apps/{id}/rotate", new { overlap_hours = 1 }))["app"]!["client_secret"]! };
        await first.OwnToken();
        await second.OwnToken();
        await app.Scalar<object>("update identity.app_secrets set good_until = now() where good_until is not null");
        Assert.Equal("invalid_client", (string)(await first.Ask("/oauth/token", 401, ("grant_type", "client_credentials")))["error"]!);
        var between = second with { Secret = (string)(await app.Admin.PostJson($"/admin/apps/{id}/rotate", new { overlap_hours = 5 }))["app"]!["client_secret"]! };
        var third = second with { Secret = (string)(await app.Admin.PostJson($"/admin/apps/{id}/rotate", new { overlap_hours = 0 }))["app"]!["client_secret"]! };
        // Nor is one from before, whatever it was promised.
        await second.Ask("/oauth/token", 401, ("grant_type", "client_credentials"));
        await between.Ask("/oauth/token", 401, ("grant_type", "client_credentials"));
        await third.OwnToken();
    }

    [Theory]
    [InlineData("http://app.example/callback")]
    [InlineData("https://app.example/callback#here")]
    [InlineData("https://*.example/callback")]
    [InlineData("https://app.example/*")]
    [InlineData("https://user@app.example/callback")]
    [InlineData("https://app.example\\@evil.example/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("com.example.app:/callback")]
    [InlineData("http://localhost/callback")]
    [InlineData("/callback")]
    [InlineData("https://app.example/call back")]
    public async Task Where_a_browser_is_sent_back_to_is_https_or_this_machine(string uri)
    {
        var before = await Apps();
        var refused = await app.Admin.PostJson("/admin/apps", New(redirectUris: [uri]), 400);
        Assert.StartsWith("Invalid request: Field 'redirect_uris' must be https addresses", (string)refused["message"]!);
        Assert.Equal(before, await Apps());
    }

    [Theory]
    [InlineData("http://localhost.evil.example/callback")]
    [InlineData("https://localhost:x/callback")]
    [InlineData("planner:/callback")]
    [InlineData("com.example.app:callback")]
    [InlineData("com.example.app:/callback#here")]
    [InlineData("javascript:alert(1)")]
    public async Task An_app_on_people_s_devices_is_sent_back_to_no_other_host_and_no_scheme_of_others(string uri)
    {
        var confidential = (await app.Admin.PostJson("/admin/apps", New()))["app"]!;
        var before = await Apps();
        await app.Admin.PostJson("/admin/apps", New(kind: "public", redirectUris: [uri]), 400);
        await app.Admin.PostJson($"/admin/apps/{confidential["id"]}", new { redirect_uris = new[] { "com.example.app:/callback" } }, 400);
        Assert.Equal(before, await Apps());
    }

    [Fact]
    public async Task What_an_app_may_be_is_checked()
    {
        var before = await Apps();
        (object Body, string Says)[] wrong =
        [
            (New(scopes: ["orders:fly"]), "Field 'scopes' must be permissions"),
            (New(scopes: ["orders:*"]), "Field 'scopes' must be permissions"),
            (New(scopes: ["keys:write"]), "Field 'scopes' must be permissions"),
            (New(scopes: ["staff:write"]), "Field 'scopes' must be permissions"),
            (New(scopes: ["apps:write"]), "Field 'scopes' must be permissions"),
            (New(scopes: ["account:read"]), "Field 'scopes' must be permissions"),
            (New(scopes: ["orders:read"], audience: "customer"), "Field 'scopes' must be scopes of apps for customers"),
            (New(audience: "everybody"), "field 'audience' must be one of"),
            (New(kind: "secret"), "field 'kind' must be one of"),
            (New(grants: ["password"]), "field 'grant_types' must be one of"),
            (New(grants: ["implicit"]), "field 'grant_types' must be one of"),
            (New(grants: ["refresh_token"]), "has 'refresh_token' only with 'authorization_code'"),
            (New(kind: "public", grants: ["client_credentials"]), "has 'client_credentials' only for confidential apps"),
            (New(audience: "customer", scopes: ["account:read"], grants: ["client_credentials"]), "has 'client_credentials' only for confidential apps"),
            (New(redirectUris: []), "Field 'redirect_uris' must have an address"),
            (New(name: " "), "Field 'name' must have 1 to 100 characters"),
        ];
        foreach (var (body, says) in wrong) Assert.Contains(says, (string)(await app.Admin.PostJson("/admin/apps", body, 400))["message"]!);
        Assert.Equal(before, await Apps());
    }

    [Fact]
    public async Task Nobody_gives_an_app_what_they_do_not_have_nor_reads_the_secret_of_one_that_may_more()
    {
        var role = (string)(await app.Admin.PostJson("/admin/roles", new { name = $"integrator-{Guid.NewGuid():N}"[..20], permissions = new[] { "apps:*", "products:read" } }))["role"]!["name"]!;
        using var integrator = await Colleague.Join(app, role);
        var theirs = (string)(await integrator.Client.PostJson("/admin/apps", New(scopes: ["products:read", "openid"])))["app"]!["id"]!;
        var stronger = (await RegisteredApp.Robot(app, "orders:read")).Id;
        var firstParty = (await RegisteredApp.Register(app, ["products:read"], isFirstParty: true)).Id;
        var before = await Apps();
        Assert.Contains("'orders:read' is missing", (string)(await integrator.Client.PostJson("/admin/apps", New(scopes: ["orders:read"]), 403))["message"]!);
        Assert.Contains("'orders:read' is missing", (string)(await integrator.Client.PostJson($"/admin/apps/{theirs}", new { scopes = new[] { "orders:read" } }, 403))["message"]!);
        Assert.Contains("'*' is missing", (string)(await integrator.Client.PostJson($"/admin/apps/{theirs}", new { is_first_party = true }, 403))["message"]!);
        foreach (var (id, path, body) in new (string, string, object)[]
                 {
                     (stronger, "", new { redirect_uris = new[] { "https://evil.example/" } }), (stronger, "/rotate", new { }), (stronger, "/revoke", new { }),
                     (firstParty, "", new { redirect_uris = new[] { "https://evil.example/" } }), (firstParty, "/rotate", new { }),
                 })
            await integrator.Client.PostJson($"/admin/apps/{id}{path}", body, 403);
        await integrator.Client.DeleteJson($"/admin/apps/{stronger}", status: 403);
        Assert.Equal(before, await Apps());
        Assert.Equal("Warehouse", (string)(await integrator.Client.PostJson($"/admin/apps/{theirs}", new { name = "Warehouse" }))["app"]!["name"]!);
    }

    [Fact]
    public async Task An_app_does_as_itself_what_it_was_let_do_and_no_more()
    {
        var robot = await RegisteredApp.Robot(app, "orders:read", "products:read", "openid");
        var given = await robot.Ask("/oauth/token", 200, ("grant_type", "client_credentials"));
        Assert.Equal(("Bearer", 900, "orders:read products:read"), ((string)given["token_type"]!, (int)given["expires_in"]!, (string)given["scope"]!));
        Assert.Null(given["refresh_token"]);
        var token = (string)given["access_token"]!;
        Assert.Equal(("at+jwt", "ES256"), ((string)RegisteredApp.Header(token)["typ"]!, (string)RegisteredApp.Header(token)["alg"]!));
        var claims = RegisteredApp.Claims(token);
        var issuer = app.BaseAddress.ToString().TrimEnd('/');
        Assert.Equal((issuer, issuer, robot.Id, robot.Id, "orders:read products:read"), ((string)claims["iss"]!, (string)claims["aud"]!, (string)claims["sub"]!, (string)claims["client_id"]!, (string)claims["scope"]!));

        using var client = Colleague.With(app, token);
        await client.GetJson("/admin/orders");
        await client.GetJson("/admin/products");
        using (var refused = await client.GetAsync("/admin/regions"))
        {
            Assert.Equal((HttpStatusCode.Forbidden, "Bearer error=\"insufficient_scope\", scope=\"settings:read\""), (refused.StatusCode, refused.Headers.WwwAuthenticate.ToString()));
            var body = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!;
            Assert.Equal(("insufficient_scope", "The permission 'settings:read' is missing"), ((string)body["code"]!, (string)body["message"]!));
        }

        using var less = Colleague.With(app, await robot.OwnToken("orders:read"));
        await less.GetJson("/admin/orders");
        await less.GetJson("/admin/products", 403);
        Assert.Equal("invalid_scope", (string)(await robot.Ask("/oauth/token", 400, ("grant_type", "client_credentials"), ("scope", "orders:read orders:write")))["error"]!);
        Assert.Equal("invalid_scope", (string)(await robot.Ask("/oauth/token", 400, ("grant_type", "client_credentials"), ("scope", "openid")))["error"]!);
    }

    [Fact]
    public async Task An_app_reaches_nothing_of_signing_in()
    {
        using var client = Colleague.With(app, await (await RegisteredApp.Robot(app, "orders:read")).OwnToken());
        client.DefaultRequestHeaders.Add("x-publishable-api-key", HpApp.PublishableKey);
        foreach (var path in (string[])["/auth/token/refresh", "/auth/session", "/auth/mfa/factors", "/auth/mfa/recovery-codes", "/auth/verification/request", "/auth/password"])
            Assert.Equal("insufficient_scope", (string)(await client.PostJson(path, new { }, 403))["code"]!);
        foreach (var path in (string[])["/auth/sessions", "/auth/mfa/factors"]) await client.GetJson(path, 403);
        await client.GetJson("/admin/users/me", 401);
        await client.GetJson("/store/customers/me", 401);
        await client.PostJson("/auth/user/emailpass/update", new { password = "another-long-password" }, 401);
        await client.DeleteJson("/auth/session");
        await client.GetJson("/admin/orders");
    }

    [Fact]
    public async Task Fewer_scopes_a_revocation_and_the_end_of_the_app_count_at_once()
    {
        var robot = await RegisteredApp.Robot(app, "orders:read", "products:read");
        var token = await robot.OwnToken();
        using var client = Colleague.With(app, token);
        await client.GetJson("/admin/products");
        await app.Admin.PostJson($"/admin/apps/{robot.Id}", new { scopes = new[] { "orders:read" } });
        await client.GetJson("/admin/products", 403);
        await client.GetJson("/admin/orders");
        Assert.Equal("orders:read", (string)(await robot.Introspect(token))["scope"]!);

        await robot.Ask("/oauth/revoke", 200, ("token", token));
        await client.GetJson("/admin/orders", 401);
        Assert.Equal(1L, await app.Scalar<long>($"select count(*) from audit.entries where action = 'sessions_revoked' and operation = 'PostOAuthRevoke' and resource_id = (select audit.wire_id('authid', identity_id) from identity.apps a where audit.wire_id('app', a.id) = '{robot.Id}')"));
        Assert.Equal("""{"active":false}""", (await robot.Introspect(token)).ToJsonString());
        await robot.Ask("/oauth/revoke", 200, ("token", token));

        using var next = Colleague.With(app, await robot.OwnToken());
        await next.GetJson("/admin/orders");
        await app.Admin.PostJson($"/admin/apps/{robot.Id}/revoke", new { });
        await next.GetJson("/admin/orders", 401);
        using var last = Colleague.With(app, await robot.OwnToken());
        await last.GetJson("/admin/orders");
        await app.Admin.DeleteJson($"/admin/apps/{robot.Id}");
        await last.GetJson("/admin/orders", 401);
        await robot.Ask("/oauth/token", 401, ("grant_type", "client_credentials"));
        await app.Admin.GetJson($"/admin/apps/{robot.Id}", 404);
    }

    [Fact]
    public async Task Of_tokens_of_others_an_app_learns_nothing_and_ends_none()
    {
        var (robot, other) = (await RegisteredApp.Robot(app, "orders:read"), await RegisteredApp.Robot(app, "orders:read"));
        var token = await robot.OwnToken();
        Assert.True((bool)(await robot.Introspect(token))["active"]!);
        Assert.Equal("""{"active":false}""", (await other.Introspect(token)).ToJsonString());
        Assert.Equal("""{"active":false}""", (await other.Introspect("no token at all")).ToJsonString());
        await other.Ask("/oauth/revoke", 200, ("token", token));
        using var client = Colleague.With(app, token);
        await client.GetJson("/admin/orders");
        using var staff = await Colleague.Join(app, "admin");
        Assert.Equal("""{"active":false}""", (await robot.Introspect(staff.Token)).ToJsonString());
    }

    [Fact]
    public async Task Forged_and_foreign_tokens_are_refused()
    {
        var token = await (await RegisteredApp.Robot(app, "orders:read")).OwnToken();
        var parts = token.Split('.');
        string Encode(string json) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
        var none = $"{Encode("""{"alg":"none","typ":"at+jwt"}""")}.{parts[1]}.";
        var claims = RegisteredApp.Claims(token);
        claims["scope"] = "orders:read products:read";
        var tampered = $"{parts[0]}.{Encode(claims.ToJsonString())}.{parts[2]}";
        var otherType = $"{Encode(RegisteredApp.Header(token).ToJsonString().Replace("at+jwt", "JWT", StringComparison.Ordinal))}.{parts[1]}.{parts[2]}";
        foreach (var bad in (string[])[none, tampered, otherType, token + "x"])
        {
            using var client = Colleague.With(app, bad);
            await client.GetJson("/admin/orders", 401);
        }

        using var good = Colleague.With(app, token);
        await good.GetJson("/admin/orders");
    }

    [Fact]
    public async Task Clients_authenticate_in_one_way_and_are_told_what_is_wrong_as_the_standard_says()
    {
        var robot = await RegisteredApp.Robot(app, "orders:read");
        var nobody = robot with { Secret = null };
        (string, string?)[] grant = [("grant_type", "client_credentials")];
        Assert.NotNull((await nobody.Ask("/oauth/token", 200, [.. grant, ("client_secret", robot.Secret)]))["access_token"]);
        Assert.Equal("invalid_client", (string)(await nobody.Ask("/oauth/token", 401, grant))["error"]!);
        Assert.Equal("invalid_client", (string)(await (robot with { Secret = "cs_wrong" }).Ask("/oauth/token", 401, grant))["error"]!);
        Assert.Equal("invalid_client", (string)(await (robot with { Id = "app_01M7XESKKC7JM10TENH30FRX3Y" }).Ask("/oauth/token", 401, grant))["error"]!);
        Assert.Equal("invalid_request", (string)(await robot.Ask("/oauth/token", 400, [.. grant, ("client_secret", robot.Secret)]))["error"]!);
        Assert.Equal("invalid_request", (string)(await robot.Ask("/oauth/token", 400, [.. grant, .. grant]))["error"]!);
        Assert.Equal("invalid_request", (string)(await robot.Ask("/oauth/token", 400))["error"]!);
        Assert.Equal("unsupported_grant_type", (string)(await robot.Ask("/oauth/token", 400, ("grant_type", "password"), ("username", "x"), ("password", "y")))["error"]!);
        var page = await RegisteredApp.Register(app, ["orders:read"], kind: "public");
        Assert.Equal("unauthorized_client", (string)(await page.Ask("/oauth/token", 400, grant))["error"]!);
        Assert.Equal("unauthorized_client", (string)(await page.Ask("/oauth/introspect", 400, ("token", "x")))["error"]!);
        using var client = app.Client();
        using var json = await client.PostAsync("/oauth/token", new StringContent("{}", Encoding.UTF8, "application/json"));
        Assert.Equal("invalid_request", (string)JsonNode.Parse(await json.Content.ReadAsStringAsync())!["error"]!);
        using var unknown = new HttpRequestMessage(HttpMethod.Post, "/oauth/token") { Content = new FormUrlEncodedContent([]) };
        unknown.Headers.Authorization = new AuthenticationHeaderValue("Basic", "!!!");
        using var refused = await client.SendAsync(unknown);
        Assert.Equal((HttpStatusCode.Unauthorized, "Basic realm=\"oauth\""), (refused.StatusCode, refused.Headers.WwwAuthenticate.ToString()));
    }

    [Fact]
    public async Task The_server_describes_itself_and_apps_in_browsers_may_read_it()
    {
        var description = await app.Store.GetJson("/.well-known/oauth-authorization-server");
        Assert.Equal(description.ToJsonString(), (await app.Store.GetJson("/.well-known/openid-configuration")).ToJsonString());
        var issuer = (string)description["issuer"]!;
        Assert.Equal(app.BaseAddress.ToString().TrimEnd('/'), issuer);
        Assert.Equal($"{issuer}/oauth/token", (string)description["token_endpoint"]!);
        Assert.DoesNotContain("keys:write", description["scopes_supported"]!.AsArray().Select(s => (string)s!));
        using var client = app.Client();
        foreach (var (path, expected) in new[] { ("/oauth/token", "*"), ("/oauth/revoke", "*"), ("/.well-known/openid-configuration", "*"), ("/oauth/authorize", null), ("/oauth/introspect", null), ("/admin/apps", null) })
        {
            using var preflight = new HttpRequestMessage(HttpMethod.Options, path) { Headers = { { "Origin", "https://app.example" }, { "Access-Control-Request-Method", "POST" } } };
            using var response = await client.SendAsync(preflight);
            Assert.Equal((path, expected), (path, response.Headers.TryGetValues("Access-Control-Allow-Origin", out var allowed) ? allowed.Single() : null));
        }
    }

    private static object New(
        string name = "Planner", string kind = "confidential", string audience = "user", string[]? scopes = null, string[]? redirectUris = null, string[]? grants = null) => new
        {
            name,
            kind,
            audience,
            scopes = scopes ?? (audience == "customer" ? ["account:read"] : ["products:read"]),
            redirect_uris = redirectUris ?? [RegisteredApp.RedirectUri],
            grant_types = grants ?? ["authorization_code"],
        };

    private async Task<string?> Apps() => await app.Scalar<string>("select md5(string_agg(a::text || array(select s::text from identity.app_secrets s where s.app_id = a.id order by 1)::text, ',' order by a.id)) from identity.apps a");
}
