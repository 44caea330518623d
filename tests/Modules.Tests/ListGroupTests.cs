using System.Text.Json.Nodes;

namespace HeadlessPro.Modules.Tests;

/// <summary><c>$and</c> and <c>$or</c> mean the same in every module's lists, whether rows come from SQL or from memory. Products have tests of their own.</summary>
public class ListGroupTests(HpApp app) : IClassFixture<HpApp>
{
    [Fact]
    public async Task Inventory_lists_take_groups_and_an_items_history_never_shows_anothers()
    {
        var (north, south) = (await Id("stock-locations", new { name = "North G" }), await Id("stock-locations", new { name = "South G", kind = "shop" }));
        var (bolt, nut) = (await Item("BOLT-G", north, 5), await Item("NUT-G", south, 7));
        await Item("WASHER-G", north, 9);

        Assert.Equal(["BOLT-G", "NUT-G"], await Values($"/admin/inventory-items?$or[0][id]={bolt}&$or[1][location_id]={south}&order=sku", "sku"));
        Assert.Equal(["WASHER-G"], await Values($"/admin/inventory-items?location_id={north}&$or[0][q]=wash&$or[1][id]={nut}", "sku"));
        Assert.Equal(["NUT-G", "WASHER-G"], await Values(
            $"/admin/inventory-items?$and[0][$or][0][sku][0]=NUT-G&$and[0][$or][1][sku]=WASHER-G&$and[1][created_at][$gt]=2020-01-01&order=sku", "sku"));
        Assert.Equal(["North G", "South G"], await Values("/admin/stock-locations?$or[0][name]=North G&$or[1][kind]=shop&order=name", "name"));
        Assert.Equal(["5"], await Values($"/admin/inventory-items/{bolt}/movements?$or[0][location_id]={south}&$or[1][reason]=counted", "quantity"));
        Assert.Empty(await Values($"/admin/inventory-items/{bolt}/movements?$or[0][location_id]={south}", "quantity"));
        Assert.Empty(await Values($"/admin/inventory-items/{bolt}/location-levels?$or[0][location_id]={south}", "id"));
        Assert.Empty(await Values($"/admin/reservations?$or[0][inventory_item_id]={bolt}&$or[1][status]=active", "id"));
        await Refused($"/admin/inventory-items?$or[0][sku]=NUT-G&$or[1][colour]=red", "Invalid request: Unrecognized fields: '$or, 1, colour'");
        await Refused($"/admin/inventory-items/{bolt}/variants?$or[0][id]=x", "Invalid request: Unrecognized fields: '$or'");
    }

    [Fact]
    public async Task Pricing_lists_take_groups_from_sql_and_from_memory()
    {
        var mzansi = await Id("regions", new { name = "Mzansi G", currency_code = "zar", countries = new[] { "za" } });
        await Id("regions", new { name = "States G", currency_code = "usd", countries = new[] { "us" } });
        foreach (var client in (HttpClient[])[app.Store, app.Admin])
        {
            var side = client == app.Store ? "store" : "admin";
            Assert.Equal(["Mzansi G", "States G"], await Values($"/{side}/regions?$or[0][id]={mzansi}&$or[1][currency_code]=usd&order=name", "name", client));
            Assert.Equal(["States G"], await Values($"/{side}/regions?q=g&$and[0][$or][0][name]=States G&$and[0][$or][1][name]=Nowhere", "name", client));
            Assert.Equal(["usd", "zar"], await Values($"/{side}/currencies?$or[0][code]=USD&$or[1][q]=rand&$and[0][$or][0][code]=zar&$and[0][$or][1][code]=usd", "code", client));
            await Refused($"/{side}/regions?$or[0][name]=x&$or[1][colour]=red", "Invalid request: Unrecognized fields: '$or, 1, colour'", client);
            await Refused($"/{side}/currencies?$or=zar", "Invalid request: Expected an array of filters for field '$or', written $or[0][title]=…", client);
        }

        var (za, us) = (await Id("tax-regions", new { country_code = "za" }), await Id("tax-regions", new { country_code = "us" }));
        Assert.Equal(["us", "za"], await Values($"/admin/tax-regions?$or[0][id]={za}&$or[1][country_code]=US&order=country_code", "country_code"));
        Assert.Empty(await Values($"/admin/tax-rates?$or[0][tax_region_id]={za}&$or[1][tax_region_id]={us}", "id"));
        Assert.Empty(await Values("/admin/promotions?$or[0][code]=NOBODY&$or[1][is_automatic]=true", "code"));

        Assert.Equal(["pp_system_default"], await Values($"/store/payment-providers?region_id={mzansi}&$or[0][id]=pp_system_default&$or[1][id]=pp_other", "id", app.Store));
        Assert.Empty(await Values($"/store/payment-providers?region_id={mzansi}&$and[0][id]=pp_other", "id", app.Store));
        await Refused($"/store/payment-providers?region_id={mzansi}&$or[0][is_enabled]=true", "Invalid request: Unrecognized fields: '$or, 0, is_enabled'", app.Store);
        await Refused("/store/shipping-options?cart_id=cart_x&$or[0][id]=so_x", "Invalid request: Unrecognized fields: '$or'", app.Store);
    }

    [Fact]
    public async Task Keys_and_the_shipping_setup_take_groups()
    {
        await Id("api-keys", new { title = "Warehouse G", type = "secret" });
        await Id("api-keys", new { title = "Kiosk G", type = "publishable" });
        Assert.Equal(["Kiosk G", "Warehouse G"], await Values("/admin/api-keys?q=g&$or[0][q]=kiosk&$or[1][q]=warehouse&order=title", "title"));
        Assert.Equal(["Warehouse G"], await Values("/admin/api-keys?$and[0][type]=secret&$and[1][$or][0][q]=warehouse g&$and[1][$or][1][q]=kiosk g", "title"));

        await Id("shipping-profiles", new { name = "Bulky G", type = "bulky" });
        await Id("shipping-profiles", new { name = "Cold G", type = "cold" });
        Assert.Equal(["Bulky G", "Cold G"], await Values("/admin/shipping-profiles?$or[0][type]=bulky&$or[1][name]=Cold G&order=name", "name"));
        Assert.Equal(["Cold G"], await Values("/admin/shipping-profiles?$and[0][q]=g&$and[1][type]=cold", "name"));
        await Refused("/admin/shipping-options?$or[0][provider_id]=manual&$or[1][colour]=red", "Invalid request: Unrecognized fields: '$or, 1, colour'");
    }

    private async Task<string> Id(string path, object body) =>
        (string)(await app.Admin.PostJson("/admin/" + path, body)).AsObject().First().Value!["id"]!;

    private Task<string> Item(string sku, string location, int pieces) =>
        Id("inventory-items", new { sku, location_levels = new[] { new { location_id = location, stocked_quantity = pieces } } });

    private async Task<string[]> Values(string path, string field, HttpClient? client = null)
    {
        var answer = (await (client ?? app.Admin).GetJson(path)).AsObject();
        var rows = answer.Select(p => p.Value).OfType<JsonArray>().Single();
        Assert.Equal(rows.Count, (int)answer["count"]!);
        return rows.Select(row => row![field]!.ToString()).ToArray();
    }

    private async Task Refused(string path, string message, HttpClient? client = null) =>
        Assert.Equal(message, (string)(await (client ?? app.Admin).GetJson(path, 400))["message"]!);
}
