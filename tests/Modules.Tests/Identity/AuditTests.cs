using System.Text.Json.Nodes;

namespace HeadlessPro.Modules.Tests.Identity;

/// <summary>Who did what, with what stood there before and after.</summary>
public class AuditTests(HpApp app) : IClassFixture<HpApp>
{
    [Fact]
    public async Task What_staff_make_change_and_delete_is_written_down_with_who_did_it_from_where_and_what_stood_there()
    {
        using var boss = await Colleague.Join(app, "admin");
        boss.Client.DefaultRequestHeaders.UserAgent.ParseAdd("Dashboard/1.0");
        boss.Client.DefaultRequestHeaders.Add("X-Request-Id", "audit-made");
        var role = (string)(await boss.Client.PostJson("/admin/roles", new { name = "packer", permissions = new[] { "orders:read" }, description = "Packs." }))["role"]!["id"]!;
        SetRequest(boss, "audit-changed");
        await boss.Client.PostJson($"/admin/roles/{role}", new { permissions = new[] { "orders:read", "inventory:read" } });
        SetRequest(boss, "audit-deleted");
        await boss.Client.DeleteJson($"/admin/roles/{role}");

        var entries = await Entries($"resource_type=role&resource_id={role}");

        Assert.Equal(["deleted", "updated", "created"], entries.Select(e => (string)e["action"]!));
        Assert.Equal(["DeleteAdminRole", "PostAdminRole", "PostAdminRoles"], entries.Select(e => (string)e["operation"]!));
        Assert.Equal(["audit-deleted", "audit-changed", "audit-made"], entries.Select(e => (string)e["request_id"]!));
        Assert.All(entries, e => Assert.Equal(
            ("change", "user", boss.Id, "127.0.0.1", "Dashboard/1.0", "identity.roles"),
            ((string)e["kind"]!, (string)e["actor_type"]!, (string)e["actor_id"]!, (string)e["address"]!, (string)e["user_agent"]!, (string)e["details"]!["table"]!)));
        Assert.Null(entries[2]["before"]);
        Assert.Equal(("packer", "Packs."), ((string)entries[2]["after"]!["name"]!, (string)entries[2]["after"]!["description"]!));
        Assert.Equal("""{"permissions":["orders:read"]}""", entries[1]["before"]!.ToJsonString());
        Assert.Equal("""{"permissions":["orders:read","inventory:read"]}""", entries[1]["after"]!.ToJsonString());
        Assert.Equal("""["orders:read","inventory:read"]""", entries[0]["before"]!["permissions"]!.ToJsonString());
        Assert.Null(entries[0]["after"]);

        var request = Assert.Single(await Entries("request_id=audit-changed&kind=request"));
        Assert.Equal(
            ("accepted", boss.Id, "PostAdminRole", $$"""{"path":"/admin/roles/{{role}}","method":"POST"}"""),
            ((string)request["action"]!, (string)request["actor_id"]!, (string)request["operation"]!, request["details"]!.ToJsonString()));
        Assert.Equal(request.ToJsonString(), (await app.Admin.GetJson($"/admin/audit/{request["id"]}"))["audit_entry"]!.ToJsonString());
        await app.Admin.GetJson("/admin/audit/999999999", 404);
        await app.Admin.GetJson("/admin/audit/x", 404);
    }

    [Fact]
    public async Task A_key_is_an_actor_too_and_what_changed_nothing_leaves_no_change()
    {
        var channel = (string)(await app.Admin.PostJson("/admin/sales-channels", new { name = "Audited" }))["sales_channel"]!["id"]!;
        await app.Admin.PostJson($"/admin/sales-channels/{channel}", new { name = "Audited" });
        await app.Admin.DeleteJson($"/admin/sales-channels/{channel}");

        var entries = await Entries($"resource_id={channel}");

        Assert.Equal(["deleted", "created"], entries.Select(e => (string)e["action"]!));
        Assert.All(entries, e => Assert.Equal("api_key", (string)e["actor_type"]!));
        Assert.StartsWith("apk_", (string)entries[0]["actor_id"]!, StringComparison.Ordinal);
        Assert.Equal(["DELETE", "POST"], (await Entries("kind=request&limit=500")).Where(e => (string)e["details"]!["path"]! == $"/admin/sales-channels/{channel}").Select(e => (string)e["details"]!["method"]!));
    }

    [Fact]
    public async Task What_was_asked_of_a_customer_who_is_not_there_leaves_no_entry()
    {
        var before = await app.Scalar<long>("select count(*) from audit.entries");
        await app.Admin.PostJson("/admin/customers/cus_01M7XESKKC7JM10TENH30FRX3Y", new { first_name = "Nobody" }, 404);
        await app.Admin.DeleteJson("/admin/customers/cus_01M7XESKKC7JM10TENH30FRX3Y/sessions", status: 404);
        Assert.Equal(before, await app.Scalar<long>("select count(*) from audit.entries"));
    }

    [Fact]
    public async Task Who_is_refused_for_want_of_a_permission_is_written_down_and_who_sends_nonsense_or_reads_is_not()
    {
        using var reader = await Colleague.Join(app, "read-only");
        await reader.Client.PostJson("/admin/sales-channels", new { name = "Never" }, 403);
        await reader.Client.GetJson("/admin/sales-channels");
        using var helper = await Colleague.Join(app, "support");
        await helper.Client.GetJson("/admin/audit", 403);
        await app.Admin.PostJson("/admin/sales-channels", new { nonsense = "Never" }, 400);
        using var anybody = app.Client();
        await anybody.PostJson("/admin/sales-channels", new { name = "Never" }, 401);

        Assert.Equal(["PostAdminSalesChannels"], (await Entries($"actor_id={reader.Id}&action=refused")).Select(e => (string)e["operation"]!));
        Assert.Single(await Entries($"actor_id={reader.Id}&kind=request&kind=change"));
        var refused = Assert.Single(await Entries($"actor_id={helper.Id}&kind=request"));
        Assert.Equal(("refused", "GetAdminAudit", 403), ((string)refused["action"]!, (string)refused["operation"]!, (int)refused["details"]!["status"]!));
        Assert.Equal(0L, await app.Scalar<long>("select count(*) from audit.entries where details::text like '%Never%' or actor_type = 'nobody' and operation = 'PostAdminSalesChannels'"));
    }

    [Fact]
    public async Task What_is_rolled_back_leaves_nothing()
    {
        var role = (string)(await app.Admin.PostJson("/admin/roles", new { name = "taken-one", permissions = new[] { "orders:read" } }))["role"]!["id"]!;
        await app.Admin.PostJson("/admin/roles", new { name = "taken-two", permissions = new[] { "orders:read" } });
        var before = await app.Scalar<long>("select count(*) from audit.entries");

        await app.Admin.PostJson($"/admin/roles/{role}", new { name = "taken-two" }, 422);

        Assert.Equal(before, await app.Scalar<long>("select count(*) from audit.entries"));
    }

    [Fact]
    public async Task A_connection_that_staff_used_says_nothing_of_them_to_the_next()
    {
        await app.Admin.PostJson("/admin/sales-channels", new { name = "Before" });
        var leaks = 0;
        var connections = new List<Npgsql.NpgsqlConnection>();
        // Every connection of the pool, none twice.
        for (var i = 0; i < 8; i++)
        {
            var connection = await app.Database.OpenConnectionAsync();
            connections.Add(connection);
            await using var ask = connection.CreateCommand();
            ask.CommandText = "select coalesce(current_setting('headlesspro.caller', true), '')";
            if ((string)(await ask.ExecuteScalarAsync())! != "") leaks++;
        }

        foreach (var connection in connections) await connection.DisposeAsync();
        Assert.Equal(0, leaks);
        var entries = await app.Scalar<long>("select count(*) from audit.entries");
        await app.Scalar<object>("update identity.roles set description = 'changed by hand' where name = 'support'");
        Assert.Equal(entries, await app.Scalar<long>("select count(*) from audit.entries"));
    }

    [Fact]
    public async Task No_hash_token_or_secret_is_in_an_entry_only_that_it_changed()
    {
        var key = (await app.Admin.PostJson("/admin/api-keys", new { title = "Secretive", type = "secret" }))["api_key"]!;
        var rotated = (await app.Admin.PostJson($"/admin/api-keys/{key["id"]}/rotate", new { overlap_hours = 0 }))["api_key"]!;
        var invite = (await app.Admin.PostJson("/admin/invites", new { email = Person.NewEmail() }))["invite"]!;

        var entries = await Entries($"resource_id={key["id"]}&operation=PostAdminApiKeyRotate");

        Assert.Equal(["identity.api_keys", "identity.former_keys"], entries.Select(e => (string)e["details"]!["table"]!).Order(StringComparer.Ordinal));
        Assert.All(entries, e => Assert.Equal("[hidden]", (string)e["after"]!["token_hash"]!));
        // For how long the former one stays good.
        Assert.NotNull(entries.Single(e => (string)e["details"]!["table"]! == "identity.former_keys")["after"]!["good_until"]);
        foreach (var secret in new[] { (string)key["token"]!, (string)rotated["token"]!, (string)invite["token"]! })
        {
            var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(secret)));
            Assert.Equal(0L, await app.Scalar<long>($"select count(*) from audit.entries where details::text like '%{secret}%' or details::text like '%{hash}%'"));
        }
    }

    [Fact]
    public async Task A_kind_of_entry_that_does_not_exist_is_refused()
    {
        foreach (var path in (string[])["/admin/audit?kind=changes", "/admin/audit?kind=change&kind=x", "/admin/audit/export?kind=changes"])
            Assert.Contains("'kind'", (string)(await app.Admin.GetJson(path, 400))["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entries_are_only_ever_appended_to()
    {
        await app.Admin.PostJson("/admin/sales-channels", new { name = "Fixed" });
        foreach (var sql in new[] { "update audit.entries set actor_id = 'user_other'", "delete from audit.entries", "truncate audit.entries cascade" })
        {
            var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => app.Scalar<object>(sql));
            Assert.Equal("audit.entries is only ever appended to", refused.MessageText);
        }
    }

    private async Task<List<JsonNode>> Entries(string query) => [.. (await app.Admin.GetJson($"/admin/audit?{query}"))["audit_entries"]!.AsArray().Select(e => e!)];

    private static void SetRequest(Colleague colleague, string id)
    {
        colleague.Client.DefaultRequestHeaders.Remove("X-Request-Id");
        colleague.Client.DefaultRequestHeaders.Add("X-Request-Id", id);
    }
}
