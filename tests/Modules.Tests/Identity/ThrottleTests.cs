using System.Net;
using System.Net.Sockets;
using System.Text;
using HeadlessPro.Modules.Tests.Notifications;

namespace HeadlessPro.Modules.Tests.Identity;

/// <summary>Whoever guesses is held up, and nobody else; <c>GUESSES=1000</c> for the long run.</summary>
public class ThrottleTests(ThrottleTests.Shop app) : IClassFixture<ThrottleTests.Shop>
{
    [Fact]
    public async Task Wrong_passwords_from_many_addresses_are_throttled_and_the_owner_gets_in_from_their_browser()
    {
        using var person = await Person.Join(app);
        using var owner = Client("127.0.0.1");
        Assert.Equal(200, (await SignIn(owner, person.Email, Person.Password)).Status);

        var guesses = int.Parse(Environment.GetEnvironmentVariable("GUESSES") ?? "150");
        var answers = new List<int>();
        for (var from = 0; answers.Count < guesses; from++)
        {
            using var guesser = Client($"127.0.{1 + (from / 200)}.{1 + (from % 200)}");
            for (var i = 0; i < 5; i++) answers.Add((await SignIn(guesser, person.Email, $"guess-{from}-{i}")).Status);
        }

        Assert.Equal((10, answers.Count - 10), (answers.Count(a => a == 401), answers.Count(a => a == 429)));
        using (var guesser = Client("127.0.0.77"))
        {
            // The right password is not told either.
            var refused = await SignIn(guesser, person.Email, Person.Password);
            Assert.Equal((429, true), (refused.Status, refused.RetryAfter is > 0 and <= 900));
            Assert.Contains("\"code\":\"too_many_attempts\"", refused.Body, StringComparison.Ordinal);
        }

        Assert.Equal(200, (await SignIn(owner, person.Email, Person.Password)).Status);
        // Its own guesses are counted too.
        for (var i = 0; i < 10; i++) Assert.Equal(401, (await SignIn(owner, person.Email, "wrong")).Status);
        Assert.Equal(429, (await SignIn(owner, person.Email, Person.Password)).Status);
    }

    [Fact]
    public async Task One_address_that_guesses_at_many_accounts_is_throttled_and_others_are_not()
    {
        using var person = await Person.Join(app);
        using var guesser = Client("127.0.9.1");
        using var neighbour = Client("127.0.9.2");
        var answers = new List<int>();
        for (var i = 0; i < 105; i++) answers.Add((await SignIn(guesser, Person.NewEmail(), "wrong-password")).Status);
        Assert.Equal((100, 5), (answers.Count(a => a == 401), answers.Count(a => a == 429)));
        Assert.Equal(429, (await SignIn(guesser, person.Email, Person.Password)).Status);
        Assert.Equal(200, (await SignIn(neighbour, person.Email, Person.Password)).Status);

        await app.Scalar<object>("update identity.throttles set resets_at = now() - interval '1 second'");
        Assert.Equal(200, (await SignIn(guesser, person.Email, Person.Password)).Status);
    }

    [Fact]
    public async Task A_known_and_an_unknown_address_are_throttled_alike()
    {
        using var person = await Person.Join(app);
        using var client = Client("127.0.10.1");
        foreach (var email in (string[])[person.Email, Person.NewEmail()])
        {
            var answers = new List<int>();
            for (var i = 0; i < 12; i++) answers.Add((await SignIn(client, email, "wrong-password")).Status);
            Assert.Equal((10, 2), (answers.Count(a => a == 401), answers.Count(a => a == 429)));
        }
    }

    [Fact]
    public async Task Who_signs_in_rightly_is_never_throttled_and_mails_are_sent_five_an_hour()
    {
        using var person = await Person.Join(app);
        using var client = Client("127.0.11.1");
        for (var i = 0; i < 15; i++)
        {
            using var fresh = Client("127.0.11.1");
            Assert.Equal(200, (await SignIn(fresh, person.Email, Person.Password)).Status);
        }

        var answers = new List<int>();
        for (var i = 0; i < 7; i++) answers.Add((await Post(client, "/auth/customer/emailpass/reset-password", $$"""{"identifier":"{{person.Email}}"}""")).Status);
        Assert.Equal([201, 201, 201, 201, 201, 429, 429], answers);
    }

    [Fact]
    public async Task A_browser_is_known_for_the_account_it_signed_in_to_and_for_no_other_that_it_names()
    {
        using var person = await Person.Join(app);
        var (mine, phone) = (Person.NewEmail(), $"+2783{Random.Shared.Next(1_000_000, 9_999_999)}");
        using (var attacker = await Person.Join(app, mine))
        {
            await app.Scalar<object>($"update identity.sign_ins set verified_at = now() where subject = '{mine}'");
            await attacker.Client.PostJson("/auth/phone", new { phone }, 202);
            await attacker.Client.PostJson("/auth/phone/confirm", new { phone, code = (await Mails.To(app, phone))[0].Text[..6] });
        }

        using var browser = Client("127.0.12.1");
        await browser.PostJson("/auth/customer/one-time-code", new { phone, email = person.Email });
        var code = (await Mails.To(app, phone, 2))[0].Text[..6];
        Assert.Equal(200, (await Post(browser, "/auth/customer/one-time-code", $$"""{"phone":"{{phone}}","email":"{{person.Email}}","code":"{{code}}"}""")).Status);
        await browser.PostJson("/auth/customer/magic-link", new { email = mine });
        var token = (await Mails.To(app, mine, 2)).Single(m => m.Kind == "magic_link").Parameter("token");
        Assert.Equal(200, (await Post(browser, $"/auth/customer/magic-link/callback?email={Uri.EscapeDataString(person.Email)}", $$"""{"token":"{{token}}"}""")).Status);

        var answers = new List<int>();
        using var stranger = Client("127.0.12.2");
        for (var i = 0; i < 10; i++) answers.Add((await SignIn(stranger, person.Email, "wrong-password")).Status);
        Assert.Equal(10, answers.Count(a => a == 401));
        Assert.Equal(429, (await SignIn(browser, person.Email, "wrong-password")).Status);
    }

    [Fact]
    public async Task Who_guesses_at_a_password_leaves_the_owner_a_code_and_a_new_password_frees_them()
    {
        using var person = await Person.Join(app);
        using (var guesser = Client("127.0.13.1"))
            for (var i = 0; i < 11; i++) await SignIn(guesser, person.Email, "wrong-password");

        using var owner = Client("127.0.13.2");
        Assert.Equal(429, (await SignIn(owner, person.Email, Person.Password)).Status);
        await owner.PostJson("/auth/customer/one-time-code", new { email = person.Email });
        var code = (await Mails.To(app, person.Email)).First(m => m.Kind == "one_time_code").Text[..6];
        Assert.Equal(200, (await Post(owner, "/auth/customer/one-time-code", $$"""{"email":"{{person.Email}}","code":"{{code}}"}""")).Status);

        Assert.Equal(200, (await Post(owner, "/auth/customer/magic-link", $$"""{"email":"{{person.Email}}"}""")).Status);
        Assert.Equal(201, (await Post(owner, "/auth/customer/emailpass/reset-password", $$"""{"identifier":"{{person.Email}}"}""")).Status);
        var mails = await Mails.To(app, person.Email, 3);
        string Token(string kind) => mails.First(m => m.Kind == kind).Parameter("token");
        owner.DefaultRequestHeaders.Authorization = new("Bearer", Token("password_reset"));
        await owner.PostJson("/auth/customer/emailpass/update", new { password = "a new password of theirs" });
        owner.DefaultRequestHeaders.Authorization = null;
        Assert.Equal(200, (await SignIn(owner, person.Email, "a new password of theirs")).Status);
        // The link was asked for before.
        Assert.Equal(401, (await Post(owner, "/auth/customer/magic-link/callback", $$"""{"token":"{{Token("magic_link")}}"}""")).Status);
        // A browser that nobody knows.
        using var phone = Client("127.0.13.3");
        Assert.Equal(200, (await SignIn(phone, person.Email, "a new password of theirs")).Status);
    }

    [Fact]
    public async Task Guesses_do_not_keep_who_is_signed_in_from_a_new_password()
    {
        using var person = await Person.Join(app);
        using (var guesser = Client("127.0.14.1"))
            for (var i = 0; i < 11; i++) await SignIn(guesser, person.Email, "wrong-password");
        await person.Client.PostJson("/auth/password", new { current_password = Person.Password, password = "a new password of theirs" });
    }

    [Fact]
    public async Task A_storefront_that_asks_for_all_its_shoppers_is_counted_by_account_alone()
    {
        using var person = await Person.Join(app);
        using var storefront = Client("127.1.0.1");
        for (var i = 0; i < 105; i++) Assert.Equal(401, (await SignIn(storefront, Person.NewEmail(), "wrong-password")).Status);
        Assert.Equal(200, (await SignIn(storefront, person.Email, Person.Password)).Status);
        for (var i = 0; i < 10; i++) Assert.Equal(401, (await SignIn(storefront, person.Email, "wrong-password")).Status);
        Assert.Equal(429, (await SignIn(storefront, person.Email, "wrong-password")).Status);
    }

    // Every address of 127.0.0.0/8 is this machine's.
    private HttpClient Client(string from)
    {
        var handler = new SocketsHttpHandler
        {
            CookieContainer = new CookieContainer(),
            ConnectCallback = async (context, ct) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
                await socket.ConnectAsync(context.DnsEndPoint, ct);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        return new HttpClient(handler) { BaseAddress = app.BaseAddress };
    }

    private static Task<(int Status, double? RetryAfter, string Body)> SignIn(HttpClient client, string email, string password) =>
        Post(client, "/auth/customer/emailpass", $$"""{"email":"{{email}}","password":"{{password}}"}""");

    private static async Task<(int Status, double? RetryAfter, string Body)> Post(HttpClient client, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(path, content);
        return ((int)answer.StatusCode, answer.Headers.RetryAfter?.Delta?.TotalSeconds, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Addresses of 127.0 are strangers', 127.1 is a storefront's.</summary>
    public class Shop : HpApp
    {
        protected override string[] Arguments => ["--RateLimits:PerMinute=0", "--RateLimits:SignInPerMinute=0", "--RateLimits:Exempt=127.1.0.0/16"];
    }
}
