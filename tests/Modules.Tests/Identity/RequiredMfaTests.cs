using System.Text.Json.Nodes;
using HeadlessPro.Identity.Mfa;

namespace HeadlessPro.Modules.Tests.Identity;

public class RequiredMfaTests(HpApp app) : IClassFixture<HpApp>
{
    [Fact]
    public async Task A_role_that_asks_for_a_second_factor_lets_nobody_do_anything_without()
    {
        using var before = await Colleague.Join(app, await Role(requiresMfa: false));
        var role = (string)(await before.Client.GetJson("/admin/users/me"))["user"]!["roles"]![0]!;
        await before.Client.GetJson("/admin/orders");

        await app.Admin.PostJson($"/admin/roles/{await IdOf(role)}", new { requires_mfa = true });

        Assert.Equal("mfa_required", (string)(await before.Client.GetJson("/admin/orders", 403))["code"]!);
        await before.Client.GetJson("/admin/users/me");
        // A password alone brings in nobody again.
        using (var again = await Colleague.SignIn(app, before.Email)) Assert.Equal("mfa_required", (string)(await again.Client.GetJson("/admin/orders", 403))["code"]!);

        // Set up in this very session, it counts for it.
        var (secret, factor) = await Enrol(before.Client);
        await before.Client.GetJson("/admin/orders");

        // The next sign-in asks for it, and is good for everything then.
        using var anybody = app.Client();
        var asked = await anybody.PostJson("/auth/user/emailpass", new { email = before.Email, password = Person.Password });
        using var half = Colleague.With(app, (string)asked["token"]!);
        await half.GetJson("/admin/orders", 401);
        var whole = await half.PostJson($"/auth/mfa/challenges/{asked["mfa_challenge"]!["id"]}/verify", new { method = "totp", code = Code(secret) });
        using var signedIn = Colleague.With(app, (string)whole["token"]!);
        await signedIn.GetJson("/admin/orders");

        // The last one cannot be taken off while the role asks.
        await app.Scalar<object>("update identity.mfa_factors set last_step = 0");
        Assert.Equal("mfa_required", (string)(await signedIn.DeleteJson($"/auth/mfa/factors/{factor}", new { method = "totp", code = Code(secret) }, 400))["code"]!);
        Assert.Single((await signedIn.GetJson("/auth/mfa/factors"))["mfa_factors"]!.AsArray());

        await app.Admin.PostJson($"/admin/roles/{await IdOf(role)}", new { requires_mfa = false });
        await signedIn.DeleteJson($"/auth/mfa/factors/{factor}", new { method = "totp", code = Code(secret) });
        await signedIn.GetJson("/admin/orders");
    }

    [Fact]
    public async Task A_built_in_role_may_ask_for_one_and_is_changed_in_nothing_else()
    {
        var support = await IdOf("support");
        await app.Admin.PostJson($"/admin/roles/{support}", new { requires_mfa = true, description = "Mine" }, 400);
        Assert.False((bool)(await app.Admin.GetJson($"/admin/roles/{support}"))["role"]!["requires_mfa"]!);
        using var thabo = await Colleague.Join(app, "support");
        await thabo.Client.GetJson("/admin/orders");

        Assert.True((bool)(await app.Admin.PostJson($"/admin/roles/{support}", new { requires_mfa = true }))["role"]!["requires_mfa"]!);

        await thabo.Client.GetJson("/admin/orders", 403);
        await app.Admin.PostJson($"/admin/roles/{support}", new { requires_mfa = "no" }, 400);
        await app.Admin.PostJson($"/admin/roles/{support}", new { requires_mfa = false });
        await thabo.Client.GetJson("/admin/orders");
    }

    [Fact]
    public async Task Who_lost_app_and_codes_is_let_in_again_by_a_colleague_who_may()
    {
        using var thabo = await Colleague.Join(app, await Role(requiresMfa: true));
        using var support = await Colleague.Join(app, "support");
        var (secret, _) = await Enrol(thabo.Client);
        await thabo.Client.PostJson("/auth/mfa/recovery-codes", new { });

        await support.Client.PostJson($"/admin/users/{thabo.Id}/reset-mfa", status: 403);
        await thabo.Client.GetJson("/admin/orders");
        await app.Admin.PostJson($"/admin/users/{thabo.Id}/reset-mfa");

        await thabo.Client.GetJson("/admin/orders", 401);
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.recovery_codes r join identity.sign_ins s using (identity_id) where s.subject = '{thabo.Email}'"));
        using var again = await Colleague.SignIn(app, thabo.Email);
        await again.Client.GetJson("/admin/orders", 403);
        Assert.NotEqual(secret, (await Enrol(again.Client)).Secret);
        await again.Client.GetJson("/admin/orders");
    }

    private async Task<string> Role(bool requiresMfa)
    {
        var name = $"clerk-{Guid.NewGuid():N}";
        await app.Admin.PostJson("/admin/roles", new { name, permissions = new[] { "orders:read" }, requires_mfa = requiresMfa });
        return name;
    }

    private async Task<string> IdOf(string role) =>
        (string)(await app.Admin.GetJson("/admin/roles?limit=100"))["roles"]!.AsArray().First(r => (string)r!["name"]! == role)!["id"]!;

    // The code of the moment is good once more afterwards.
    private async Task<(byte[] Secret, JsonNode Factor)> Enrol(HttpClient client)
    {
        var setup = await client.PostJson("/auth/mfa/factors", new { provider = "totp" });
        var secret = MfaTests.FromBase32((string)setup["secret"]!);
        await client.PostJson($"/auth/mfa/factors/{setup["mfa_factor"]!["id"]}/verify", new { code = Code(secret) });
        await app.Scalar<object>("update identity.mfa_factors set last_step = 0");
        return (secret, setup["mfa_factor"]!["id"]!);
    }

    private static string Code(byte[] secret) => Totp.CodeOf(secret, Totp.StepAt(DateTimeOffset.UtcNow));
}
