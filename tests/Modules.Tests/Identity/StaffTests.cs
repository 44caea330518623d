using HeadlessPro.Contracts.Identity;
using HeadlessPro.Modules.Tests.Notifications;

namespace HeadlessPro.Modules.Tests.Identity;

public class StaffTests(HpApp app) : IClassFixture<HpApp>
{
    [Fact]
    public async Task Whoever_is_invited_registers_accepts_once_and_may_do_what_their_roles_say()
    {
        var email = Person.NewEmail();
        var made = (await app.Admin.PostJson("/admin/invites", new { email, roles = new[] { "support" } }))["invite"]!;
        var token = (string)made["token"]!;
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.invites i where i::text like '%{token}%'"));
        Assert.Null((await app.Admin.GetJson($"/admin/invites/{made["id"]}"))["invite"]!["token"]);
        Assert.Equal(1L, await app.Scalar<long>($"select count(*) from notifications.messages where kind = 'staff_invitation' and recipient = '{email}'"));
        using var anybody = app.Client();
        var registered = (string)(await anybody.PostJson("/auth/user/emailpass/register", new { email, password = Person.Password }))["token"]!;
        using var nobody = Colleague.With(app, registered);
        await nobody.GetJson("/admin/orders", 401);
        await nobody.GetJson("/admin/users/me", 401);
        await nobody.PostJson("/admin/invites/accept?token=inv_guess", new { email }, 401);
        await nobody.PostJson($"/admin/invites/accept?token={token}", new { email = "other@example.com" }, 401);
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.users where email = '{email}'"));

        var user = (await nobody.PostJson($"/admin/invites/accept?token={token}", new { email, first_name = "Thabo" }))["user"]!;

        Assert.Equal((email, "Thabo"), ((string)user["email"]!, (string)user["first_name"]!));
        Assert.Equal(["support"], user["roles"]!.AsArray().Select(r => (string)r!));
        await nobody.PostJson($"/admin/invites/accept?token={token}", new { email }, 401);
        using var thabo = await Colleague.SignIn(app, email);
        await thabo.Client.GetJson("/admin/orders");
        var refused = await thabo.Client.PostJson("/admin/products", new { title = "Mug" }, 403);
        Assert.Equal(("forbidden", "The permission 'products:write' is missing"), ((string)refused["code"]!, (string)refused["message"]!));
        Assert.Equal(0L, await app.Scalar<long>("select count(*) from catalog.products where title = 'Mug'"));
        // As a shopper, the same token is nobody's.
        using var shopper = Person.With(app, thabo.Token);
        await shopper.GetJson("/store/customers/me", 401);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Staff_keep_their_password_when_they_sign_in_with_a_code(bool isInvited)
    {
        var email = Person.NewEmail();
        if (isInvited) email = (await Colleague.Join(app, "support")).Email;
        else Assert.Null((await app.Contract<IStaff>().Create(new CreateStaff(email, Person.Password, "support"), default)).Error);
        using var anybody = app.Client();
        await anybody.PostJson("/auth/user/one-time-code", new { email });
        var code = System.Text.RegularExpressions.Regex.Match((await Mails.To(app, email, isInvited ? 2 : 1))[0].Text, "[0-9]{6}").Value;
        await anybody.PostJson("/auth/user/one-time-code", new { email, code });
        using var again = await Colleague.SignIn(app, email);
        await again.Client.GetJson("/admin/orders");
    }

    [Fact]
    public async Task An_invitation_is_for_the_address_it_was_sent_to()
    {
        var (invited, other) = (Person.NewEmail(), Person.NewEmail());
        var token = (string)(await app.Admin.PostJson("/admin/invites", new { email = invited, roles = new[] { "support" } }))["invite"]!["token"]!;
        using var anybody = app.Client();
        var first = (string)(await anybody.PostJson("/auth/user/emailpass/register", new { email = other, password = Person.Password }))["token"]!;
        using var nobody = Colleague.With(app, first);
        Assert.Equal("invite_of_another_address", (string)(await nobody.PostJson($"/admin/invites/accept?token={token}", new { }, 400))["code"]!);
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.users where email in ('{invited}', '{other}')"));

        // It is still good for whom it is for.
        using var right = Colleague.With(app, (string)(await anybody.PostJson("/auth/user/emailpass/register", new { email = invited, password = Person.Password }))["token"]!);
        await right.PostJson($"/admin/invites/accept?token={token}", new { });
        Assert.Equal(1L, await app.Scalar<long>($"select count(*) from identity.sign_ins where subject = '{invited}' and verified_at is not null"));
    }

    [Fact]
    public async Task A_resent_invitation_voids_the_first_token_and_a_deleted_or_expired_one_opens_nothing()
    {
        var email = Person.NewEmail();
        var first = (await app.Admin.PostJson("/admin/invites", new { email }))["invite"]!;
        await app.Admin.PostJson("/admin/invites", new { email }, 422);
        var second = (await app.Admin.PostJson($"/admin/invites/{first["id"]}/resend"))["invite"]!;
        Assert.NotEqual((string)first["token"]!, (string)second["token"]!);
        using var anybody = app.Client();
        using var nobody = Colleague.With(app, (string)(await anybody.PostJson("/auth/user/emailpass/register", new { email, password = Person.Password }))["token"]!);
        await nobody.PostJson($"/admin/invites/accept?token={first["token"]}", new { }, 401);
        await app.Scalar<object>($"update identity.invites set expires_at = now() where email = '{email}'");
        await nobody.PostJson($"/admin/invites/accept?token={second["token"]}", new { }, 401);
        await app.Scalar<object>($"update identity.invites set expires_at = now() + interval '1 hour' where email = '{email}'");
        await app.Admin.DeleteJson($"/admin/invites/{first["id"]}");
        await nobody.PostJson($"/admin/invites/accept?token={second["token"]}", new { }, 401);
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.users where email = '{email}'"));
    }

    [Fact]
    public async Task Who_is_deactivated_or_removed_is_out_at_once_and_the_last_admin_cannot_be()
    {
        using var boss = await Colleague.Join(app, "admin");
        await app.Scalar<object>($"update identity.users set deactivated_at = now() where email <> '{boss.Email}'");
        Assert.Equal("last_admin", (string)(await boss.Client.PostJson($"/admin/users/{boss.Id}/deactivate", status: 400))["code"]!);
        Assert.Equal("last_admin", (string)(await boss.Client.DeleteJson($"/admin/users/{boss.Id}", status: 400))["code"]!);
        Assert.Equal("last_admin", (string)(await boss.Client.PostJson($"/admin/users/{boss.Id}", new { roles = new[] { "manager" } }, 400))["code"]!);
        await boss.Client.GetJson("/admin/roles");

        using var second = await Colleague.Join(app, "admin");
        await second.Client.PostJson($"/admin/users/{boss.Id}/deactivate");
        await boss.Client.GetJson("/admin/users/me", 401);
        await boss.Client.GetJson("/admin/orders", 401);
        using var again = app.Client();
        var token = (string)(await again.PostJson("/auth/user/emailpass", new { email = boss.Email, password = Person.Password }))["token"]!;
        using var nobody = Colleague.With(app, token);
        await nobody.GetJson("/admin/orders", 401);

        await second.Client.PostJson($"/admin/users/{boss.Id}/activate");
        using var back = await Colleague.SignIn(app, boss.Email);
        await back.Client.DeleteJson($"/admin/users/{second.Id}");
        await second.Client.GetJson("/admin/orders", 401);
        await back.Client.GetJson($"/admin/users/{second.Id}", 404);
    }

    [Fact]
    public async Task A_role_of_one_s_own_takes_effect_at_once_and_the_built_in_ones_stay()
    {
        var role = (await app.Admin.PostJson("/admin/roles", new { name = "stock-clerk", permissions = new[] { "inventory:read" } }))["role"]!;
        using var clerk = await Colleague.Join(app, "stock-clerk");
        await clerk.Client.GetJson("/admin/stock-locations");
        await clerk.Client.PostJson("/admin/stock-locations", new { name = "Attic" }, 403);

        await app.Admin.PostJson($"/admin/roles/{role["id"]}", new { permissions = new[] { "inventory:*" } });
        await clerk.Client.PostJson("/admin/stock-locations", new { name = "Attic" });
        await app.Admin.DeleteJson($"/admin/roles/{role["id"]}");
        await clerk.Client.GetJson("/admin/stock-locations", 403);

        foreach (var builtIn in (await app.Admin.GetJson("/admin/roles?is_built_in=true"))["roles"]!.AsArray())
        {
            await app.Admin.PostJson($"/admin/roles/{builtIn!["id"]}", new { permissions = new[] { "*" } }, 400);
            await app.Admin.DeleteJson($"/admin/roles/{builtIn["id"]}", status: 400);
        }

        Assert.Equal("admin {*}; read-only {*:read}", await app.Scalar<string>(
            "select string_agg(name || ' ' || permissions::text, '; ' order by name) from identity.roles where name in ('admin', 'read-only') and is_built_in"));
        await app.Admin.PostJson("/admin/roles", new { name = "x", permissions = new[] { "orders:fly" } }, 400);
        await app.Admin.PostJson("/admin/roles", new { name = "support", permissions = new[] { "orders:read" } }, 422);
    }

    [Fact]
    public async Task Nobody_gives_what_they_do_not_have_nor_touches_who_may_do_more()
    {
        var role = (await app.Admin.PostJson("/admin/roles", new { name = "hr", permissions = new[] { "staff:*", "keys:*", "orders:read" } }))["role"]!;
        using var hr = await Colleague.Join(app, "hr");
        using var boss = await Colleague.Join(app, "admin");
        var before = await Fingerprint();

        await hr.Client.PostJson("/admin/invites", new { email = Person.NewEmail(), roles = new[] { "admin" } }, 403);
        await hr.Client.PostJson($"/admin/users/{hr.Id}", new { roles = new[] { "admin" } }, 403);
        await hr.Client.PostJson($"/admin/users/{boss.Id}", new { roles = new[] { "hr" } }, 403);
        await hr.Client.PostJson($"/admin/users/{boss.Id}/deactivate", status: 403);
        await hr.Client.DeleteJson($"/admin/users/{boss.Id}", status: 403);
        await hr.Client.PostJson("/admin/roles", new { name = "mine", permissions = new[] { "orders:*" } }, 403);
        await hr.Client.PostJson($"/admin/roles/{role["id"]}", new { permissions = new[] { "*" } }, 403);
        await hr.Client.PostJson("/admin/api-keys", new { title = "Mine", type = "secret" }, 403);
        await hr.Client.PostJson("/admin/api-keys", new { title = "Mine", type = "secret", permissions = new[] { "payments:refund" } }, 403);
        var strong = (await app.Admin.PostJson("/admin/api-keys", new { title = "Strong", type = "secret" }))["api_key"]!;
        await hr.Client.PostJson($"/admin/api-keys/{strong["id"]}/rotate", new { }, 403);
        var invited = (await app.Admin.PostJson("/admin/invites", new { email = Person.NewEmail(), roles = new[] { "admin" } }))["invite"]!;
        await hr.Client.PostJson($"/admin/invites/{invited["id"]}/resend", status: 403);

        Assert.Equal(before, await Fingerprint());
        await hr.Client.PostJson("/admin/api-keys", new { title = "Mine", type = "secret", permissions = new[] { "orders:read" } });
        await hr.Client.PostJson("/admin/invites", new { email = Person.NewEmail(), roles = new[] { "hr" } });
    }

    [Theory]
    [InlineData("https://pictures.example/thabo.png", 200)]
    [InlineData("/static/thabo.png", 200)]
    [InlineData("javascript:alert(1)", 400)]
    [InlineData("data:text/html,x", 400)]
    [InlineData("//pictures.example/thabo.png", 400)]
    public async Task A_picture_is_an_address_that_a_page_may_show(string url, int status)
    {
        using var thabo = await Colleague.Join(app, "read-only");
        await thabo.Client.PostJson("/admin/users/me", new { avatar_url = url }, status);
        Assert.Equal(status == 200 ? url : null, (string?)(await thabo.Client.GetJson("/admin/users/me"))["user"]!["avatar_url"]);
    }

    [Fact]
    public async Task Staff_use_a_cookie_and_no_other_page_can()
    {
        using var clerk = await Colleague.Join(app, "read-only");
        using var given = await clerk.Client.PostAsync("/auth/session", null);
        var cookie = Assert.Single(given.Headers.GetValues("Set-Cookie")).Split(';')[0];
        using var browser = app.Client();
        browser.DefaultRequestHeaders.Add("Cookie", cookie);
        await browser.GetJson("/admin/orders");
        await browser.PostJson("/admin/users/me", new { first_name = "By cookie" });
        browser.DefaultRequestHeaders.Add("Origin", "https://evil.example");
        await browser.PostJson("/admin/users/me", new { first_name = "Evil" }, 401);
        Assert.Equal("By cookie", (string)(await clerk.Client.GetJson("/admin/users/me"))["user"]!["first_name"]!);
    }

    // What must not have changed: who may do what, by name.
    private Task<string?> Fingerprint() => app.Scalar<string>("""
        select concat_ws(';',
            (select string_agg(u.email || ':' || coalesce(u.deactivated_at::text, '') || ':' || coalesce((select string_agg(ur.role_id::text, ',' order by ur.role_id) from identity.user_roles ur where ur.user_id = u.id), ''), ' ' order by u.id)
                from identity.users u where u.deleted_at is null),
            (select string_agg(r.name || r.permissions::text, ' ' order by r.id) from identity.roles r),
            (select count(*) from identity.api_keys where title = 'Mine'), (select count(*) from identity.former_keys))
        """);
}
