using System.Net.Http.Json;
using System.Text.Json.Nodes;
using HeadlessPro.Identity.Mfa;
using HeadlessPro.Modules.Tests.Notifications;

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
        var (secret, factor) = await Enrol(thabo.Client);
        await thabo.Client.PostJson("/auth/mfa/recovery-codes", new { });

        await support.Client.PostJson($"/admin/users/{thabo.Id}/reset-mfa", status: 403);
        await thabo.Client.GetJson("/admin/orders");
        await app.Admin.PostJson($"/admin/users/{thabo.Id}/reset-mfa");

        Assert.Equal(["mfa_disabled", "mfa_enabled", "recovery_codes_made", "staff_invitation"], (await Mails.To(app, thabo.Email, 4)).Select(m => m.Kind).Order(StringComparer.Ordinal));
        await thabo.Client.GetJson("/admin/orders", 401);
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.recovery_codes r join identity.sign_ins s using (identity_id) where s.subject = '{thabo.Email}'"));
        using var again = await Colleague.SignIn(app, thabo.Email);
        await again.Client.GetJson("/admin/orders", 403);
        Assert.NotEqual(secret, (await Enrol(again.Client)).Secret);
        await again.Client.GetJson("/admin/orders");

        var reset = Assert.Single(await Events($"resource_id={thabo.Id}"));
        Assert.Equal(("mfa_reset", "user", "PostAdminUserResetMfa"), ((string)reset["action"]!, (string)reset["resource_type"]!, (string)reset["operation"]!));
        var identity = (string)reset["details"]!["identity"]!;
        Assert.Equal(["mfa_enabled", "mfa_disabled", "mfa_enabled"],
            (await Events($"resource_id={identity}")).Select(e => (string)e["action"]!).Where(a => a.StartsWith("mfa", StringComparison.Ordinal)));
        var disabled = Assert.Single(await Events($"resource_id={identity}&action=mfa_disabled"));
        Assert.Equal(("api_key", (string)factor!), ((string)disabled["actor_type"]!, (string)disabled["details"]!["factor"]!));
    }

    [Fact]
    public async Task A_password_alone_sets_up_nothing_beside_a_second_factor_that_is_there()
    {
        using var thabo = await Colleague.Join(app, await Role(requiresMfa: true));
        var early = await thabo.Client.PostJson("/auth/mfa/factors", new { provider = "totp" });
        var begun = MfaTests.FromBase32((string)early["secret"]!);
        var identity = $"(select identity_id from identity.sign_ins where subject = '{thabo.Email}')";
        await app.Scalar<object>($"""
            insert into identity.passkeys (id, identity_id, actor_type, credential_id, public_key, name, sign_count, transports, is_backup_eligible, is_backed_up)
            values (gen_random_uuid(), {identity}, 'user', decode(md5('{thabo.Email}'), 'hex'), '', 'Key', 0, '{"{}"}', false, false)
            """);
        // One that is only touched is no second factor.
        using (var first = await Colleague.SignIn(app, thabo.Email)) await first.Client.PostJson("/auth/passkeys/options");

        await app.Scalar<object>($"update identity.passkeys set is_user_verified = true where identity_id = {identity}");
        using var thief = await Colleague.SignIn(app, thabo.Email);
        var passkey = (string)(await thief.Client.GetJson("/auth/passkeys"))["passkeys"]![0]!["id"]!;
        var rows = $"select concat_ws(' ', (select string_agg(p::text, '') from identity.passkeys p), (select string_agg(f::text, '') from identity.mfa_factors f), (select count(*) from identity.mailed_secrets))";
        var before = await app.Scalar<string>(rows);
        Assert.Equal("mfa_required", (string)(await thief.Client.PostJson("/auth/mfa/factors", new { provider = "totp" }, 403))["code"]!);
        Assert.Equal("mfa_required", (string)(await thief.Client.PostJson($"/auth/mfa/factors/{early["mfa_factor"]!["id"]}/verify", new { code = Code(begun) }, 403))["code"]!);
        Assert.Equal("mfa_required", (string)(await thief.Client.PostJson("/auth/passkeys/options", status: 403))["code"]!);
        Assert.Equal("mfa_required", (string)(await thief.Client.DeleteJson($"/auth/passkeys/{passkey}", status: 403))["code"]!);
        Assert.Equal("mfa_required", (string)(await thief.Client.PostJson("/auth/phone", new { phone = "+27831112223" }, 403))["code"]!);
        Assert.Equal("mfa_required", (string)(await thief.Client.PostJson("/auth/phone/confirm", new { phone = "+27831112223", code = "123456" }, 403))["code"]!);
        Assert.Equal("mfa_required", (string)(await thief.Client.DeleteJson("/auth/phone", status: 403))["code"]!);
        Assert.Equal(before, await app.Scalar<string>(rows));
        // Where no role asks for two, a password is enough.
        await app.Admin.PostJson($"/admin/users/{thabo.Id}", new { roles = new[] { "support" } });
        await thief.Client.PostJson("/auth/mfa/factors", new { provider = "totp" });
    }

    [Fact]
    public async Task Of_two_second_factors_that_go_at_once_the_last_one_stays_while_the_role_asks()
    {
        using var thabo = await Colleague.Join(app, await Role(requiresMfa: true));
        var factors = new[] { await Enrol(thabo.Client), await Enrol(thabo.Client) };
        var answers = await Task.WhenAll(factors.Select(async f =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Delete, $"/auth/mfa/factors/{f.Factor}") { Content = JsonContent.Create(new { method = "totp", code = Code(f.Secret) }) };
            using var answer = await thabo.Client.SendAsync(request);
            return (int)answer.StatusCode;
        }));
        Assert.Equal([200, 400], answers.Order());
        Assert.Single((await thabo.Client.GetJson("/auth/mfa/factors"))["mfa_factors"]!.AsArray());
    }

    private async Task<List<JsonNode>> Events(string query) => [.. (await app.Admin.GetJson($"/admin/audit?kind=security&{query}"))["audit_entries"]!.AsArray().Select(e => e!)];

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
