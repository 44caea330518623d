using System.Net.Http.Json;
using System.Text.Json.Nodes;
using HeadlessPro.Modules.Tests.Notifications;

namespace HeadlessPro.Modules.Tests.Identity.OpenId;

/// <summary>Whose account a provider's sign-in is: nobody gets another's by an address, and everybody can add and remove providers of their own.</summary>
public class OpenIdLinkTests(OpenIdShop shop) : IClassFixture<OpenIdShop>
{
    [Fact]
    public async Task An_account_whose_owner_has_proven_the_address_is_theirs_with_the_provider_too()
    {
        using var person = await Person.Join(shop);
        await Prove(person.Email);
        await shop.Provider.Knows(person.Email.ToUpperInvariant());
        using var browser = shop.Browser();
        Assert.Equal(person.Id, (string)SignInTests.Claims(await shop.SignIn(browser, person.Email.ToUpperInvariant()))["actor_id"]!);
        Assert.Equal(person.Id, (string)SignInTests.Claims((await Person.SignIn(shop, person.Email)).Token)["actor_id"]!);
        Assert.Equal("provider_added", Assert.Single(await Mails.To(shop, person.Email)).Kind);
    }

    [Fact]
    public async Task An_account_that_never_proved_its_address_is_not_given_to_whoever_has_it_at_a_provider_nor_kept_from_its_owner()
    {
        using var stranger = await Person.Join(shop);
        await shop.Provider.Knows(stranger.Email);
        using var owner = shop.Browser();
        var before = await shop.People();
        Assert.Equal("There is an account with your e-mail address: sign in to it as before, then add this provider to it", (string)(await shop.Refused(owner, stranger.Email, "main", 401))["message"]!);
        Assert.Equal(before, await shop.People());

        // The owner proves the address by a code: what the stranger knew is worth nothing, and the provider is welcome.
        await owner.PostJson("/auth/customer/one-time-code", new { email = stranger.Email });
        var code = System.Text.RegularExpressions.Regex.Match((await Mails.To(shop, stranger.Email))[0].Text, "[0-9]{6}").Value;
        await owner.PostJson("/auth/customer/one-time-code", new { email = stranger.Email, code });
        await shop.SignIn(owner, stranger.Email);
        await stranger.Client.GetJson("/store/customers/me", 401);
    }

    [Theory]
    [InlineData("main", false)]
    [InlineData("tenants", false)]
    public async Task An_address_that_the_provider_has_not_confirmed_opens_nothing_and_makes_nobody(string provider, bool isVerified)
    {
        using var victim = await Person.Join(shop);
        await Prove(victim.Email);
        using var browser = shop.Browser();
        var realm = provider == "tenants" ? "common" : provider;
        foreach (var email in new[] { victim.Email, Person.NewEmail() })
        {
            await shop.Provider.Knows(email, realm, new JsonObject { ["email_verified"] = isVerified, ["tid"] = "99999999-2222-4333-8444-555555555555" });
            var before = await shop.People();
            await shop.Refused(browser, email, provider, 401);
            Assert.Equal(before, await shop.People());
        }
    }

    [Fact]
    public async Task An_address_that_some_tenant_calls_confirmed_opens_nothing_and_makes_nobody()
    {
        using var victim = await Person.Join(shop);
        await Prove(victim.Email);
        using var browser = shop.Browser();
        foreach (var email in new[] { victim.Email, Person.NewEmail() })
        {
            await shop.Provider.Knows(email, "common", new JsonObject { ["email_verified"] = false });
            var query = await shop.Return(browser, email, "tenants");
            var before = await shop.People();
            await shop.Provider.Fault("openid-email-verified", "/openid/common/token");
            await browser.GetJson("/auth/customer/tenants/callback" + query, 401);
            Assert.Equal((0, before), (await shop.Provider.FaultsLeft(), await shop.People()));
        }
    }

    [Fact]
    public async Task Who_the_operator_vouches_for_needs_no_word_of_the_provider()
    {
        var email = Person.NewEmail();
        await shop.Provider.Knows(email, "house", new JsonObject { ["email_verified"] = false });
        using var browser = shop.Browser();
        await shop.SignIn(browser, email, "house");
    }

    [Theory]
    [InlineData("main", "example.org")]
    [InlineData("slow", "example.com")]
    [InlineData("house", "example.com")]
    public async Task An_address_that_the_provider_confirms_but_does_not_give_out_gets_no_account_that_is_there_already(string provider, string domain)
    {
        var email = $"{Guid.NewGuid():N}@{domain}";
        using var person = await Person.Join(shop, email);
        await Prove(email);
        await shop.Provider.Knows(email, provider);
        using var browser = shop.Browser();
        var before = await shop.People();
        await shop.Refused(browser, email, provider, 401);
        Assert.Equal(before, await shop.People());
    }

    [Fact]
    public async Task A_Google_account_with_another_s_domain_gets_no_account_that_is_there_already()
    {
        using var victim = await Person.Join(shop);
        await Prove(victim.Email);
        await shop.Provider.Knows(victim.Email, "gmail");
        using var browser = shop.Browser();
        var before = await shop.People();
        await shop.Refused(browser, victim.Email, "gmail", 401);
        Assert.Equal(before, await shop.People());

        // Somebody new is let in, but whoever proves the address by mail later has it to themselves.
        var email = Person.NewEmail();
        await shop.Provider.Knows(email, "gmail");
        using var early = OpenIdShop.With(shop.Browser(), await shop.SignIn(browser, email, "gmail"));
        await early.PostJson("/store/customers", new { });
        await shop.Store.PostJson("/auth/customer/one-time-code", new { email });
        var code = System.Text.RegularExpressions.Regex.Match((await Mails.To(shop, email))[0].Text, "[0-9]{6}").Value;
        await shop.Store.PostJson("/auth/customer/one-time-code", new { email, code });
        await early.GetJson("/auth/sessions", 401);
        await shop.Refused(browser, email, "gmail", 401);

        var own = $"{Guid.NewGuid():N}@gmail.com";
        using (var first = await Person.Join(shop, own)) await Prove(own);
        await shop.Provider.Knows(own, "gmail");
        await shop.SignIn(browser, own, "gmail");
    }

    [Fact]
    public async Task Who_proves_an_address_by_choosing_a_password_has_it_to_themselves()
    {
        var email = Person.NewEmail();
        await shop.Provider.Knows(email, "gmail");
        using var browser = shop.Browser();
        using var early = OpenIdShop.With(shop.Browser(), await shop.SignIn(browser, email, "gmail"));
        using (var asked = await shop.Store.PostAsJsonAsync("/auth/customer/emailpass/reset-password", new { identifier = email })) Assert.Equal(201, (int)asked.StatusCode);
        using var owner = Person.With(shop, (await Mails.To(shop, email))[0].Parameter("token"));
        await owner.PostJson("/auth/customer/emailpass/update", new { password = Person.Password });
        await early.GetJson("/auth/sessions", 401);
        await shop.Refused(browser, email, "gmail", 401);
        await shop.Store.PostJson("/auth/customer/emailpass", new { email, password = Person.Password });
    }

    [Fact]
    public async Task An_address_that_changes_at_the_provider_changes_nobody()
    {
        var email = Person.NewEmail();
        var sub = await shop.Provider.Knows(email);
        using var browser = shop.Browser();
        using var somebody = OpenIdShop.With(shop.Browser(), await shop.SignIn(browser, email));
        var id = (string)(await somebody.PostJson("/store/customers", new { }))["customer"]!["id"]!;
        using var victim = await Person.Join(shop);
        await Prove(victim.Email);
        await shop.Provider.Knows(victim.Email, also: new JsonObject { ["sub"] = sub });
        var token = await shop.SignIn(browser, victim.Email);
        Assert.Equal(id, (string)SignInTests.Claims(token)["actor_id"]!);
        using var again = OpenIdShop.With(shop.Browser(), token);
        Assert.Equal(email, (string)(await again.GetJson("/store/customers/me"))["customer"]!["email"]!);
        // And the old address, at a new number there, is nobody's key either.
        await shop.Provider.Knows(email, also: new JsonObject { ["sub"] = "somebody-else", ["email_verified"] = false });
        await shop.Refused(browser, email, "main", 401);
    }

    [Fact]
    public async Task Somebody_adds_a_provider_under_another_address_signs_in_with_it_and_removes_it()
    {
        using var person = await Person.Join(shop);
        var elsewhere = Person.NewEmail();
        var browser = person.Client;
        await shop.Provider.Knows(elsewhere);
        Assert.Equal("verification_required", (string)(await browser.PostJson("/auth/identities", new { provider = "main" }, 400))["code"]!);
        await Prove(person.Email);
        await browser.PostJson("/auth/identities", new { provider = "emailpass" }, 400);
        await browser.PostJson("/auth/identities", new { provider = "work" }, 400);
        await browser.PostJson("/auth/identities", new { provider = "main", callback_url = "https://evil.example" }, 400);
        await Add(browser, elsewhere);
        Assert.Equal("provider_added", (await Mails.To(shop, person.Email))[0].Kind);
        Assert.Equal(
            $"emailpass {person.Email}, main {elsewhere}",
            string.Join(", ", (await browser.GetJson("/auth/identities"))["identities"]!.AsArray().Select(i => $"{i!["provider"]} {i["email"]}")));

        using var phone = shop.Browser();
        using var signedIn = OpenIdShop.With(shop.Browser(), await shop.SignIn(phone, elsewhere));
        Assert.Equal(person.Id, (string)(await signedIn.GetJson("/store/customers/me"))["customer"]!["id"]!);

        var id = (string)(await browser.GetJson("/auth/identities"))["identities"]![1]!["id"]!;
        using var other = await Person.Join(shop);
        await other.Client.DeleteJson($"/auth/identities/{id}", status: 404);
        await browser.DeleteJson($"/auth/identities/{(string)(await browser.GetJson("/auth/identities"))["identities"]![0]!["id"]!}", status: 404);
        await browser.DeleteJson($"/auth/identities/{id}");
        await signedIn.GetJson("/store/customers/me", 401);
        await browser.GetJson("/store/customers/me");
        Assert.Equal("provider_added, provider_removed", await shop.Scalar<string>(
            $"select string_agg(action, ', ' order by id) from audit.entries where action like 'provider_%' and resource_id = '{(string)SignInTests.Claims(person.Token)["auth_identity_id"]!}'"));
        var token = await shop.SignIn(phone, elsewhere);
        Assert.Equal("", (string)SignInTests.Claims(token)["actor_id"]!);
    }

    [Fact]
    public async Task What_is_one_person_s_at_the_provider_cannot_be_added_to_another_s_account()
    {
        var email = Person.NewEmail();
        await shop.Provider.Knows(email);
        using var first = shop.Browser();
        await shop.SignIn(first, email);
        using var person = await Person.Join(shop);
        await Prove(person.Email);
        var location = (string)(await person.Client.PostJson("/auth/identities", new { provider = "main", login_hint = email }))["location"]!;
        var before = await shop.People();
        await person.Client.GetJson("/auth/customer/main/callback" + (await shop.Provider.Approve(location)).Query, 409);
        Assert.Equal(before, await shop.People());
    }

    [Fact]
    public async Task Nobody_adds_their_provider_to_another_s_account()
    {
        using var victim = await Person.Join(shop);
        await Prove(victim.Email);
        var attackers = Person.NewEmail();
        await shop.Provider.Knows(attackers);
        // A link that the victim's browser began ends there or nowhere, with the code of that sign-in only.
        var location = (string)(await victim.Client.PostJson("/auth/identities", new { provider = "main", login_hint = attackers }))["location"]!;
        using var attacker = shop.Browser();
        var before = await shop.People();
        await attacker.GetJson("/auth/customer/main/callback" + (await shop.Provider.Approve(location)).Query, 401);
        // Of a session that has ended, or is older than a quarter of an hour, none.
        var query = (await shop.Provider.Approve(location)).Query;
        await shop.Scalar<object>($"update identity.sessions set created_at = now() - interval '16 minutes' where id = '{Guid.Parse((string)SignInTests.Claims(victim.Token)["sid"]!)}'");
        Assert.Equal("sign_in_again", (string)(await victim.Client.PostJson("/auth/identities", new { provider = "main" }, 403))["code"]!);
        Assert.Equal(before, await shop.People());
        await victim.Client.DeleteJson("/auth/session");
        before = await shop.People();
        await victim.Client.GetJson("/auth/customer/main/callback" + query, 401);
        Assert.Equal(before, await shop.People());
    }

    [Fact]
    public async Task An_account_of_staff_is_not_found_by_an_address()
    {
        using var colleague = await Colleague.Join(shop, "support");
        await Prove(colleague.Email);
        await shop.Provider.Knows(colleague.Email);
        using var browser = shop.Browser();
        var before = await shop.People();
        await shop.Refused(browser, colleague.Email, "main", 401);
        Assert.Equal(before, await shop.People());
    }

    private async Task Add(HttpClient client, string email)
    {
        var location = (string)(await client.PostJson("/auth/identities", new { provider = "main", login_hint = email }))["location"]!;
        await client.GetJson("/auth/customer/main/callback" + (await shop.Provider.Approve(location)).Query);
    }

    // As if they had opened the link of a mail.
    private Task Prove(string email) => shop.Scalar<object>($"update identity.sign_ins set verified_at = now() where provider = 'emailpass' and subject = '{email}'");
}
