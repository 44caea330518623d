using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Apps;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Identity.SignIn.OpenId;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Events;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace HeadlessPro.Modules.Tests.Identity;

public class SignInTests(HpApp app) : IClassFixture<HpApp>
{
    [Fact]
    public async Task Who_registers_is_nobody_until_they_become_a_customer_and_then_their_next_token_says_so()
    {
        var email = Person.NewEmail();
        var first = (string)(await app.Store.PostJson("/auth/customer/emailpass/register", new { email, password = Person.Password }))["token"]!;
        Assert.Equal("", (string)Claims(first)["actor_id"]!);
        Assert.Equal("customer", (string)Claims(first)["actor_type"]!);
        using var nobody = Person.With(app, first);
        await nobody.GetJson("/store/customers/me", 401);

        var customer = (await nobody.PostJson("/store/customers", new { email = email.ToUpperInvariant(), first_name = "Lerato" }))["customer"]!;

        Assert.Equal(email, (string)customer["email"]!);
        await nobody.GetJson("/store/customers/me", 401);
        var second = (string)(await nobody.PostJson("/auth/token/refresh"))["token"]!;
        Assert.Equal((string)customer["id"]!, (string)Claims(second)["actor_id"]!);
        Assert.Equal((string)customer["id"]!, (string)Claims(second)["app_metadata"]!["customer_id"]!);
        Assert.Equal(Claims(first)["sid"]!.ToString(), Claims(second)["sid"]!.ToString());
        using var somebody = Person.With(app, second);
        Assert.Equal((string)customer["id"]!, (string)(await somebody.GetJson("/store/customers/me"))["customer"]!["id"]!);

        Assert.Equal("Request already authenticated as a customer.", (string)(await somebody.PostJson("/store/customers", new { email }, 400))["message"]!);
        Assert.Equal("Customer with this email already has an account", (string)(await nobody.PostJson("/store/customers", new { email }, 422))["message"]!);
    }

    [Fact]
    public async Task Nobody_takes_an_address_that_is_not_theirs()
    {
        var token = (string)(await app.Store.PostJson("/auth/customer/emailpass/register", new { email = Person.NewEmail(), password = Person.Password }))["token"]!;
        using var client = Person.With(app, token);
        await client.PostJson("/store/customers", new { email = "victim@example.com" }, 400);
        Assert.Equal(0L, await app.Scalar<long>("select count(*) from identity.customers where email = 'victim@example.com'"));
    }

    [Theory]
    [InlineData("emailpass", """{"email":"nobody@example.com","password":"wrong"}""", "Invalid email or password")]
    [InlineData("emailpass", """{"email":"nobody@example.com"}""", "Password should be a string")]
    [InlineData("emailpass", """{"email":5,"password":"wrong"}""", "Email should be a string")]
    [InlineData("nosuch", """{"email":"x@example.com","password":"wrong"}""", "\nUnable to retrieve the auth provider with id: nosuch\nPlease make sure that the provider is registered in the container and it is configured correctly in your project configuration file.")]
    public async Task A_refusal_says_what_the_peer_says(string method, string body, string message)
    {
        var refused = await app.Store.PostJson($"/auth/customer/{method}", body, 401);
        Assert.Equal(("unauthorized", message), ((string)refused["type"]!, (string)refused["message"]!));
    }

    [Fact]
    public async Task A_wrong_password_says_the_same_as_an_unknown_address_and_a_known_address_cannot_be_registered_again()
    {
        var email = Person.NewEmail();
        await app.Store.PostJson("/auth/customer/emailpass/register", new { email, password = Person.Password });

        Assert.Equal("Invalid email or password", (string)(await app.Store.PostJson("/auth/customer/emailpass", new { email, password = "wrong" }, 401))["message"]!);
        var again = await app.Store.PostJson("/auth/customer/emailpass/register", new { email = " " + email.ToUpperInvariant(), password = "other-password" }, 401);
        Assert.Equal("Identity with email already exists", (string)again["message"]!);
        await app.Store.PostJson("/auth/customer/emailpass", new { email, password = Person.Password });
    }

    [Fact]
    public async Task Twice_at_once_is_one_identity()
    {
        var email = Person.NewEmail();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            using var body = new StringContent($$"""{"email":"{{email}}","password":"{{Person.Password}}"}""", Encoding.UTF8, "application/json");
            using var answer = await app.Store.PostAsync("/auth/customer/emailpass/register", body);
            return answer.StatusCode;
        }));
        Assert.Equal(1, answers.Count(a => a == HttpStatusCode.OK));
        Assert.Equal(5, answers.Count(a => a == HttpStatusCode.Unauthorized));
        Assert.Equal(1L, await app.Scalar<long>($"select count(*) from identity.sign_ins s join identity.identities i on i.id = s.identity_id where s.subject = '{email}'"));
    }

    [Theory]
    [InlineData("customer", "13 days 23 hours", 200)]
    [InlineData("customer", "14 days 1 second", 401)]
    [InlineData("user", "11 hours 59 minutes", 200)]
    [InlineData("user", "12 hours 1 second", 401)]
    public async Task A_session_that_nobody_uses_for_long_is_over(string actor, string since, int status)
    {
        string token, id;
        if (actor == "user") using (var thabo = await Colleague.Join(app, "support")) (token, id) = ((string)(await app.Client().PostJson("/auth/user/emailpass", new { email = thabo.Email, password = Person.Password }))["token"]!, thabo.Email);
        else using (var person = await Person.Join(app)) (token, id) = ((string)(await app.Store.PostJson("/auth/customer/emailpass", new { email = person.Email, password = Person.Password }))["token"]!, person.Email);
        await app.Scalar<object>($"update identity.sessions s set last_used_at = now() - interval '{since}' from identity.sign_ins i where i.identity_id = s.identity_id and i.subject = '{id}'");
        using var client = Person.With(app, token);
        await client.GetJson(actor == "user" ? "/admin/users/me" : "/store/customers/me", status);
        await client.PostJson("/auth/token/refresh", status: status);
    }

    [Fact]
    public async Task A_session_that_nobody_used_for_long_is_not_listed()
    {
        using var phone = await Person.Join(app);
        using var desk = await Person.SignIn(app, phone.Email);
        await app.Scalar<object>($"update identity.sessions set last_used_at = now() - interval '15 days' where id = '{Guid.Parse((string)Claims(desk.Token)["sid"]!)}'");
        Assert.Equal(2, (await phone.Client.GetJson("/auth/sessions"))["sessions"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("Identity:SessionIdle", "00:05:00")]
    [InlineData("Identity:StaffSessionIdle", "00:09:59")]
    public void A_session_must_be_let_live_for_longer_than_it_takes_to_notice_that_it_is_used(string setting, string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(setting, value)]).Build();
        Assert.Equal($"{setting} must be 00:10:00 or longer, got: '{value}'.", Assert.Throws<StartException>(() => new SessionSql(configuration, new StaffSignOn(false, null, []))).Message);
    }

    [Fact]
    public async Task A_neighbour_on_the_same_link_signs_in()
    {
        using var person = await Person.Join(app);
        var identity = await app.Scalar<Guid>($"select identity_id from identity.sign_ins where subject = '{person.Email}'");
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = System.Net.IPAddress.Parse("fe80::5054:ff%3");
        var session = await app.Contract<SessionStore>().Begin(new SignInOutcome(identity), "customer", "emailpass", http, default);
        Assert.Equal("fe80::5054:ff", await app.Scalar<string>($"select host(ip) from identity.sessions where id = '{session!.Id}'"));
    }

    [Fact]
    public async Task Who_registered_and_never_became_anybody_is_forgotten_after_three_months_and_so_are_keys_that_sign_no_more()
    {
        using var customer = await Person.Join(app);
        using var colleague = await Colleague.Join(app, "support");
        async Task<string> Register()
        {
            var email = Person.NewEmail();
            await app.Store.PostJson("/auth/customer/emailpass/register", new { email, password = Person.Password });
            return email;
        }

        Task Age(string email, string days, string sessions) => app.Scalar<object>($"""
            update identity.identities i set created_at = now() - interval '{days}' from identity.sign_ins s where s.identity_id = i.id and s.subject = '{email}';
            update identity.sessions x set {sessions} from identity.sign_ins s where s.identity_id = x.identity_id and s.subject = '{email}'
            """);

        const string longOut = "revoked_at = now() - interval '91 days'";
        var (gone, young, alive, lately) = (await Register(), await Register(), await Register(), await Register());
        await Age(gone, "91 days", longOut);
        await Age(young, "89 days", longOut);
        await Age(alive, "91 days", "revoked_at = null");
        await Age(lately, "91 days", "revoked_at = now()");
        await Age(customer.Email, "91 days", longOut);
        await Age(colleague.Email, "91 days", longOut);
        await app.Scalar<object>("insert into identity.signing_keys (id, private_key, public_key, signs_from, expires_at) values ('old', '', '', now() - interval '62 days', now() - interval '25 hours'), ('ended', '', '', now() - interval '62 days', now() - interval '1 hour')");
        var others = await app.Scalar<long>("select count(*) from identity.identities");

        await SessionRoutes.Forget(app.Services, default);
        await SigningKeys.Rotate(app.Services, default);

        Assert.Equal(
            (others - 1, 0L, 5L),
            (await app.Scalar<long>("select count(*) from identity.identities"), await app.Scalar<long>($"select count(*) from identity.sign_ins where subject = '{gone}'"),
             await app.Scalar<long>($"select count(*) from identity.sign_ins where subject in ('{young}', '{alive}', '{lately}', '{customer.Email}', '{colleague.Email}')")));
        Assert.Equal("ended", await app.Scalar<string>("select id from identity.signing_keys where id in ('old', 'ended')"));
    }

    [Fact]
    public async Task A_browser_that_signs_in_anew_ends_the_session_of_its_former_cookie()
    {
        using var first = await Person.Join(app);
        using var browser = new HttpClient(new SocketsHttpHandler { UseCookies = true }) { BaseAddress = app.BaseAddress };
        HpApp.AsShopper(browser);
        browser.DefaultRequestHeaders.Authorization = first.Client.DefaultRequestHeaders.Authorization;
        await browser.PostJson("/auth/session");
        await browser.PostJson("/auth/session");
        await first.Client.GetJson("/store/customers/me");

        using var second = await Person.SignIn(app, first.Email);
        browser.DefaultRequestHeaders.Authorization = second.Client.DefaultRequestHeaders.Authorization;
        await browser.PostJson("/auth/session");

        await first.Client.GetJson("/store/customers/me", 401);
        await second.Client.GetJson("/store/customers/me");
        browser.DefaultRequestHeaders.Authorization = null;
        await browser.GetJson("/store/customers/me");
    }

    [Fact]
    public async Task A_password_in_the_address_where_proxies_log_it_is_none()
    {
        using var person = await Person.Join(app);
        var refusal = await app.Store.PostJson($"/auth/customer/emailpass?email={Uri.EscapeDataString(person.Email)}&password={Uri.EscapeDataString(Person.Password)}", new { }, 401);
        Assert.Equal("Password should be a string", (string)refusal["message"]!);
    }

    [Fact]
    public async Task Who_becomes_a_customer_by_cookie_is_one_with_the_next_request()
    {
        var email = Person.NewEmail();
        var token = (string)(await app.Store.PostJson("/auth/customer/emailpass/register", new { email, password = Person.Password }))["token"]!;
        using var browser = new HttpClient(new SocketsHttpHandler { UseCookies = true }) { BaseAddress = app.BaseAddress };
        HpApp.AsShopper(browser);
        browser.DefaultRequestHeaders.Authorization = new("Bearer", token);
        await browser.PostJson("/auth/session");
        browser.DefaultRequestHeaders.Authorization = null;
        await browser.GetJson("/store/customers/me", 401);
        await browser.PostJson("/store/customers", new { email });
        Assert.Equal(email, (string)(await browser.GetJson("/store/customers/me"))["customer"]!["email"]!);
    }

    [Fact]
    public async Task What_is_personal_is_kept_by_nothing_in_between()
    {
        using var person = await Person.Join(app);
        foreach (var path in (string[])["/store/customers/me", "/store/orders", "/auth/sessions"])
        {
            using var answer = await person.Client.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        }

        using var staffs = await app.Admin.GetAsync(new Uri("/admin/customers", UriKind.Relative));
        Assert.Equal("no-store", staffs.Headers.CacheControl?.ToString());
    }

    [Theory]
    [InlineData("short77", "Password must have 8 to 128 characters")]
    [InlineData("TrustNo1", "Password is one of those that are tried first: choose another")]
    [InlineData("aaaaaaaaaaaa", "Password must have at least 4 different characters")]
    [InlineData("xx-weakling-yy", "Password must not contain the e-mail address")]
    public async Task A_weak_password_is_refused_and_nobody_is_registered(string password, string why)
    {
        var refused = await app.Store.PostJson("/auth/customer/emailpass/register", new { email = "weakling@example.com", password }, 400);
        Assert.Equal("Invalid request: Field 'password': " + why, (string)refused["message"]!);
        Assert.Equal(0L, await app.Scalar<long>("select count(*) from identity.sign_ins where subject = 'weakling@example.com'"));
    }

    [Fact]
    public async Task A_token_that_is_not_ours_opens_nothing()
    {
        using var person = await Person.Join(app);
        var parts = person.Token.Split('.');
        var claims = Claims(person.Token);
        claims["actor_id"] = "cus_00000000000000000000000000";
        var other = Encode(claims.ToJsonString());
        var none = Encode("""{"alg":"none","typ":"JWT"}""");
        var hs = Encode("""{"alg":"HS256","typ":"JWT"}""");
        var kid = (string)JsonNode.Parse(Decode(parts[0]))!["kid"]!;
        var hsKid = Encode($$"""{"alg":"HS256","typ":"JWT","kid":"{{kid}}"}""");
        foreach (var forged in (string[])
        [
            $"{parts[0]}.{other}.{parts[2]}", $"{none}.{parts[1]}.", $"{none}.{parts[1]}.{parts[2]}", $"{hs}.{parts[1]}.{parts[2]}", $"{hsKid}.{parts[1]}.{parts[2]}",
            $"{parts[0]}.{parts[1]}.{parts[2][..^4]}AAAA", $"{parts[0]}.{parts[1]}", "x", "a.b.c", "..", $"{parts[0]}.{parts[1]}.", new string('a', 20_000),
        ])
        {
            using var client = Person.With(app, forged);
            await client.GetJson("/store/customers/me", 401);
        }

        await person.Client.GetJson("/store/customers/me");
    }

    [Fact]
    public async Task The_published_key_is_the_one_that_signs()
    {
        using var person = await Person.Join(app);
        var kid = (string)JsonNode.Parse(Decode(person.Token.Split('.')[0]))!["kid"]!;
        var keys = (await app.Store.GetJson("/.well-known/jwks.json"))["keys"]!.AsArray();
        var key = Assert.Single(keys)!;
        Assert.Equal((kid, "EC", "P-256", "ES256"), ((string)key["kid"]!, (string)key["kty"]!, (string)key["crv"]!, (string)key["alg"]!));
        Assert.Null(key["d"]);
    }

    [Fact]
    public async Task A_revoked_session_is_worth_nothing_and_the_others_go_on()
    {
        using var phone = await Person.Join(app);
        using var desk = await Person.SignIn(app, phone.Email);
        var listed = (await desk.Client.GetJson("/auth/sessions"))["sessions"]!.AsArray();
        // Registering was one, too.
        Assert.Equal(3, listed.Count);
        var sid = (string)Claims(phone.Token)["sid"]!;
        var lost = listed.Single(s => Guid.Parse(sid) == WireIdOf((string)s!["id"]!))!;
        using var stranger = await Person.Join(app);
        await stranger.Client.DeleteJson($"/auth/sessions/{(string)lost["id"]!}", status: 404);
        await phone.Client.GetJson("/store/customers/me");

        await desk.Client.DeleteJson($"/auth/sessions/{(string)lost["id"]!}");

        await phone.Client.GetJson("/store/customers/me", 401);
        await phone.Client.PostJson("/auth/token/refresh", status: 401);
        await desk.Client.GetJson("/store/customers/me");
        await desk.Client.DeleteJson("/auth/sessions");
        Assert.Single((await desk.Client.GetJson("/auth/sessions"))["sessions"]!.AsArray());
    }

    [Fact]
    public async Task A_session_that_is_revoked_while_a_host_looks_it_up_is_not_remembered()
    {
        using var person = await Person.Join(app);
        var clock = new Interruption();
        using var sessions = new ResolveSessions(app.Contract<Tokens>(), app.Contract<AppTokens>(), app.Contract<SessionStore>(), clock);
        // It was read; the next thing is to keep it.
        clock.Next = () =>
        {
            app.Scalar<object>($"update identity.sessions set revoked_at = now() where id = '{Guid.Parse((string)Claims(person.Token)["sid"]!)}'").GetAwaiter().GetResult();
            LocalSignals.Raise(SessionsRevoked.Name);
        };
        Assert.Null((await sessions.ResolveSession(new ResolveSession(person.Token), default)).Error);
        Assert.Null(clock.Next);
        Assert.NotNull((await sessions.ResolveSession(new ResolveSession(person.Token), default)).Error);
    }

    [Fact]
    public async Task A_cookie_stands_for_the_session_until_its_person_signs_out_and_no_other_page_can_use_it()
    {
        using var person = await Person.Join(app);
        using var given = await person.Client.PostAsync("/auth/session", null);
        var cookie = Assert.Single(given.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        using var browser = HpApp.AsShopper(app.Client());
        browser.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);
        Assert.Equal(person.Id, (string)(await browser.GetJson("/store/customers/me"))["customer"]!["id"]!);
        await browser.PostJson("/store/customers/me", new { first_name = "By cookie" });

        using (var evil = HpApp.AsShopper(app.Client()))
        {
            evil.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);
            evil.DefaultRequestHeaders.Add("Origin", "https://evil.example");
            await evil.PostJson("/store/customers/me", new { first_name = "Evil" }, 401);
            await evil.GetJson("/store/customers/me", 401);
        }

        Assert.Equal("By cookie", (string)(await browser.GetJson("/store/customers/me"))["customer"]!["first_name"]!);
        await browser.DeleteJson("/auth/session");
        await browser.GetJson("/store/customers/me", 401);
        await person.Client.GetJson("/store/customers/me", 401);
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.sessions where cookie_hash is not null and encode(cookie_hash, 'escape') like '%sid_%'"));
    }

    [Fact]
    public async Task An_old_token_makes_nobody_of_a_guest()
    {
        using var person = await Person.Join(app);
        await person.Client.DeleteJson("/auth/session");
        await person.Client.GetJson("/store/currencies");
        await person.Client.GetJson("/store/customers/me", 401);
    }

    internal static JsonNode Claims(string token) => JsonNode.Parse(Decode(token.Split('.')[1]))!;

    private static Guid WireIdOf(string id) => Contracts.WireId.TryDecode("ses", id, out var value) ? value : throw new ArgumentException(id);

    private static string Decode(string part) => Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(part));

    private static string Encode(string text) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    /// <summary>Something happens just when the time is asked for.</summary>
    private sealed class Interruption : TimeProvider
    {
        public Action? Next { get; set; }

        public override long GetTimestamp()
        {
            var next = Next;
            Next = null;
            next?.Invoke();
            return base.GetTimestamp();
        }
    }
}
