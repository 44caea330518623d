using System.Buffers.Text;
using System.Text.Json.Nodes;
using HeadlessPro.Identity.Mfa;
using HeadlessPro.Identity.Passkeys;
using HeadlessPro.Platform;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace HeadlessPro.Modules.Tests.Identity.Passkeys;

/// <summary>What must not open an account, and what must not make a key to one.</summary>
[Collection(nameof(PasskeyShop))]
public class PasskeyRefusalTests(PasskeyShop shop)
{
    private const string Refusal = "The passkey is not known here, or its answer is not good (any more); ask for new options";

    [Fact]
    public async Task An_answer_signs_in_once_here_by_who_asked_and_every_other_is_refused_alike()
    {
        using var person = await shop.Proven();
        using var other = await shop.Proven();
        var (page, authenticator) = await shop.OpenPage();
        await shop.Add(page, person.Token, "Phone");
        var passkey = Assert.Single(await page.Credentials(authenticator))!;

        var (options, state, nonce) = await shop.Ask();
        var credential = await page.Asserted(options);
        var elsewhere = await shop.Ask();
        var staffs = await shop.Ask("user");
        var others = await shop.Ask(email: other.Email);
        var unknown = credential.DeepClone();
        (unknown["id"], unknown["rawId"]) = ("AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAA");
        var changed = credential.DeepClone();
        changed["response"]!["userHandle"] = "Y3VzdG9tZXIuYXV0aGlk";
        var unsigned = credential.DeepClone();
        unsigned["response"]!["signature"] = elsewhere.Options["challenge"]!.DeepClone();
        var before = await shop.Rows();
        await Refuse(credential, state, nonce: Guid.NewGuid().ToString());
        await Refuse(credential, state, nonce: null);
        await Refuse(credential, elsewhere.State, elsewhere.Nonce);
        await Refuse(credential, state + "A", nonce);
        await Refuse(credential, "", nonce);
        await Refuse(await page.Asserted(staffs.Options), staffs.State, staffs.Nonce);
        await Refuse(credential, state, nonce, actor: "user");
        await Refuse(await page.Asserted(staffs.Options), staffs.State, staffs.Nonce, actor: "user");
        await Refuse(await page.Asserted(others.Options), others.State, others.Nonce);
        await Refuse(credential, state, nonce, email: other.Email);
        await Refuse(unknown, state, nonce);
        await Refuse(changed, state, nonce);
        await Refuse(unsigned, state, nonce);
        await Refuse(new JsonObject { ["id"] = 7 }, state, nonce);
        await shop.Store.PostJson("/auth/customer/passkey", new { state, nonce }, 400);
        await shop.Store.PostJson("/auth/customer/passkey", new { state, nonce, credential = "text" }, 400);

        // The same key at a page that nobody configured, and for another domain at one that is.
        foreach (var (origin, domain) in new[] { (shop.Stranger, "localhost"), (shop.Below, "shop.localhost") })
        {
            var (stray, copy) = await shop.OpenPage(origin);
            var moved = passkey.DeepClone().AsObject();
            moved["rpId"] = domain;
            moved["signCount"] = 100;
            await stray.Send("WebAuthn.addCredential", new() { ["authenticatorId"] = copy, ["credential"] = moved });
            var asked = options.DeepClone();
            asked["rpId"] = domain;
            await Refuse(await stray.Asserted(asked), state, nonce);
        }

        Assert.Equal(before, await shop.Rows());
        var token = (string)(await shop.Store.PostJson("/auth/customer/passkey", new { credential, state, nonce, email = person.Email }))["token"]!;
        using var signedIn = Person.With(shop, token);
        await signedIn.GetJson("/store/customers/me");
        before = await shop.Rows();
        await Refuse(credential, state, nonce);
        Assert.Equal(before, await shop.Rows());
    }

    [Fact]
    public async Task The_browser_that_asked_is_known_by_its_cookie_where_the_page_sends_no_nonce()
    {
        using var person = await shop.Proven();
        var (page, _) = await shop.OpenPage();
        await shop.Add(page, person.Token, "Phone");
        using var mine = new HttpClient { BaseAddress = shop.BaseAddress };
        using var theirs = new HttpClient { BaseAddress = shop.BaseAddress };
        var asked = await mine.PostJson("/auth/customer/passkey/options");
        await mine.PostJson("/auth/customer/passkey/options");
        await theirs.PostJson("/auth/customer/passkey/options");
        var answer = new { state = (string)asked["state"]!, credential = await page.Asserted(asked["public_key"]!) };
        await theirs.PostJson("/auth/customer/passkey", answer, 401);
        await mine.PostJson("/auth/customer/passkey", answer);
        await mine.PostJson("/auth/customer/passkey/options", new { nonce = "short" }, 400);
        await mine.PostJson("/auth/nobody/passkey/options", status: 400);
    }

    [Fact]
    public async Task A_counter_that_did_not_rise_is_refused_and_its_owner_sees_it()
    {
        using var person = await shop.Proven();
        var (page, authenticator) = await shop.OpenPage();
        await shop.Add(page, person.Token, "Phone");
        var copied = Assert.Single(await page.Credentials(authenticator))!.DeepClone().AsObject();
        await shop.SignIn(page);
        await shop.SignIn(page);
        var before = await Sessions(person);

        // A copy of the key, from before it was used.
        var (thief, copy) = await shop.OpenPage();
        await thief.Send("WebAuthn.addCredential", new() { ["authenticatorId"] = copy, ["credential"] = copied });
        Assert.Equal("!unauthorized", await shop.SignIn(thief));
        Assert.Equal(before, await Sessions(person));
        var shown = Assert.Single((await person.Client.GetJson("/auth/passkeys"))["passkeys"]!.AsArray())!;
        Assert.NotNull(shown["counter_refused_at"]);
        using var owner = Person.With(shop, (await shop.SignIn(page))!);
        await owner.GetJson("/store/customers/me");
    }

    [Fact]
    public async Task Two_people_with_passkeys_on_one_authenticator_come_in_each_as_themselves()
    {
        using var one = await shop.Proven();
        using var two = await shop.Proven();
        var (page, authenticator) = await shop.OpenPage();
        await shop.Add(page, one.Token, "Ours");
        await shop.Add(page, two.Token, "Ours");
        var passkeys = await page.Credentials(authenticator);
        foreach (var person in new[] { one, two })
        {
            var (options, state, nonce) = await shop.Ask();
            options["allowCredentials"] = new JsonArray(new JsonObject
            {
                ["type"] = "public-key",
                ["id"] = ((string)passkeys.Single(p => (string)p!["userName"]! == person.Email)!["credentialId"]!).TrimEnd('=').Replace('+', '-').Replace('/', '_'),
            });
            var answer = await shop.Store.PostJson("/auth/customer/passkey", new { credential = await page.Asserted(options), state, nonce });
            using var signedIn = Person.With(shop, (string)answer["token"]!);
            Assert.Equal(person.Id, (string)(await signedIn.GetJson("/store/customers/me"))["customer"]!["id"]!);
        }
    }

    [Fact]
    public async Task A_passkey_that_knows_its_owner_is_two_factors_and_one_that_is_only_touched_is_one()
    {
        using var person = await shop.Proven();
        var setup = await person.Client.PostJson("/auth/mfa/factors", new { provider = "totp" });
        var code = Totp.CodeOf(MfaTests.FromBase32((string)setup["secret"]!), Totp.StepAt(DateTimeOffset.UtcNow));
        await person.Client.PostJson($"/auth/mfa/factors/{setup["mfa_factor"]!["id"]}/verify", new { code });

        var (page, _) = await shop.OpenPage();
        await shop.Add(page, person.Token, "Phone");
        // Whoever holds the device, and makes the page not ask for more than that.
        var (options, state, nonce) = await shop.Ask();
        options["userVerification"] = "discouraged";
        var before = await Sessions(person);
        var half = await shop.Store.PostJson("/auth/customer/passkey", new { credential = await page.Asserted(options), state, nonce });
        Assert.Equal("passkey", (string)half["mfa_challenge"]!["auth_provider"]!);
        using var nobody = Person.With(shop, (string)half["token"]!);
        await nobody.GetJson("/store/customers/me", 401);
        Assert.Equal(before, await Sessions(person));

        // Nor does who looks like more in letters of another size: what counts is what was signed.
        foreach (var isForgedFirst in new[] { true, false })
        {
            (options, state, nonce) = await shop.Ask();
            options["userVerification"] = "discouraged";
            var credential = await page.Asserted(options);
            var response = credential["response"]!.AsObject();
            var signed = (string)response["authenticatorData"]!;
            var bytes = Base64Url.DecodeFromChars(signed);
            bytes[32] |= 0b100;
            response.Remove("authenticatorData");
            foreach (var isForged in new[] { isForgedFirst, !isForgedFirst }) response[isForged ? "authenticatorData" : "AuthenticatorData"] = isForged ? Base64Url.EncodeToString(bytes) : signed;
            // Whichever of the two is read, it is the same one for all.
            var answer = await shop.Store.PostJson("/auth/customer/passkey", new { credential, state, nonce }, isForgedFirst ? 200 : 401);
            if (isForgedFirst) Assert.Equal("passkey", (string?)answer["mfa_challenge"]?["auth_provider"]);
            Assert.Equal(before, await Sessions(person));
        }

        using var signedIn = Person.With(shop, (await shop.SignIn(page))!);
        Assert.Equal(person.Id, (string)(await signedIn.GetJson("/store/customers/me"))["customer"]!["id"]!);
        Assert.True(await shop.Scalar<bool>($"select s.second_factor_at is not null from identity.sessions s join identity.sign_ins i using (identity_id) where i.subject = '{person.Email}' and s.provider = 'passkey'"));
    }

    [Fact]
    public async Task Options_are_the_same_for_who_is_known_who_has_passkeys_and_who_is_nobody()
    {
        using var person = await shop.Proven();
        var (page, _) = await shop.OpenPage();
        await shop.Add(page, person.Token, "Phone");
        var shapes = new List<string>();
        foreach (var email in new[] { person.Email, Person.NewEmail(), null })
        {
            var (options, state, _) = await shop.Ask(email: email);
            options["challenge"] = "";
            shapes.Add(options.ToJsonString());
            Assert.DoesNotContain("@", state, StringComparison.Ordinal);
        }

        Assert.Equal("""{"challenge":"","timeout":300000,"rpId":"localhost","allowCredentials":[],"userVerification":"preferred","hints":[]}""", Assert.Single(shapes.Distinct()));
        await shop.Store.PostJson("/auth/customer/passkey/options", new { email = "nobody" }, 400);
    }

    [Fact]
    public async Task A_passkey_is_added_only_by_who_is_proven_and_signed_in_just_now_and_once_by_the_session_that_asked()
    {
        using var unproven = await Person.Join(shop);
        Assert.Equal("verification_required", (string)(await unproven.Client.PostJson("/auth/passkeys/options", status: 400))["code"]!);
        await shop.Store.PostJson("/auth/passkeys/options", status: 401);

        using var person = await shop.Proven();
        using var again = await Person.SignIn(shop, person.Email);
        var (page, authenticator) = await shop.OpenPage();
        var asked = await person.Client.PostJson("/auth/passkeys/options");
        Assert.Equal(("none", "required", "preferred"), (
            (string)asked["public_key"]!["attestation"]!, (string)asked["public_key"]!["authenticatorSelection"]!["residentKey"]!, (string)asked["public_key"]!["authenticatorSelection"]!["userVerification"]!));
        var (state, credential) = ((string)asked["state"]!, await page.Created(asked["public_key"]!));
        var before = await shop.Rows();
        await again.Client.PostJson("/auth/passkeys", new { name = "Phone", state, credential }, 400);
        await person.Client.PostJson("/auth/passkeys", new { name = " ", state, credential }, 400);
        await person.Client.PostJson("/auth/passkeys", new { name = "Phone", state = (string)(await person.Client.PostJson("/auth/passkeys/options"))["state"]!, credential }, 400);
        await person.Client.PostJson("/auth/passkeys", new { name = "Phone", state = (await shop.Ask()).State, credential }, 400);
        await person.Client.PostJson("/auth/passkeys", new { name = "Phone", state, credential = new { id = "x" } }, 400);
        await shop.Scalar<object>($"update identity.sessions set created_at = now() - interval '16 minutes' where id = (select id from identity.sessions s order by created_at desc, id desc offset 1 limit 1)");
        Assert.Equal("sign_in_again", (string)(await person.Client.PostJson("/auth/passkeys", new { name = "Phone", state, credential }, 403))["code"]!);
        Assert.Equal(before, await shop.Rows());
        await shop.Scalar<object>("update identity.sessions set created_at = now()");

        // Of what the browser says of its ways to it, the known ones are kept.
        credential["response"]!["transports"] = new JsonArray("internal", new string('x', 100_000), "hybrid", "internal");
        var id = (string)(await person.Client.PostJson("/auth/passkeys", new { name = "Phone", state, credential }))["passkey"]!["id"]!;
        Assert.Equal("""["hybrid","internal"]""", (await person.Client.GetJson("/auth/passkeys"))["passkeys"]![0]!["transports"]!.ToJsonString());
        before = await shop.Rows();
        await person.Client.PostJson("/auth/passkeys", new { name = "Phone", state, credential }, 400);
        // The authenticator has one of theirs, and says so.
        Assert.Equal("!11", await page.Run<string>($"JSON.stringify(await addPasskey('{shop.BaseAddress.ToString().TrimEnd('/')}', '{person.Token}', 'Again'))"));
        Assert.Single(await page.Credentials(authenticator));

        await shop.Scalar<object>("update identity.sessions set created_at = now() - interval '16 minutes'");
        Assert.Equal("sign_in_again", (string)(await person.Client.DeleteJson($"/auth/passkeys/{id}", status: 403))["code"]!);
        await shop.Scalar<object>("update identity.sessions set created_at = now()");
        // As of somebody whose provider was taken away.
        await shop.Scalar<object>($"update identity.sign_ins set identity_id = (select identity_id from identity.sign_ins where subject = '{unproven.Email}') where subject = '{person.Email}'");
        Assert.Equal("last_way_in", (string)(await person.Client.DeleteJson($"/auth/passkeys/{id}", status: 400))["code"]!);
        Assert.Equal(before, await shop.Rows());
    }

    [Fact]
    public void A_challenge_is_good_for_five_minutes_for_what_it_was_made_and_who_asked()
    {
        var clock = new Clock();
        var challenges = new PasskeyChallenges(new EphemeralDataProtectionProvider(), clock);
        var text = challenges.Seal(PasskeyChallenge.SignIn, "customer", "asker", null, "{}");
        clock.Now += TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1);
        Assert.Equal("{}", challenges.Open(text, PasskeyChallenge.SignIn, "customer", "asker")!.State);
        Assert.Null(challenges.Open(text, PasskeyChallenge.Enrol, "customer", "asker"));
        Assert.Null(challenges.Open(text, PasskeyChallenge.SignIn, "user", "asker"));
        Assert.Null(challenges.Open(text, PasskeyChallenge.SignIn, "customer", "other"));
        clock.Now += TimeSpan.FromSeconds(1);
        Assert.Null(challenges.Open(text, PasskeyChallenge.SignIn, "customer", "asker"));
    }

    [Theory]
    [InlineData("Identity:Passkeys:customer:Domain=https://example.com")]
    [InlineData("Identity:Passkeys:customer:Domain=10.0.0.1")]
    [InlineData("Identity:Passkeys:customer:Domain=example.com:8000")]
    [InlineData("Identity:Passkeys:customer:Domain=example.com")]
    [InlineData("Identity:Passkeys:user:Origins=http://shop.example.com", "ADMIN_URL=https://shop.example.com")]
    [InlineData("Identity:Passkeys:user:Origins=https://shop.example.com/", "ADMIN_URL=https://shop.example.com")]
    [InlineData("Identity:Passkeys:user:Origins=https://other.example", "ADMIN_URL=https://shop.example.com")]
    public void Nonsense_is_said_when_the_program_starts(params string[] settings) =>
        Assert.Contains("Identity:Passkeys:", Assert.Throws<StartException>(() => PasskeySettings.Of(Configuration(settings))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("localhost")]
    [InlineData("shop.example.com", "STOREFRONT_URL=https://shop.example.com/en")]
    [InlineData("example.com", "STOREFRONT_URL=https://shop.example.com", "Identity:Passkeys:customer:Domain=example.com")]
    [InlineData("example.com", "Identity:Passkeys:customer:Domain=example.com", "Identity:Passkeys:customer:Origins=https://shop.example, https://example.com,android:apk-key-hash:x")]
    [InlineData(null, "STOREFRONT_URL=http://10.0.0.1:8000")]
    public void The_domain_is_that_of_the_shops_pages_or_as_configured(string? expected, params string[] settings)
    {
        var options = PasskeySettings.Of(Configuration(settings)).For("customer");
        Assert.Equal((expected, expected is null ? "passkeys_unavailable" : null), (options.Value?.ServerDomain, options.Error?.Code));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true, "PUBLIC_URL=http://localhost:9000/")]
    [InlineData(false, "PUBLIC_URL=http://127.0.0.1:9000")]
    [InlineData(false, "PUBLIC_URL=https://api.example.com", "STOREFRONT_URL=https://shop.example.com")]
    [InlineData(true, "PUBLIC_URL=https://api.example.com", "STOREFRONT_URL=https://shop.example.com", "Identity:Passkeys:customer:Domain=example.com")]
    [InlineData(true, "PUBLIC_URL=https://api.example", "STOREFRONT_URL=https://shop.example.com", "Identity:Passkeys:customer:Origins=https://shop.example.com,https://api.example")]
    [InlineData(false, "PUBLIC_URL=https://api.example.com.evil.example", "STOREFRONT_URL=https://shop.example.com", "Identity:Passkeys:customer:Domain=example.com")]
    public async Task Our_own_pages_ask_for_passkeys_where_they_are_at_their_domain(bool expected, params string[] settings)
    {
        var passkeys = PasskeySettings.Of(Configuration(settings));
        Assert.Equal(expected, passkeys.AreOnOurPages("customer"));
        var own = settings.FirstOrDefault(s => s.StartsWith("PUBLIC_URL=", StringComparison.Ordinal))?["PUBLIC_URL=".Length..].TrimEnd('/');
        Assert.Equal(expected, own is not null && await passkeys.For("customer").Value!.ValidateOrigin!(new() { Origin = own, CrossOrigin = false, HttpContext = new DefaultHttpContext() }));
    }

    private async Task Refuse(JsonNode credential, string state, string? nonce, string actor = "customer", string? email = null)
    {
        var body = new JsonObject { ["credential"] = credential.DeepClone(), ["state"] = state };
        if (nonce is not null) body["nonce"] = nonce;
        if (email is not null) body["email"] = email;
        var answer = await shop.Store.PostJson($"/auth/{actor}/passkey", body, 401);
        Assert.Equal(Refusal, (string)answer["message"]!);
    }

    private Task<long> Sessions(Person person) => shop.Scalar<long>($"select count(*) from identity.sessions s join identity.sign_ins i using (identity_id) where i.subject = '{person.Email}'");

    private static IConfiguration Configuration(string[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => s.Split('=', 2)).Select(p => KeyValuePair.Create(p[0], (string?)p[1]))).Build();

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
