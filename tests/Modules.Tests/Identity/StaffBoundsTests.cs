using System.Text.Json.Nodes;

namespace HeadlessPro.Modules.Tests.Identity;

/// <summary>What somebody with few permissions cannot do to those with more, by ways around.</summary>
public class StaffBoundsTests(HpApp app) : IClassFixture<HpApp>
{
    [Fact]
    public async Task Who_looks_after_customers_does_not_sign_a_colleague_out_who_shops_too()
    {
        using var support = await Colleague.Join(app, "support");
        using var boss = await Colleague.Join(app, "admin");
        using var plain = await Person.Join(app);
        using (var nobody = Person.With(app, (string)(await app.Store.PostJson("/auth/customer/emailpass", new { email = boss.Email, password = Person.Password }))["token"]!))
            await nobody.PostJson("/store/customers", new { email = boss.Email });
        using var shopping = await Person.SignIn(app, boss.Email);

        await support.Client.DeleteJson($"/admin/customers/{shopping.Id}/sessions");
        await support.Client.DeleteJson($"/admin/customers/{plain.Id}/sessions");

        await shopping.Client.GetJson("/store/customers/me", 401);
        await boss.Client.GetJson("/admin/users/me");
        // Nor is the colleague's sign-in ended that is under way.
        Assert.Equal((0, 1), (await Revocations(boss.Email), await Revocations(plain.Email)));

        using var again = await Person.SignIn(app, boss.Email);
        await support.Client.DeleteJson($"/admin/customers/{again.Id}");
        await again.Client.GetJson("/store/customers/me", 401);
        await boss.Client.GetJson("/admin/users/me");
    }

    [Fact]
    public async Task A_key_that_may_do_more_is_neither_renamed_nor_revoked_nor_deleted_by_who_may_do_less()
    {
        using var clerk = await Clerk("keys:*", "orders:read");
        var (strong, revoked, weak) = (await Key("Strong"), await Key("Strong, gone"), await Key("Weak", "orders:read"));
        await app.Admin.PostJson($"/admin/api-keys/{revoked["id"]}/revoke");

        Assert.StartsWith("The permission '*' is missing", (string)(await clerk.Client.PostJson($"/admin/api-keys/{strong["id"]}", new { title = "Mine" }, 403))["message"]!, StringComparison.Ordinal);
        await clerk.Client.PostJson($"/admin/api-keys/{strong["id"]}/revoke", status: 403);
        await clerk.Client.PostJson($"/admin/api-keys/{strong["id"]}/rotate", new { }, 403);
        await clerk.Client.DeleteJson($"/admin/api-keys/{revoked["id"]}", status: 403);

        using var still = Colleague.WithKey(app, (string)strong["token"]!);
        await still.GetJson("/admin/orders");
        Assert.Equal("Strong", (string)(await app.Admin.GetJson($"/admin/api-keys/{strong["id"]}"))["api_key"]!["title"]!);
        await app.Admin.GetJson($"/admin/api-keys/{revoked["id"]}");
        await clerk.Client.PostJson($"/admin/api-keys/{weak["id"]}", new { title = "Weaker" });
        await clerk.Client.PostJson($"/admin/api-keys/{weak["id"]}/revoke");
        await clerk.Client.DeleteJson($"/admin/api-keys/{weak["id"]}");
    }

    [Fact]
    public async Task An_invitation_to_more_than_one_may_do_oneself_is_neither_sent_again_nor_deleted()
    {
        using var clerk = await Clerk("staff:*", "orders:read");
        var email = Person.NewEmail();
        var invited = (await app.Admin.PostJson("/admin/invites", new { email, roles = new[] { "admin" } }))["invite"]!;

        await clerk.Client.PostJson($"/admin/invites/{invited["id"]}/resend", status: 403);
        await clerk.Client.DeleteJson($"/admin/invites/{invited["id"]}", status: 403);

        using var anybody = app.Client();
        using var nobody = Colleague.With(app, (string)(await anybody.PostJson("/auth/user/emailpass/register", new { email, password = Person.Password }))["token"]!);
        await nobody.PostJson($"/admin/invites/accept?token={invited["token"]}", new { });
        var own = (await clerk.Client.PostJson("/admin/invites", new { email = Person.NewEmail() }))["invite"]!;
        await clerk.Client.DeleteJson($"/admin/invites/{own["id"]}");
    }

    [Fact]
    public async Task A_key_that_ends_makes_and_rotates_none_that_lasts_longer()
    {
        var end = DateTimeOffset.UtcNow.AddHours(1);
        var brief = (await app.Admin.PostJson("/admin/api-keys", new { title = "Brief", type = "secret", permissions = new[] { "keys:*", "orders:read" }, expires_at = end }))["api_key"]!;
        var lasting = await Key("Lasting", "orders:read");
        using var client = Colleague.WithKey(app, (string)brief["token"]!);
        string[] permissions = ["orders:read"];

        var refused = await client.PostJson("/admin/api-keys", new { title = "Offspring", type = "secret", permissions }, 403);
        Assert.Contains("expires_at", (string)refused["message"]!, StringComparison.Ordinal);
        await client.PostJson("/admin/api-keys", new { title = "Offspring", type = "secret", permissions, expires_at = end.AddMinutes(1) }, 403);
        await client.PostJson($"/admin/api-keys/{lasting["id"]}/rotate", new { }, 403);

        Assert.Equal(0L, await app.Scalar<long>("select count(*) from identity.api_keys where title = 'Offspring'"));
        using (var still = Colleague.WithKey(app, (string)lasting["token"]!)) await still.GetJson("/admin/orders");
        Assert.Null((await app.Admin.GetJson($"/admin/api-keys/{lasting["id"]}"))["api_key"]!["former_token_expires_at"]);
        await client.PostJson("/admin/api-keys", new { title = "Offspring", type = "secret", permissions, expires_at = end.AddMinutes(-1) });
        await client.PostJson($"/admin/api-keys/{brief["id"]}/rotate", new { });
        await client.PostJson("/admin/api-keys", new { title = "Storefront", type = "publishable" });
    }

    private async Task<Colleague> Clerk(params string[] permissions)
    {
        var name = $"clerk-{Guid.NewGuid():N}";
        await app.Admin.PostJson("/admin/roles", new { name, permissions });
        return await Colleague.Join(app, name);
    }

    private async Task<JsonNode> Key(string title, params string[] permissions) => (await app.Admin.PostJson(
        "/admin/api-keys", new { title, type = "secret", permissions = permissions.Length == 0 ? ["*"] : permissions }))["api_key"]!;

    private Task<int> Revocations(string email) =>
        app.Scalar<int>($"select i.revocations from identity.identities i join identity.sign_ins s on s.identity_id = i.id where s.subject = '{email}'");
}
