using HeadlessPro.Contracts.Identity;

namespace HeadlessPro.Modules.Tests.Catalog;

public class AdminSalesChannelTests(HpApp app) : IClassFixture<HpApp>
{
    [Fact]
    public async Task A_channel_is_created_changed_found_and_closed()
    {
        var created = (await app.Admin.PostJson("/admin/sales-channels", new { name = " Webshop ", description = "The site", metadata = new { a = 1 } }))["sales_channel"]!;
        var id = (string)created["id"]!;
        Assert.StartsWith("sc_", id, StringComparison.Ordinal);
        Assert.Equal("Webshop", (string)created["name"]!);
        Assert.False((bool)created["is_disabled"]!);
        Assert.Equal(1, (int)created["metadata"]!["a"]!);

        var changed = (await app.Admin.PostJson($"/admin/sales-channels/{id}", """{"name":"Web 50%_shop","description":null,"is_disabled":true}"""))["sales_channel"]!;
        Assert.Equal("Web 50%_shop", (string)changed["name"]!);
        Assert.Null(changed["description"]);
        Assert.True((bool)changed["is_disabled"]!);
        Assert.Equal(1, (int)changed["metadata"]!["a"]!);

        var page = await app.Admin.GetJson("/admin/sales-channels?q=50%25_s&is_disabled=true&fields=name");
        Assert.Equal(1, (int)page["count"]!);
        Assert.Equal($$"""{"id":"{{id}}","name":"Web 50%_shop"}""", page["sales_channels"]![0]!.ToJsonString());

        Assert.Equal($$"""{"id":"{{id}}","object":"sales-channel","deleted":true}""", (await app.Admin.DeleteJson($"/admin/sales-channels/{id}")).ToJsonString());
        await app.Admin.GetJson($"/admin/sales-channels/{id}", 404);
        await app.Admin.DeleteJson($"/admin/sales-channels/{id}", status: 404);
    }

    [Fact]
    public async Task A_publishable_key_sees_the_channels_it_is_linked_to()
    {
        var channel = (string)(await app.Admin.PostJson("/admin/sales-channels", new { name = "Kiosk" }))["sales_channel"]!["id"]!;
        var key = (string)(await app.Admin.PostJson("/admin/api-keys", new { title = "Kiosk", type = "publishable" }))["api_key"]!["id"]!;
        var linked = (await app.Admin.PostJson($"/admin/api-keys/{key}/sales-channels", new { add = new[] { channel } }))["api_key"]!;
        Assert.Equal([channel], linked["sales_channels"]!.AsArray().Select(c => (string)c!["id"]!));

        const string ghost = "sc_01M7XESKKC7JM10TENH30FRX3Y";
        var refused = await app.Admin.PostJson($"/admin/api-keys/{key}/sales-channels", new { add = new[] { ghost }, remove = new[] { channel } }, 400);
        Assert.Equal($"Sales channels with ids: {ghost} do not exist", (string)refused["message"]!);
        var read = (await app.Admin.GetJson($"/admin/api-keys/{key}"))["api_key"]!;
        Assert.Equal([channel], read["sales_channels"]!.AsArray().Select(c => (string)c!["id"]!));

        linked = (await app.Admin.PostJson($"/admin/api-keys/{key}/sales-channels", new { remove = new[] { channel } }))["api_key"]!;
        Assert.Empty(linked["sales_channels"]!.AsArray());
        await app.Admin.PostJson("/admin/api-keys/apk_01M7XESKKC7JM10TENH30FRX3Y/sales-channels", new { add = new[] { channel } }, 404);
    }

    [Theory]
    [InlineData("""{}""", "Invalid request: Field 'name' is required")]
    [InlineData("""{"name":"  "}""", "Invalid request: Field 'name' must have 1 to 255 characters")]
    [InlineData("""{"name":"a\u0000b"}""", "Invalid request: Field 'name' contains a null character")]
    [InlineData("""{"name":"x","metadata":[]}""", "Invalid request: Expected type: 'object' for field 'metadata', got: 'array'")]
    [InlineData("""{"name":"x","metadata":{"a":{"b":"\u0000"}}}""", "Invalid request: Field 'metadata, a, b' contains a null character")]
    [InlineData("""{"name":"x","metadata":{"a":"\ud800"}}""", "Invalid request: Field 'metadata, a' contains half a surrogate pair")]
    [InlineData("""{"name":"x","metadata":{"a":[1e400]}}""", "Invalid request: Field 'metadata, a' holds a number out of range")]
    [InlineData("""{"name":"x","colour":"red"}""", "Invalid request: Unrecognized fields: 'colour'")]
    public async Task Bad_input_names_the_field_and_creates_nothing(string body, string message)
    {
        var before = await app.Scalar<long>("select count(*) from catalog.sales_channels");
        Assert.Equal(message, (string)(await app.Admin.PostJson("/admin/sales-channels", body, 400))["message"]!);
        Assert.Equal(before, await app.Scalar<long>("select count(*) from catalog.sales_channels"));
    }

    [Fact]
    public async Task Strangers_and_shoppers_may_not_see_or_change_channels()
    {
        await app.Store.GetJson("/admin/sales-channels", 401);
        await app.Store.PostJson("/admin/sales-channels", new { name = "Mine" }, 401);
        Assert.Equal(0L, await app.Scalar<long>("select count(*) from catalog.sales_channels where name = 'Mine'"));
        Assert.Equal(ApiKeyType.Publishable, (await app.Contract<IApiKeys>().Resolve(new ResolveApiKey(HpApp.PublishableKey), default)).Value!.Type);
    }
}
