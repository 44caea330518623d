using System.Text;
using System.Text.Json.Nodes;
using HeadlessPro.Identity.Mfa;
using HeadlessPro.Modules.Tests.Notifications;

namespace HeadlessPro.Modules.Tests.Identity;

public class MfaTests(HpApp app) : IClassFixture<HpApp>
{
    // RFC 6238, appendix B: eight digits there, of which an app of six shows the last.
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void Codes_are_those_of_the_specification(long seconds, string code)
    {
        var secret = Encoding.ASCII.GetBytes("12345678901234567890");
        var time = DateTimeOffset.FromUnixTimeSeconds(seconds);
        Assert.Equal(code, Totp.CodeOf(secret, Totp.StepAt(time)));
        Assert.Equal(Totp.StepAt(time), Totp.StepOf(secret, code, time.AddSeconds(30)));
        Assert.Null(Totp.StepOf(secret, code, time.AddSeconds(90)));
    }

    [Fact]
    public async Task With_a_second_factor_a_password_opens_nothing_but_the_challenge()
    {
        using var person = await Person.Join(app);
        using var elsewhere = await Person.SignIn(app, person.Email);
        var secret = await Enrol(person);
        await elsewhere.Client.GetJson("/store/customers/me", 401);
        await person.Client.GetJson("/store/customers/me");

        var (challenge, token) = await Challenge(person.Email);
        Assert.Equal(("emailpass", """["totp"]""", 5), ((string)challenge["auth_provider"]!, challenge["methods"]!.ToJsonString(), (int)challenge["max_attempts"]!));
        using var half = Person.With(app, token);
        await half.GetJson("/store/customers/me", 401);
        await half.PostJson("/auth/token/refresh", status: 401);
        await half.PostJson("/auth/session", status: 401);
        await half.GetJson("/auth/sessions", 401);
        await half.GetJson("/auth/mfa/factors", 401);
        await half.PostJson("/auth/mfa/recovery-codes", new { }, 401);

        var path = $"/auth/mfa/challenges/{challenge["id"]}/verify";
        var step = Totp.StepAt(DateTimeOffset.UtcNow);
        var code = Totp.CodeOf(secret, step);
        await app.Store.PostJson(path, new { method = "totp", code }, 401);
        await person.Client.PostJson(path, new { method = "totp", code }, 401);
        await half.PostJson(path, new { method = "totp", code = "12345" }, 401);
        await half.PostJson(path, new { method = "sms", code }, 400);
        var whole = (string)(await half.PostJson(path, new { method = "totp", code }))["token"]!;
        using var signedIn = Person.With(app, whole);
        Assert.Equal(person.Id, (string)(await signedIn.GetJson("/store/customers/me"))["customer"]!["id"]!);
        await half.PostJson(path, new { method = "totp", code }, 401);

        // The same code again, for another challenge.
        var (second, other) = await Challenge(person.Email);
        using var again = Person.With(app, other);
        await again.PostJson($"/auth/mfa/challenges/{second["id"]}/verify", new { method = "totp", code }, 401);
    }

    [Fact]
    public async Task A_challenge_that_was_open_when_the_password_changed_is_over()
    {
        using var person = await Person.Join(app);
        var secret = await Enrol(person);
        var (challenge, token) = await Challenge(person.Email);
        await person.Client.PostJson("/auth/password", new { current_password = Person.Password, password = "an even better-one" });
        var before = await app.Scalar<long>("select count(*) from identity.sessions");
        using var half = Person.With(app, token);
        await half.PostJson($"/auth/mfa/challenges/{challenge["id"]}/verify", new { method = "totp", code = Totp.CodeOf(secret, Totp.StepAt(DateTimeOffset.UtcNow)) }, 401);
        Assert.Equal(before, await app.Scalar<long>("select count(*) from identity.sessions"));
    }

    [Fact]
    public async Task One_code_sent_many_times_at_once_works_once()
    {
        using var person = await Person.Join(app);
        var secret = await Enrol(person);
        var code = Totp.CodeOf(secret, Totp.StepAt(DateTimeOffset.UtcNow));
        var challenges = new List<(JsonNode Challenge, string Token)>();
        for (var i = 0; i < 5; i++) challenges.Add(await Challenge(person.Email));
        var answers = await Task.WhenAll(challenges.Select(async c =>
        {
            using var client = Person.With(app, c.Token);
            using var body = new StringContent($$"""{"method":"totp","code":"{{code}}"}""", Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync($"/auth/mfa/challenges/{c.Challenge["id"]}/verify", body);
            return (int)answer.StatusCode;
        }));
        Assert.Equal((1, 4), (answers.Count(a => a == 200), answers.Count(a => a == 401)));
    }

    [Fact]
    public async Task Five_wrong_codes_end_a_challenge_and_ten_throttle_the_account()
    {
        using var person = await Person.Join(app);
        var secret = await Enrol(person);
        await app.Scalar<object>("delete from identity.throttles");
        for (var round = 0; round < 2; round++)
        {
            var (challenge, token) = await Challenge(person.Email);
            using var half = Person.With(app, token);
            var path = $"/auth/mfa/challenges/{challenge["id"]}/verify";
            for (var i = 0; i < 5; i++) await half.PostJson(path, new { method = "totp", code = "wrong" }, 401);
            await half.PostJson(path, new { method = "totp", code = Totp.CodeOf(secret, Totp.StepAt(DateTimeOffset.UtcNow)) }, 401);
        }

        var (last, third) = await Challenge(person.Email);
        using var throttled = Person.With(app, third);
        var refused = await throttled.PostJson($"/auth/mfa/challenges/{last["id"]}/verify", new { method = "totp", code = Totp.CodeOf(secret, Totp.StepAt(DateTimeOffset.UtcNow)) }, 429);
        Assert.Equal("too_many_attempts", (string)refused["code"]!);
    }

    [Fact]
    public async Task Recovery_codes_work_once_each_and_new_ones_end_the_old()
    {
        using var person = await Person.Join(app);
        await person.Client.PostJson("/auth/mfa/recovery-codes", new { }, 400);
        await Enrol(person);
        var old = await Codes(person);
        var codes = await Codes(person);
        Assert.Equal((10, 10), (codes.Count, codes.Distinct().Count()));
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.recovery_codes where code_hash = '{codes[0]}'"));

        var (challenge, token) = await Challenge(person.Email);
        Assert.Equal("""["totp","recovery_code"]""", challenge["methods"]!.ToJsonString());
        using var half = Person.With(app, token);
        var path = $"/auth/mfa/challenges/{challenge["id"]}/verify";
        await half.PostJson(path, new { method = "recovery_code", code = old[0] }, 401);
        await half.PostJson(path, new { method = "recovery_code", code = codes[0].ToLowerInvariant() });
        var (second, other) = await Challenge(person.Email);
        using var again = Person.With(app, other);
        await again.PostJson($"/auth/mfa/challenges/{second["id"]}/verify", new { method = "recovery_code", code = codes[0] }, 401);

        // Of a session that is older than that, neither codes nor another app.
        await app.Scalar<object>("update identity.sessions set created_at = now() - interval '16 minutes'");
        Assert.Equal("sign_in_again", (string)(await person.Client.PostJson("/auth/mfa/recovery-codes", new { }, 403))["code"]!);
        Assert.Equal("sign_in_again", (string)(await person.Client.PostJson("/auth/mfa/factors", new { provider = "totp" }, 403))["code"]!);
        await again.PostJson($"/auth/mfa/challenges/{second["id"]}/verify", new { method = "recovery_code", code = codes[1] });
    }

    [Fact]
    public async Task It_is_turned_off_with_a_code_only_and_by_nobody_else()
    {
        using var person = await Person.Join(app);
        using var stranger = await Person.Join(app);
        var secret = await Enrol(person);
        await Codes(person);
        var id = (string)(await person.Client.GetJson("/auth/mfa/factors"))["mfa_factors"]![0]!["id"]!;
        Assert.Empty((await stranger.Client.GetJson("/auth/mfa/factors"))["mfa_factors"]!.AsArray());
        var code = Totp.CodeOf(secret, Totp.StepAt(DateTimeOffset.UtcNow));
        await stranger.Client.DeleteJson($"/auth/mfa/factors/{id}", new { method = "totp", code }, 404);
        await person.Client.DeleteJson($"/auth/mfa/factors/{id}", new { }, 400);
        await person.Client.DeleteJson($"/auth/mfa/factors/{id}", new { method = "totp", code = "wrong" }, 401);
        await Challenge(person.Email);

        Assert.Equal("disabled", (string)(await person.Client.DeleteJson($"/auth/mfa/factors/{id}", new { method = "totp", code }))["mfa_factor"]!["status"]!);
        using var signedIn = await Person.SignIn(app, person.Email);
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.recovery_codes r join identity.sign_ins s using (identity_id) where s.subject = '{person.Email}'"));
    }

    [Fact]
    public async Task Its_owner_is_told_of_each_change_and_one_that_was_never_on_is_not_said_to_go_off()
    {
        using var person = await Person.Join(app);
        var secret = await Enrol(person);
        await Codes(person);
        var pending = (await person.Client.PostJson("/auth/mfa/factors", new { provider = "totp" }))["mfa_factor"]!["id"];
        Assert.Equal("disabled", (string)(await person.Client.DeleteJson($"/auth/mfa/factors/{pending}", new { }))["mfa_factor"]!["status"]!);
        var id = (string)Assert.Single((await person.Client.GetJson("/auth/mfa/factors"))["mfa_factors"]!.AsArray())!["id"]!;
        await person.Client.DeleteJson($"/auth/mfa/factors/{id}", new { code = Totp.CodeOf(secret, Totp.StepAt(DateTimeOffset.UtcNow)) });
        Assert.Equal("email_verification, mfa_disabled, mfa_enabled, recovery_codes_made", string.Join(", ", (await Mails.To(app, person.Email, 4)).Select(m => m.Kind).Order(StringComparer.Ordinal)));
        Assert.Equal("mfa_enabled, mfa_disabled", await app.Scalar<string>($"select string_agg(action, ', ' order by id) from audit.entries where action like 'mfa_%' and actor_id = '{person.Id}'"));
    }

    [Fact]
    public async Task Who_has_not_proven_their_address_has_no_second_factor_and_an_unfinished_one_asks_for_nothing()
    {
        using var person = await Person.Join(app);
        Assert.Equal("verification_required", (string)(await person.Client.PostJson("/auth/mfa/factors", new { provider = "totp" }, 400))["code"]!);
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.mfa_factors f join identity.sign_ins s using (identity_id) where s.subject = '{person.Email}'"));
        await Prove(person);
        await person.Client.PostJson("/auth/mfa/factors", new { provider = "sms" }, 400);
        var first = await person.Client.PostJson("/auth/mfa/factors", new { provider = "totp", label = "Phone" });
        Assert.Equal(("pending", "Phone"), ((string)first["mfa_factor"]!["status"]!, (string)first["mfa_factor"]!["metadata"]!["label"]!));
        Assert.Equal(
            $"otpauth://totp/HeadlessPro:{Uri.EscapeDataString(person.Email)}?secret={first["secret"]}&issuer=HeadlessPro&algorithm=SHA1&digits=6&period=30", (string)first["otpauth_url"]!);
        await person.Client.PostJson("/auth/mfa/factors", new { provider = "totp" });
        Assert.Single((await person.Client.GetJson("/auth/mfa/factors"))["mfa_factors"]!.AsArray());
        await person.Client.PostJson($"/auth/mfa/factors/{first["mfa_factor"]!["id"]}/verify", new { code = "123456" }, 404);
        using var signedIn = await Person.SignIn(app, person.Email);
    }

    private async Task Prove(Person person)
    {
        await person.Client.PostJson("/auth/verification/request", new { entity_id = person.Email, entity_type = "email" });
        await app.Store.PostJson("/auth/verification/confirm", new { code = (await Mails.To(app, person.Email))[0].Parameter("code") });
    }

    // The code of the moment is good once more afterwards.
    private async Task<byte[]> Enrol(Person person)
    {
        await Prove(person);
        var setup = await person.Client.PostJson("/auth/mfa/factors", new { provider = "totp" });
        var secret = FromBase32((string)setup["secret"]!);
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.mfa_factors where secret like '%{setup["secret"]}%'"));
        var path = $"/auth/mfa/factors/{setup["mfa_factor"]!["id"]}/verify";
        await person.Client.PostJson(path, new { code = "wrong" }, 401);
        var enabled = await person.Client.PostJson(path, new { code = Totp.CodeOf(secret, Totp.StepAt(DateTimeOffset.UtcNow)) });
        Assert.Equal("enabled", (string)enabled["mfa_factor"]!["status"]!);
        await app.Scalar<object>("update identity.mfa_factors set last_step = 0");
        return secret;
    }

    internal static byte[] FromBase32(string text)
    {
        var bits = string.Concat(text.Select(c => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2))];
    }

    private async Task<(JsonNode Challenge, string Token)> Challenge(string email)
    {
        var answer = await app.Store.PostJson("/auth/customer/emailpass", new { email, password = Person.Password });
        return (answer["mfa_challenge"]!, (string)answer["token"]!);
    }

    private static async Task<List<string>> Codes(Person person) =>
        [.. (await person.Client.PostJson("/auth/mfa/recovery-codes", new { }))["recovery_codes"]!.AsArray().Select(c => (string)c!)];
}
