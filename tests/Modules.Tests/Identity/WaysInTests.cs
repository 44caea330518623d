using System.Text;
using System.Text.Json.Nodes;
using HeadlessPro.Modules.Tests.Notifications;

namespace HeadlessPro.Modules.Tests.Identity;

/// <summary>A forgotten password, a proven address, links and codes by mail.</summary>
public class WaysInTests(HpApp app) : IClassFixture<HpApp>
{
    private const string NewPassword = "another-long-password";

    [Fact]
    public async Task A_forgotten_password_is_replaced_once_and_everybody_who_was_signed_in_is_out()
    {
        using var person = await Person.Join(app);
        Assert.Equal("Created", await Forget(person.Email));
        var mail = Assert.Single(await Mails.To(app, person.Email));
        Assert.Equal(("password_reset", "/reset-password", person.Email), (mail.Kind, mail.Link.AbsolutePath, mail.Parameter("email")));
        var token = mail.Parameter("token");
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.mailed_secrets where secret_hash like '%{token}%'"));

        Assert.Equal("weak_password", (string)(await Choose(token, "short", 400))["code"]!);
        await Choose(token + "x", NewPassword, 401);
        await Choose(person.Token, NewPassword, 401);
        await Choose(token, NewPassword, 401, actor: "user");
        await person.Client.GetJson("/store/customers/me");
        await SignIn(person.Email, Person.Password);

        Assert.True((bool)(await Choose(token, NewPassword))["success"]!);
        await person.Client.GetJson("/store/customers/me", 401);
        await SignIn(person.Email, Person.Password, 401);
        await SignIn(person.Email, NewPassword);
        await Choose(token, "a-third-long-password", 401);
        await SignIn(person.Email, NewPassword);
        Assert.Equal("password_changed", (await Mails.To(app, person.Email, 2))[0].Kind);
    }

    [Fact]
    public async Task Of_two_links_the_one_that_is_used_ends_the_other_and_twice_at_once_is_once()
    {
        using var person = await Person.Join(app);
        await Forget(person.Email);
        await Mails.To(app, person.Email);
        await Forget(person.Email);
        var (second, first) = (await Mails.To(app, person.Email, 2)) is [var newer, var older] ? (newer.Parameter("token"), older.Parameter("token")) : default;
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => Status(first, $"{NewPassword}-{i}")));
        Assert.Equal((1, 4), (answers.Count(a => a == 200), answers.Count(a => a == 401)));
        await Choose(second, NewPassword, 401);
    }

    [Fact]
    public async Task Links_to_the_pages_of_staff_go_to_staff_and_the_invited_alone()
    {
        using var shopper = await Person.Join(app);
        using var staff = await Colleague.Join(app, "support");
        using var gone = await Colleague.Join(app, "support");
        using var invited = await Person.Join(app);
        await app.Admin.PostJson($"/admin/users/{gone.Id}/deactivate");
        await app.Admin.PostJson("/admin/invites", new { email = invited.Email });
        using var anybody = app.Client();
        foreach (var email in (string[])[shopper.Email, gone.Email, staff.Email, invited.Email])
        {
            Assert.Equal("Created", await Forget(email, "user"));
            foreach (var way in (string[])["magic-link", "one-time-code"]) await anybody.PostJson($"/auth/user/{way}", new { email });
        }

        Assert.Equal(["magic_link", "one_time_code", "password_reset", "staff_invitation"], (await Mails.To(app, invited.Email, 4)).Select(m => m.Kind).Order(StringComparer.Ordinal));
        await Mails.To(app, staff.Email, 4);
        for (var i = 0; await app.Scalar<long>("select count(*) from jobs.queue where name = 'identity.send_mail'") > 0; i++)
        {
            Assert.True(i < 1200, "Mails still wait");
            await Task.Delay(50);
        }

        Assert.Equal((0, 1), ((await Mails.To(app, shopper.Email, 0)).Count, (await Mails.To(app, gone.Email, 0)).Count));
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.mailed_secrets where recipient in ('{shopper.Email}', '{gone.Email}')"));
    }

    [Fact]
    public async Task A_link_is_worth_nothing_after_its_time()
    {
        using var person = await Person.Join(app);
        await Forget(person.Email);
        var token = (await Mails.To(app, person.Email))[0].Parameter("token");
        await app.Scalar<object>($"update identity.mailed_secrets set expires_at = now() - interval '1 second' where recipient = '{person.Email}'");
        await Choose(token, NewPassword, 401);
        await SignIn(person.Email, Person.Password);
    }

    [Theory]
    [InlineData("/auth/customer/emailpass/reset-password", "identifier")]
    [InlineData("/auth/customer/magic-link", "email")]
    [InlineData("/auth/customer/one-time-code", "email")]
    [InlineData("/auth/customer/emailpass", "email")]
    public async Task A_known_and_an_unknown_address_are_the_same_answer_and_the_same_work(string path, string field)
    {
        using var person = await Person.Join(app);
        var known = await Answer(person.Email);
        var unknown = await Answer(Person.NewEmail());
        Assert.Equal(known.Body, unknown.Body);
        Assert.Equal(known.Statements, unknown.Statements);

        async Task<(string Body, string[] Statements)> Answer(string address)
        {
            var body = "";
            var trips = await RoundTrips.Of(async () =>
            {
                using var client = app.Client();
                var sent = new JsonObject { [field] = address };
                if (path.EndsWith("emailpass", StringComparison.Ordinal)) sent["password"] = "wrong-password";
                using var content = new StringContent(sent.ToJsonString(), Encoding.UTF8, "application/json");
                using var answer = await client.PostAsync(path, content);
                var text = await answer.Content.ReadAsStringAsync();
                if (text.StartsWith('{') && JsonNode.Parse(text) is JsonObject json)
                {
                    json.Remove("request_id");
                    text = json.ToJsonString();
                }

                if (text.Contains("\"location\"", StringComparison.Ordinal)) Assert.True(answer.Headers.CacheControl!.NoStore);
                body = $"{(int)answer.StatusCode} {answer.Content.Headers.ContentType} {text}";
            });
            return (body, [.. trips.Statements]);
        }
    }

    [Fact]
    public async Task Nobody_unknown_gets_a_mail_they_did_not_ask_for_and_staff_are_not_made_by_a_link()
    {
        var email = Person.NewEmail();
        await Forget(email);
        await app.Store.PostJson("/auth/user/magic-link", new { email });
        await app.Store.PostJson("/auth/customer/one-time-code", new { email });
        Assert.Equal("one_time_code", Assert.Single(await Mails.To(app, email)).Kind);
        for (var i = 0; await app.Scalar<long>("select count(*) from jobs.queue where name = 'identity.send_mail' and dead_at is null") > 0; i++)
        {
            Assert.True(i < 1200);
            await Task.Delay(50);
        }

        Assert.Single(await Mails.To(app, email));
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.sign_ins where subject = '{email}'"));
    }

    [Fact]
    public async Task A_magic_link_signs_in_once_in_the_browser_that_asked_and_makes_somebody_of_a_stranger()
    {
        var email = Person.NewEmail();
        using var browser = Browser();
        using var other = Browser();
        var asked = await browser.PostJson("/auth/customer/magic-link", new { email });
        Assert.Equal("http://localhost:8000/check-email", (string)asked["location"]!);
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.sign_ins where subject = '{email}'"));
        var token = (await Mails.To(app, email))[0].Parameter("token");

        await other.GetJson($"/auth/customer/magic-link/callback?token={token}", 401);
        await browser.GetJson($"/auth/user/magic-link/callback?token={token}", 401);
        await browser.GetJson("/auth/customer/magic-link/callback?token=x", 401);
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.sign_ins where subject = '{email}'"));
        var first = (string)(await browser.GetJson($"/auth/customer/magic-link/callback?token={token}"))["token"]!;
        await browser.GetJson($"/auth/customer/magic-link/callback?token={token}", 401);

        using var somebody = Person.With(app, first);
        Assert.Equal(email, (string)(await somebody.PostJson("/store/customers", new { first_name = "Lerato" }))["customer"]!["email"]!);
        await app.Store.PostJson("/auth/customer/emailpass", new { email, password = "" }, 401);
        await app.Store.PostJson("/auth/customer/emailpass/register", new { email, password = NewPassword }, 401);
    }

    [Fact]
    public async Task A_storefront_s_server_binds_a_link_by_a_nonce_of_its_own()
    {
        var email = Person.NewEmail();
        using var client = app.Client();
        await client.PostJson("/auth/customer/magic-link", new { email, nonce = "short" }, 400);
        await client.PostJson("/auth/customer/magic-link", new { email, nonce = "0123456789abcdef" });
        var token = (await Mails.To(app, email))[0].Parameter("token");
        await client.PostJson("/auth/customer/magic-link/callback", new { token }, 401);
        await client.PostJson("/auth/customer/magic-link/callback", new { token, nonce = "0123456789abcdee" }, 401);
        await client.PostJson("/auth/customer/magic-link/callback", new { token, nonce = "0123456789abcdef" });
    }

    [Fact]
    public async Task A_password_that_a_stranger_set_before_the_address_was_proven_is_gone_when_its_owner_comes()
    {
        using var stranger = await Person.Join(app);
        var code = await AskCode(stranger.Email);
        var token = (string)(await app.Store.PostJson("/auth/customer/one-time-code", new { email = stranger.Email, code }))["token"]!;

        await stranger.Client.GetJson("/store/customers/me", 401);
        await SignIn(stranger.Email, Person.Password, 401);
        using var owner = Person.With(app, token);
        Assert.Equal(stranger.Id, (string)(await owner.GetJson("/store/customers/me"))["customer"]!["id"]!);

        await Forget(stranger.Email);
        await Choose((await Mails.To(app, stranger.Email, 2))[0].Parameter("token"), NewPassword);
        await app.Store.PostJson("/auth/customer/one-time-code", new { email = stranger.Email, code = await AskCode(stranger.Email, 4) });
        await SignIn(stranger.Email, NewPassword);
    }

    [Fact]
    public async Task A_code_works_once_and_five_wrong_ones_end_it()
    {
        var email = Person.NewEmail();
        var code = await AskCode(email);
        var wrong = code == "000000" ? "000001" : "000000";
        for (var i = 0; i < 4; i++) await app.Store.PostJson("/auth/customer/one-time-code", new { email, code = wrong }, 401);
        await app.Store.PostJson("/auth/customer/one-time-code", new { email, code });
        await app.Store.PostJson("/auth/customer/one-time-code", new { email, code }, 401);

        email = Person.NewEmail();
        code = await AskCode(email);
        wrong = code == "000000" ? "000001" : "000000";
        for (var i = 0; i < 5; i++) await app.Store.PostJson("/auth/customer/one-time-code", new { email, code = wrong }, 401);
        await app.Store.PostJson("/auth/customer/one-time-code", new { email, code }, 401);
        await app.Store.PostJson("/auth/user/one-time-code", new { email, code }, 401);
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.sign_ins where subject = '{email}'"));
    }

    [Fact]
    public async Task An_address_is_proven_by_the_link_that_was_sent_there_once()
    {
        using var person = await Person.Join(app);
        await person.Client.PostJson("/auth/verification/request", new { entity_id = "other@example.com", entity_type = "email" }, 400);
        await person.Client.PostJson("/auth/verification/request", new { entity_id = person.Email, entity_type = "phone_number" }, 400);
        await app.Store.PostJson("/auth/verification/request", new { entity_id = person.Email, entity_type = "email" }, 401);
        var asked = (await person.Client.PostJson("/auth/verification/request", new { entity_id = person.Email, entity_type = "email" }))["verification"]!;
        Assert.Equal((person.Email, "email", "token", null), ((string)asked["entity_id"]!, (string)asked["entity_type"]!, (string)asked["code_provider"]!, (string?)asked["verified_at"]));
        var code = Assert.Single(await Mails.To(app, person.Email)).Parameter("code");

        await app.Store.PostJson("/auth/verification/confirm", new { code = code + "x" }, 400);
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.sign_ins where subject = '{person.Email}' and verified_at is not null"));
        Assert.Equal(person.Email, (string)(await app.Store.PostJson("/auth/verification/confirm", new { code }))["entity_id"]!);
        await app.Store.PostJson("/auth/verification/confirm", new { code }, 400);
        Assert.NotNull((await person.Client.PostJson("/auth/verification/request", new { entity_id = person.Email, entity_type = "email" }))["verification"]!["verified_at"]);
        Assert.Single(await Mails.To(app, person.Email));

        await app.Store.PostJson("/auth/customer/one-time-code", new { email = person.Email, code = await AskCode(person.Email, 2) });
        await SignIn(person.Email, Person.Password);
    }

    private HttpClient Browser() => new(new HttpClientHandler { CookieContainer = new() }) { BaseAddress = app.BaseAddress };

    private async Task<string> AskCode(string email, int mails = 1)
    {
        await app.Store.PostJson("/auth/customer/one-time-code", new { email });
        return (await Mails.To(app, email, mails)).First(m => m.Kind == "one_time_code").Text.Split(' ')[0];
    }

    private async Task<string> Forget(string identifier, string actor = "customer")
    {
        using var body = new StringContent($$"""{"identifier":"{{identifier}}"}""", Encoding.UTF8, "application/json");
        using var answer = await app.Store.PostAsync($"/auth/{actor}/emailpass/reset-password", body);
        Assert.Equal((201, "text/plain; charset=utf-8"), ((int)answer.StatusCode, answer.Content.Headers.ContentType!.ToString()));
        return await answer.Content.ReadAsStringAsync();
    }

    private async Task<JsonNode> Choose(string token, string password, int status = 200, string actor = "customer")
    {
        using var client = Person.With(app, token);
        return await client.PostJson($"/auth/{actor}/emailpass/update", new { password }, status);
    }

    private async Task<int> Status(string token, string password)
    {
        using var client = Person.With(app, token);
        using var body = new StringContent($$"""{"password":"{{password}}"}""", Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync("/auth/customer/emailpass/update", body);
        return (int)answer.StatusCode;
    }

    private Task<JsonNode> SignIn(string email, string password, int status = 200) => app.Store.PostJson("/auth/customer/emailpass", new { email, password }, status);
}
