using System.Text.Json.Nodes;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Modules.Tests.Notifications;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Modules.Tests.Identity.OpenId;

/// <summary>Staff who sign in at the company's provider: their groups say what they may do, at every sign-in anew.</summary>
public class OpenIdStaffTests(OpenIdShop shop) : IClassFixture<OpenIdShop>
{
    [Fact]
    public async Task Somebody_in_a_group_becomes_staff_with_its_role_and_no_more()
    {
        var email = await Knows("shop-support", "canteen");
        using var staff = await SignIn(email);
        var me = (await staff.GetJson("/admin/users/me"))["user"]!;
        Assert.Equal((email, "Thandi", """["support"]"""), ((string)me["email"]!, (string)me["first_name"]!, Roles(me)));
        // The public client asks for this after the callback.
        Assert.Equal((string)me["id"]!, (string)(await staff.PostJson("/auth/work/user"))["user"]!["id"]!);
        await staff.PostJson("/auth/nobody/user", status: 401);
        await shop.Store.PostJson("/auth/work/user", status: 401);
        await staff.GetJson("/admin/orders");
        await staff.PostJson("/admin/products", new { title = "x" }, 403);
        await staff.PostJson("/admin/invites", new { email = Person.NewEmail() }, 403);
        Assert.Equal("work", Assert.Single((await staff.GetJson("/auth/identities"))["identities"]!.AsArray().Select(i => (string)i!["provider"]!)));
        // There is no password, and none can be had.
        await shop.Store.PostJson("/auth/user/emailpass", new { email, password = Person.Password }, 401);
        var id = (string)(await staff.GetJson("/auth/identities"))["identities"]![0]!["id"]!;
        Assert.Equal("last_way_in", (string)(await staff.DeleteJson($"/auth/identities/{id}", status: 400))["code"]!);
    }

    [Fact]
    public async Task Roles_follow_the_groups_at_each_sign_in()
    {
        // Whoever is an admin for a while here is not the only one.
        using var admin = await Colleague.Join(shop, "admin");
        var email = await Knows("shop-support");
        using var first = await SignIn(email);
        await first.PostJson("/admin/products", new { title = "x" }, 403);

        await Knows(["shop-support", "shop-admins"], email);
        using var second = await SignIn(email);
        Assert.Equal("""["admin","support"]""", Roles((await first.GetJson("/admin/users/me"))["user"]!));
        await first.PostJson("/admin/invites", new { email = Person.NewEmail() });

        await Knows(["shop-readers"], email);
        using var third = await SignIn(email);
        Assert.Equal("""["read-only"]""", Roles((await third.GetJson("/admin/users/me"))["user"]!));
        await first.PostJson("/admin/invites", new { email = Person.NewEmail() }, 403);
        await second.GetJson("/admin/orders");

        // What the shop gave beside the groups goes, too: the provider's word is all of it.
        var id = (string)(await third.GetJson("/admin/users/me"))["user"]!["id"]!;
        await shop.Admin.PostJson($"/admin/users/{id}", new { roles = new[] { "read-only", "manager" } });
        using var fourth = await SignIn(email);
        Assert.Equal("""["read-only"]""", Roles((await fourth.GetJson("/admin/users/me"))["user"]!));

        await Knows([], email);
        Assert.Equal("forbidden", (string)(await Refused(email))["code"]!);
        await first.GetJson("/admin/users/me", 401);
        await fourth.GetJson("/admin/users/me", 401);
        Assert.Equal(0L, await shop.Scalar<long>($"select count(*) from identity.user_roles ur join identity.users u on u.id = ur.user_id where u.email = '{email}'"));
        // Which roles they got and lost by it is in the audit log.
        Assert.Equal("created 3, deleted 4", await shop.Scalar<string>($"""
            select string_agg(action || ' ' || n, ', ' order by action) from (
                select action, count(*) as n from audit.entries
                where resource_id = '{id}' and details ->> 'table' = 'identity.user_roles' and operation <> 'PostAdminUser' group by action) a
            """));
    }

    [Theory]
    [InlineData("canteen")]
    [InlineData("shop-nobody")]
    [InlineData("Shop-Admins")]
    [InlineData(null)]
    public async Task Nobody_without_a_role_by_their_groups_gets_in(string? group)
    {
        var email = group is null ? await Knows() : await Knows(group);
        var before = await shop.People();
        var refusals = await shop.Scalar<long>("select count(*) from audit.entries where action = 'sign_in_refused'");
        await Refused(email);
        Assert.Equal((before, refusals + 1), (await shop.People(), await shop.Scalar<long>("select count(*) from audit.entries where action = 'sign_in_refused'")));
    }

    [Fact]
    public async Task Nobody_of_another_domain_or_with_an_unconfirmed_address_gets_in()
    {
        var before = await shop.People();
        foreach (var (email, isVerified) in new[] { ("boss@example.com.evil.example", true), ("boss@sub.example.com", true), ("boss@example.org", true), (Person.NewEmail(), false) })
        {
            await shop.Provider.Knows(email, "work", new JsonObject { ["groups"] = new JsonArray("shop-admins"), ["email_verified"] = isVerified });
            await Refused(email);
        }

        Assert.Equal(before, await shop.People());
    }

    [Fact]
    public async Task Who_is_staff_already_is_found_by_the_address_and_keeps_the_password()
    {
        using var colleague = await Colleague.Join(shop, "manager");
        await shop.Provider.Knows(colleague.Email, "work", new JsonObject { ["groups"] = new JsonArray("shop-readers") });
        using var staff = await SignIn(colleague.Email);
        var me = (await staff.GetJson("/admin/users/me"))["user"]!;
        Assert.Equal((colleague.Id, """["read-only"]"""), ((string)me["id"]!, Roles(me)));
        using var again = await Colleague.SignIn(shop, colleague.Email);
        await again.Client.PostJson("/admin/products", new { title = "x" }, 403);
        // They are told, for they did not ask.
        Assert.Single(await Mails.To(shop, colleague.Email, 2), m => m.Kind == "provider_added");
    }

    [Fact]
    public async Task Whoever_has_a_colleague_s_address_there_later_does_not_become_that_colleague()
    {
        var email = await Knows("shop-support");
        using var staff = await SignIn(email);
        var id = (string)(await staff.GetJson("/admin/users/me"))["user"]!["id"]!;
        await shop.Provider.Knows(email, "work", new JsonObject { ["sub"] = "their-successor", ["groups"] = new JsonArray("shop-admins") });
        var before = await shop.People();
        await Refused(email);
        Assert.Equal(before, await shop.People());

        // At another provider nobody has been them yet.
        await shop.Provider.Knows(email, "office");
        using var browser = shop.Browser();
        using var office = OpenIdShop.With(shop.Client(), await shop.SignIn(browser, email, "office", "user"));
        Assert.Equal(id, (string)(await office.GetJson("/admin/users/me"))["user"]!["id"]!);

        // Once the colleague is removed, the address is whose it is now.
        await shop.Admin.DeleteJson($"/admin/users/{id}");
        using var successor = await SignIn(email);
        var user = (await successor.GetJson("/admin/users/me"))["user"]!;
        Assert.NotEqual(id, (string)user["id"]!);
        Assert.Equal("""["admin"]""", Roles(user));
    }

    [Fact]
    public async Task Who_was_never_given_a_role_by_a_group_loses_none_by_trying()
    {
        using var colleague = await Colleague.Join(shop, "manager");
        await shop.Provider.Knows(colleague.Email, "work");
        var before = await shop.People();
        await Refused(colleague.Email);
        Assert.Equal(before, await shop.People());
        await colleague.Client.GetJson("/admin/orders");
    }

    [Fact]
    public async Task Without_groups_the_shop_says_what_staff_may_do_and_makes_nobody()
    {
        using var colleague = await Colleague.Join(shop, "support");
        await shop.Provider.Knows(colleague.Email, "office");
        using var browser = shop.Browser();
        using var staff = OpenIdShop.With(shop.Client(), await shop.SignIn(browser, colleague.Email, "office", "user"));
        Assert.Equal("""["support"]""", Roles((await staff.GetJson("/admin/users/me"))["user"]!));

        var stranger = Person.NewEmail();
        await shop.Provider.Knows(stranger, "office");
        var before = await shop.People();
        await shop.Refused(browser, stranger, "office", 403, "user");
        Assert.Equal(before, await shop.People());
        // As a customer they are welcome, and that makes nobody staff.
        var customer = await shop.SignIn(browser, stranger, "office");
        using var nobody = OpenIdShop.With(shop.Client(), customer);
        await nobody.GetJson("/admin/users/me", 401);
        await shop.Refused(browser, stranger, "office", 403, "user");
    }

    [Fact]
    public async Task Who_signs_in_at_a_provider_only_is_told_when_another_is_added()
    {
        var email = await Knows("shop-support");
        using var staff = await SignIn(email);
        await shop.Provider.Knows(email, "office");
        var location = (string)(await staff.PostJson("/auth/identities", new { provider = "office", login_hint = email }))["location"]!;
        var token = (string)(await staff.GetJson("/auth/user/office/callback" + (await shop.Provider.Approve(location)).Query))["token"]!;
        Assert.Equal("provider_added", Assert.Single(await Mails.To(shop, email)).Kind);
        Assert.Equal(shop.Provider.Url + "/openid/office", await shop.Scalar<string>(
            $"select details->>'issuer' from audit.entries where action = 'provider_added' and resource_id = '{(string)SignInTests.Claims(token)["auth_identity_id"]!}'"));
    }

    [Fact]
    public async Task Who_was_deactivated_stays_out_whatever_the_provider_says()
    {
        var email = await Knows("shop-support");
        using var staff = await SignIn(email);
        var id = (string)(await staff.GetJson("/admin/users/me"))["user"]!["id"]!;
        await shop.Admin.PostJson($"/admin/users/{id}/deactivate");
        await Knows(["shop-admins"], email);
        var before = await shop.People();
        await Refused(email);
        Assert.Equal(before, await shop.People());
    }

    [Fact]
    public async Task The_last_admin_stays_one()
    {
        var email = await Knows("shop-admins");
        using var admin = await SignIn(email);
        await shop.Scalar<object>($"update identity.users set deactivated_at = now() where email <> '{email}' and deactivated_at is null");
        foreach (var groups in new[] { new[] { "shop-support" }, [] })
        {
            await Knows(groups, email);
            var before = await shop.People();
            using var browser = shop.Browser();
            await shop.Refused(browser, email, "work", 400, "user");
            Assert.Equal(before, await shop.People());
        }

        Assert.Equal("""["admin"]""", Roles((await admin.GetJson("/admin/users/me"))["user"]!));
    }

    [Fact]
    public async Task A_customer_s_sign_in_and_a_stranger_s_registration_in_a_colleague_s_name_are_nothing_to_staff()
    {
        var email = await Knows("shop-support");
        using var anybody = shop.Client();
        var stranger = (string)(await anybody.PostJson("/auth/user/emailpass/register", new { email, password = Person.Password }))["token"]!;
        using var staff = await SignIn(email);
        using var intruder = OpenIdShop.With(shop.Client(), stranger);
        await intruder.GetJson("/admin/users/me", 401);
        var token = (string)(await anybody.PostJson("/auth/user/emailpass", new { email, password = Person.Password }))["token"]!;
        Assert.Equal("", (string)SignInTests.Claims(token)["actor_id"]!);
        // A sign-in that began as a customer's does not end as staff's.
        using var browser = shop.Browser();
        await shop.Provider.Knows(email, "office", new JsonObject { ["groups"] = new JsonArray("shop-support") });
        var query = await shop.Return(browser, email, "office");
        await browser.GetJson("/auth/user/office/callback" + query, 401);
        await browser.GetJson("/auth/user/main/callback" + query, 401);
    }

    private async Task<HttpClient> SignIn(string email)
    {
        using var browser = shop.Browser();
        return OpenIdShop.With(shop.Client(), await shop.SignIn(browser, email, "work", "user"));
    }

    private async Task<JsonNode> Refused(string email)
    {
        using var browser = shop.Browser();
        return await shop.Refused(browser, email, "work", 403, "user");
    }

    private Task<string> Knows(params string[] groups) => Knows(groups, Person.NewEmail());

    private async Task<string> Knows(string[] groups, string email)
    {
        await shop.Provider.Knows(email, "work", new JsonObject { ["groups"] = new JsonArray([.. groups.Select(g => JsonValue.Create(g))]) });
        return email;
    }

    private static string Roles(JsonNode user) => new JsonArray([.. user["roles"]!.AsArray().Select(r => (string)(r is JsonObject role ? role["name"]! : r)!).Order().Select(r => JsonValue.Create(r))]).ToJsonString();
}

/// <summary>A shop whose staff sign in at the provider only.</summary>
public class SsoOnlyShop : OpenIdShop
{
    public const string BreakGlass = "break.glass@example.com";

    protected override string[] Arguments => [.. base.Arguments, "--Identity:Staff:SsoOnly=true", $"--Identity:Staff:BreakGlass={BreakGlass}"];
}

/// <summary>Where staff sign in at the provider only, a password is nobody's key but one's.</summary>
public class SsoOnlyTests(SsoOnlyShop shop) : IClassFixture<SsoOnlyShop>
{
    [Fact]
    public async Task Staff_get_in_by_the_provider_and_one_of_them_by_a_password_too()
    {
        Assert.Equal(["emailpass", "office", "work"], (await shop.Store.GetJson("/auth/user/providers"))["providers"]!.AsArray().Select(p => (string)p!["id"]!).Order());
        await Employ(SsoOnlyShop.BreakGlass);
        using var admin = await Colleague.SignIn(shop, SsoOnlyShop.BreakGlass);
        await admin.Client.GetJson("/admin/users/me");
        var email = Person.NewEmail();
        await shop.Provider.Knows(email, "work", new JsonObject { ["groups"] = new JsonArray("shop-readers") });
        using var browser = shop.Browser();
        using var staff = OpenIdShop.With(shop.Client(), await shop.SignIn(browser, email, "work", "user"));
        await staff.GetJson("/admin/users/me");
        using var person = await Person.Join(shop);
    }

    [Fact]
    public async Task Nothing_tells_whose_password_opens()
    {
        var (colleague, nobody) = (Person.NewEmail(), Person.NewEmail());
        await Employ(SsoOnlyShop.BreakGlass);
        await Employ(colleague);
        var before = await shop.People();
        foreach (var way in new[] { "emailpass/register", "magic-link", "one-time-code", "passkey" })
            foreach (var email in new[] { SsoOnlyShop.BreakGlass, colleague, nobody })
                Assert.StartsWith("\nUnable to retrieve the auth provider with id: ", (string)(await shop.Store.PostJson($"/auth/user/{way}", new { email, password = Person.Password }, 401))["message"]!, StringComparison.Ordinal);
        foreach (var (email, password) in new[] { (SsoOnlyShop.BreakGlass, "wrong-horse-battery"), (colleague, Person.Password), (nobody, Person.Password) })
        {
            for (var i = 0; i < 10; i++)
                Assert.Equal("Invalid email or password", (string)(await shop.Store.PostJson("/auth/user/emailpass", new { email, password }, 401))["message"]!);
            await shop.Store.PostJson("/auth/user/emailpass", new { email, password }, 429);
        }

        Assert.Equal(before, await shop.People());
        await shop.Scalar<object>("delete from identity.throttles");
    }

    [Fact]
    public async Task Time_does_not_tell_that_a_forbidden_password_is_right_and_it_changes_nothing()
    {
        const string hash = "pbkdf2_sha256$20000$saltone$XFdP/Th+MYyXFEDkoKa1K5V9lq2FuFO0mMr5K6dCXlk=";
        var (colleague, customer) = (Person.NewEmail(), Person.NewEmail());
        await Employ(colleague);
        // Whoever is refused waits for the check of this one, too.
        await shop.Admin.PostJson("/admin/customers/import", new { customers = new[] { new { email = customer, password_hash = hash } } });
        await EqualTimes.Compare("forbidden", () => Ask(colleague, Person.Password), () => Ask(colleague, "wrong-horse-battery"));
        await Ask(customer, Person.Password);
        Assert.Equal(hash, await shop.Scalar<string>($"select secret from identity.sign_ins where subject = '{customer}'"));
        await shop.Scalar<object>("delete from identity.throttles");

        async Task Ask(string email, string password)
        {
            await shop.Scalar<object>("delete from identity.throttles");
            await shop.Store.PostJson("/auth/user/emailpass", new { email, password }, 401);
        }
    }

    [Fact]
    public async Task What_staff_opened_with_a_password_before_goes_on_for_that_one_only()
    {
        var colleague = Person.NewEmail();
        await Employ(SsoOnlyShop.BreakGlass);
        await Employ(colleague);
        foreach (var (email, provider, status) in new[] { (SsoOnlyShop.BreakGlass, "emailpass", 200), (SsoOnlyShop.BreakGlass, "magic-link", 401), (colleague, "emailpass", 401), (colleague, "work", 200), (colleague, "main", 401) })
        {
            var identity = await shop.Scalar<Guid>($"select identity_id from identity.users where email = '{email}'");
            var token = await shop.Contract<SessionStore>().Open(new SignInOutcome(identity), ActorTypes.User, provider, new DefaultHttpContext(), default);
            using var before = OpenIdShop.With(shop.Client(), token!);
            await before.GetJson("/admin/users/me", status);
            await before.PostJson("/auth/token/refresh", status: status);
        }
    }

    private Task Employ(string email) => shop.Contract<IStaff>().Create(new CreateStaff(email, Person.Password, "admin"), default);
}
