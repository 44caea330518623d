namespace HeadlessPro.Modules.Tests.Identity;

/// <summary>Two hosts with a role each: what one does because staff asked the other is theirs all the same.</summary>
public class SplitAuditTests(SplitAuditTests.Shop app) : IClassFixture<SplitAuditTests.Shop>
{
    [Fact]
    public async Task What_another_host_changes_for_staff_is_an_entry_of_theirs_with_the_same_request()
    {
        using var boss = await Colleague.Join(app, "admin");
        var channel = (string)(await boss.Client.PostJson("/admin/sales-channels", new { name = "Elsewhere" }))["sales_channel"]!["id"]!;
        var key = (string)(await boss.Client.PostJson("/admin/api-keys", new { title = "Storefront", type = "publishable" }))["api_key"]!["id"]!;
        boss.Client.DefaultRequestHeaders.Add("X-Request-Id", "asked-elsewhere");

        await boss.Client.PostJson($"/admin/api-keys/{key}/sales-channels", new { add = new[] { channel } });

        var entry = Assert.Single((await boss.Client.GetJson($"/admin/audit?resource_id={key}&request_id=asked-elsewhere"))["audit_entries"]!.AsArray(),
            e => (string)e!["details"]!["table"]! == "identity.api_key_channels")!;
        Assert.Equal(("created", "user", boss.Id, "127.0.0.1"), ((string)entry["action"]!, (string)entry["actor_type"]!, (string)entry["actor_id"]!, (string)entry["address"]!));
        Assert.Single((await boss.Client.GetJson("/admin/audit?request_id=asked-elsewhere&kind=request"))["audit_entries"]!.AsArray());
    }

    public sealed class Shop : HpApp
    {
        protected override bool Split => true;
    }
}
