using System.Net.Http.Json;
using System.Text.Json.Nodes;
using HeadlessPro.Platform.Jobs;

namespace HeadlessPro.Modules.Tests.Identity;

/// <summary>What happens to people's ways in, as the audit log tells it; and never what opens them.</summary>
public class SecurityEventTests(SecurityEventTests.Shop app) : IClassFixture<SecurityEventTests.Shop>
{
    [Fact]
    public async Task Signing_in_and_out_says_who_and_from_where()
    {
        using var person = await Person.Join(app);
        person.Client.DefaultRequestHeaders.UserAgent.ParseAdd("Browser/2.0");
        await person.Client.DeleteJson("/auth/session");

        var entries = await Of(person.Id);

        Assert.Equal("sessions_revoked", (string)entries[0]["action"]!);
        Assert.Equal(("DeleteAuthSession", "127.0.0.1", "Browser/2.0", "customer"),
            ((string)entries[0]["operation"]!, (string)entries[0]["address"]!, (string)entries[0]["user_agent"]!, (string)entries[0]["actor_type"]!));
        var signedIn = entries.First(e => (string)e["action"]! == "signed_in");
        Assert.Equal(("session", "emailpass", "security"), ((string)signedIn["resource_type"]!, (string)signedIn["details"]!["provider"]!, (string)signedIn["kind"]!));
        Assert.StartsWith("ses_", (string)signedIn["resource_id"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_sign_in_is_the_same_entry_for_a_known_and_an_unknown_address_and_holds_no_password()
    {
        using var person = await Person.Join(app);
        using var anybody = app.Client();
        var unknown = Person.NewEmail();
        foreach (var email in new[] { person.Email, unknown })
            await anybody.PostJson("/auth/customer/emailpass", new { email, password = "not-the-password-1" }, 401);
        await anybody.PostJson("/auth/customer/emailpass", new { email = "my-secret-password-typed-here", password = "not-the-password-1" }, 401);
        await anybody.PostJson("/auth/customer/emailpass/register", new { email = person.Email, password = Person.Password }, 401);

        var (known, stranger) = (await OfEmail(person.Email, "sign_in_refused"), await OfEmail(unknown, "sign_in_refused"));

        Assert.Equal(("nobody", null, "PostAuth"), ((string)known["actor_type"]!, (string?)known["actor_id"], (string)known["operation"]!));
        foreach (var field in new[] { "actor_type", "actor_id", "operation", "resource_id", "address" }) Assert.Equal(known[field]?.ToJsonString(), stranger[field]?.ToJsonString());
        await OfEmail(person.Email, "registration_refused");
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from audit.entries e where e::text like '%not-the-password%' or e::text like '%typed-here%' or e::text like '%{Person.Password}%'"));
    }

    [Theory]
    [InlineData("/AUTH/customer/emailpass")]
    [InlineData("/Auth/customer/emailpass")]
    public async Task However_the_path_is_spelled_it_says_from_where(string path)
    {
        using var anybody = app.Client();
        var email = Person.NewEmail();
        await anybody.PostJson(path, new { email, password = "not-the-password-1" }, 401);
        var refused = await OfEmail(email, "sign_in_refused");
        Assert.Equal(("127.0.0.1", "PostAuth"), ((string)refused["address"]!, (string)refused["operation"]!));
    }

    [Fact]
    public async Task Who_is_throttled_is_written_down_once_however_long_they_go_on()
    {
        using var anybody = app.Client();
        var email = Person.NewEmail();
        for (var i = 0; i < 3; i++) await anybody.PostJson("/auth/customer/emailpass", new { email, password = "wrong-password" }, 401);
        for (var i = 0; i < 4; i++) await anybody.PostJson("/auth/customer/emailpass", new { email, password = "wrong-password" }, 429);

        Assert.Equal("sign_in", (string)(await OfEmail(email, "throttled"))["details"]!["what"]!);
    }

    [Fact]
    public async Task A_password_that_is_changed_or_asked_for_is_written_down_whether_or_not_there_is_an_account()
    {
        using var person = await Person.Join(app);
        await person.Client.PostJson("/auth/password", new { password = "Another-password-9", current_password = "wrong-one-9" }, 401);
        await person.Client.PostJson("/auth/password", new { password = "Another-password-9", current_password = Person.Password });
        using var anybody = app.Client();
        var unknown = Person.NewEmail();
        foreach (var email in new[] { person.Email, unknown })
        {
            using var asked = await anybody.PostAsJsonAsync("/auth/customer/emailpass/reset-password", new { identifier = email });
            Assert.Equal(201, (int)asked.StatusCode);
            await OfEmail(email, "password_reset_asked");
        }

        Assert.Equal(["password_changed", "password_refused"], (await Of(person.Id)).Select(e => (string)e["action"]!).Where(a => a.StartsWith("password", StringComparison.Ordinal)));
        Assert.Equal(0L, await app.Scalar<long>("select count(*) from audit.entries e where e::text like '%Another-password%'"));
    }

    [Fact]
    public async Task A_card_number_in_what_a_browser_says_of_itself_or_where_an_address_goes_is_not_kept()
    {
        using var anybody = app.Client();
        anybody.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "Card 4242424242424242");
        var email = Person.NewEmail();
        await anybody.PostJson("/auth/customer/emailpass", new { email, password = "wrong-password" }, 401);

        Assert.StartsWith("Card ", (string)(await OfEmail(email, "sign_in_refused"))["user_agent"]!, StringComparison.Ordinal);
        Assert.Equal(0L, await app.Scalar<long>("select count(*) from audit.entries e where e::text like '%4242424242424242%'"));
    }

    [Fact]
    public async Task An_import_is_one_entry_with_its_counts_and_whom_it_gave_an_account()
    {
        var before = await app.Scalar<long>("select count(*) from audit.entries");
        var customers = Enumerable.Range(0, 50).Select(i => new { email = Person.NewEmail(), has_account = i < 2 }).Append(new { email = "nobody", has_account = true }).ToList();
        await app.Admin.PostJson("/admin/customers/import", new { customers });

        Assert.Equal(before + 2, await app.Scalar<long>("select count(*) from audit.entries"));
        var imported = (await app.Admin.GetJson("/admin/audit?action=imported&resource_type=customer"))["audit_entries"]![0]!;
        Assert.Equal(("50", "1", "PostAdminCustomersImport"), ((string)imported["details"]!["imported"]!, (string)imported["details"]!["refused"]!, (string)imported["operation"]!));
        Assert.Equal(
            await app.Scalar<string>($"select string_agg(audit.wire_id('cus', id), ' ' order by id) from identity.customers where email in ('{customers[0].email}', '{customers[1].email}')"),
            string.Join(' ', ((string)imported["details"]!["accounts"]!).Split(' ').Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Entries_are_taken_away_a_line_each_with_their_seals_and_that_is_an_entry()
    {
        using var boss = await Colleague.Join(app, "admin");
        await boss.Client.PostJson("/admin/sales-channels", new { name = "Exported" });
        await app.Contract<JobRunner>().RunNow("platform.seal_audit", default);

        using var answer = await boss.Client.GetAsync($"/admin/audit/export?actor_id={boss.Id}&kind=change&kind=request");

        Assert.Equal("application/x-ndjson", answer.Content.Headers.ContentType!.MediaType);
        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!).ToList();
        Assert.Equal(["created", "accepted"], lines.Select(l => (string)l["action"]!));
        Assert.All(lines, l => Assert.Equal(64, ((string)l["seal"]!).Length));
        Assert.Equal("Exported", (string)lines[0]["details"]!["after"]!["name"]!);
        Assert.Equal("audit_exported", (string)(await Of(boss.Id))[0]["action"]!);
        await boss.Client.GetJson("/admin/audit/export?nonsense=1", 400);
    }

    [Fact]
    public async Task What_is_older_than_is_kept_goes_and_the_chain_begins_where_it_went()
    {
        await app.Admin.PostJson("/admin/sales-channels", new { name = "Old" });
        await app.Contract<JobRunner>().RunNow("platform.seal_audit", default);
        var all = await app.Scalar<long>("select count(*) from audit.chain");
        await app.Contract<JobRunner>().RunNow("platform.cut_audit", default);
        Assert.Equal(all, await app.Scalar<long>("select count(*) from audit.chain"));
        var old = await app.Scalar<long>("select max(position) from audit.chain");
        // What was written two days ago, as the chain has it: it is sealed again after its time was set.
        await app.Scalar<object>("set session_replication_role = replica; update audit.entries set created_at = created_at - interval '3 days'; insert into audit.unsealed select id from audit.entries; delete from audit.chain; reset session_replication_role");
        await app.Contract<JobRunner>().RunNow("platform.seal_audit", default);

        await app.Contract<JobRunner>().RunNow("platform.cut_audit", default);
        await app.Contract<JobRunner>().RunNow("platform.seal_audit", default);

        Assert.Equal(["audit_cut"], (await app.Admin.GetJson("/admin/audit"))["audit_entries"]!.AsArray().Select(e => (string)e!["action"]!));
        var verdict = await app.Contract<HeadlessPro.Platform.Audit.VerifyAudit>().Run(null, null, default);
        Assert.Empty(verdict.Findings);
        Assert.Equal((1L, true), (verdict.Checked, verdict.Begins >= old));
    }

    private async Task<List<JsonNode>> Of(string actor) => [.. (await app.Admin.GetJson($"/admin/audit?kind=security&actor_id={actor}"))["audit_entries"]!.AsArray().Select(e => e!)];

    private async Task<JsonNode> OfEmail(string email, string action) => Assert.Single(
        (await app.Admin.GetJson($"/admin/audit?kind=security&action={action}&limit=200"))["audit_entries"]!.AsArray(), e => (string?)e!["details"]!["email"] == email)!;

    public sealed class Shop : HpApp
    {
        protected override string[] Arguments => ["--Identity:Throttle:sign_in:PerAccount=3", "--Audit:KeepDays=2"];
    }
}
