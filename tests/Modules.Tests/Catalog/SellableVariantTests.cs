using System.Text.Json.Nodes;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Catalog;

namespace HeadlessPro.Modules.Tests.Catalog;

public class SellableVariantTests(HpApp app) : IClassFixture<HpApp>
{
    private readonly Shop _shop = new(app);

    [Fact]
    public async Task A_variant_is_described_with_everything_a_cart_line_copies()
    {
        var top = await _shop.Category("Clothing");
        var shirts = await _shop.Category("Shirts", top);
        var (type, collection, tag) = (await _shop.Type("Apparel"), await _shop.Collection("Summer"), await _shop.Tag("organic"));
        var goods = await _shop.Product("Ember Shirt", 172_900, ["S", "M"], categories: [shirts], collection: collection, type: type, tags: [tag], description: "Made in small runs.");

        var found = Assert.Single(await Sellable([new(goods.Variants[1], 2)]));

        Assert.Equal((goods.Variants[1], goods.Product, "M", "SKU-EMBER-SHIRT-M"), (found.VariantId, found.ProductId, found.VariantTitle, found.Sku));
        Assert.Equal(("Ember Shirt", "ember-shirt", "Made in small runs."), (found.ProductTitle, found.ProductHandle, found.ProductDescription));
        Assert.Equal("https://images.example/ember-shirt-1.jpg", found.Thumbnail);
        Assert.Equal((type, "Apparel", collection, "Summer"), (found.TypeId!.Value, found.TypeValue, found.CollectionId!.Value, found.CollectionTitle));
        Assert.Equal([shirts], found.CategoryIds);
        Assert.Equal(new[] { top, shirts }.Order(), found.CategoryPathIds.Order());
        Assert.Equal([tag], found.TagIds);
        Assert.Equal(new Dictionary<string, string> { ["Size"] = "M" }, found.OptionValues);
        Assert.Equal((true, false, true, true, false), (found.ManageInventory, found.AllowBackorder, found.RequiresShipping, found.IsDiscountable, found.IsGiftcard));
        Assert.Equal((172_900L, 172_900L, null), (found.UnitPrice, found.OriginalPrice, found.CompareAtPrice));
    }

    [Fact]
    public async Task What_may_not_be_sold_to_the_caller_is_missing()
    {
        var (web, kiosk, closed) = (await _shop.Channel("Web"), await _shop.Channel("Kiosk"), await _shop.Channel("Closed", disabled: true));
        var inWeb = await _shop.Product("In web", channels: [web]);
        var inClosed = await _shop.Product("In closed", channels: [closed]);
        var draft = await _shop.Product("Draft", status: "draft", channels: [web]);
        var deleted = await _shop.Product("Deleted", channels: [web]);
        await _shop.Run("update catalog.variants set deleted_at = now() where product_id = @id", ("id", deleted.Product));
        VariantQuantity[] lines = [new(inWeb.Variants[0], 1), new(inClosed.Variants[0], 1), new(draft.Variants[0], 1), new(deleted.Variants[0], 1), new(Guid.NewGuid(), 1)];

        Assert.Equal([inWeb.Variants[0]], (await Sellable(lines, channels: [web])).Select(v => v.VariantId));
        Assert.Equal([inWeb.Variants[0]], (await Sellable(lines, channels: [kiosk, web])).Select(v => v.VariantId));
        Assert.Empty(await Sellable(lines, channels: [kiosk]));
        Assert.Empty(await Sellable(lines, channels: [closed]));
        Assert.Equal(new[] { inWeb.Variants[0], inClosed.Variants[0] }.Order(), (await Sellable(lines)).Select(v => v.VariantId).Order());
    }

    [Fact]
    public async Task A_price_of_the_region_beats_the_currencys_and_a_quantity_tier_beats_both()
    {
        var region = Guid.NewGuid();
        var variant = (await _shop.Product("Tiered", 10_000)).Variants[0];
        await _shop.Price(variant, 12_000, region: region);
        await _shop.Price(variant, 9_000, min: 10, max: 99);
        await _shop.Price(variant, 8_000, min: 100);
        await _shop.Price(variant, 700, currency: "usd");

        Assert.Equal(10_000, (await Price(variant, 1)).UnitPrice);
        Assert.Equal(10_000, (await Price(variant, 9)).UnitPrice);
        Assert.Equal(9_000, (await Price(variant, 10)).UnitPrice);
        Assert.Equal(8_000, (await Price(variant, 1000)).UnitPrice);
        Assert.Equal(12_000, (await Price(variant, 1, region)).UnitPrice);
        Assert.Equal(9_000, Assert.Single(await Sellable([new(variant, 6), new(variant, 4)])).UnitPrice);
        Assert.Equal(700, Assert.Single(await Sellable([new(variant, 1)], currency: "usd")).UnitPrice);
        Assert.Null(Assert.Single(await Sellable([new(variant, 1)], currency: "jpy")).UnitPrice);
    }

    [Fact]
    public async Task The_lowest_active_sale_wins_when_it_is_below_the_price_and_an_override_replaces_the_price()
    {
        var (sold, overridden, dear) = ((await _shop.Product("Sold")).Variants[0], (await _shop.Product("Overridden")).Variants[0], (await _shop.Product("Dear")).Variants[0]);
        var (sale, deeper) = (await _shop.PriceList("sale"), await _shop.PriceList("sale", starts: "now() - interval '1 day'", ends: "now() + interval '1 day'"));
        var contract = await _shop.PriceList("override");
        foreach (var inactive in new[]
                 {
                     await _shop.PriceList("sale", status: "draft"), await _shop.PriceList("sale", ends: "now() - interval '1 second'"),
                     await _shop.PriceList("sale", starts: "now() + interval '1 hour'"), await _shop.PriceList("sale", rules: """{"customer.groups.id":["cusgroup_x"]}"""),
                 })
            await _shop.Price(sold, 1, list: inactive);
        await _shop.Price(sold, 8_000, list: sale);
        await _shop.Price(sold, 7_000, list: deeper);
        await _shop.Price(overridden, 20_000, list: contract);
        await _shop.Price(overridden, 15_000, list: sale);
        await _shop.Price(dear, 10_000, list: sale);

        Assert.Equal((7_000L, 10_000L, 10_000L), Amounts(await Price(sold, 1)));
        Assert.Equal((15_000L, 20_000L, 20_000L), Amounts(await Price(overridden, 1)));
        Assert.Equal((10_000L, 10_000L, null), Amounts(await Price(dear, 1)));
    }

    [Fact]
    public async Task A_list_for_a_customer_group_counts_for_its_members_only()
    {
        var group = WireId.New();
        var variant = (await _shop.Product("For members")).Variants[0];
        var list = await _shop.PriceList("sale", rules: $$"""{"customer.groups.id":["{{WireId.Encode("cusgroup", group)}}"]}""");
        await _shop.Price(variant, 5_000, list: list);

        Assert.Equal(10_000, (await Price(variant, 1)).UnitPrice);
        Assert.Equal(5_000, Assert.Single(await Sellable([new(variant, 1)], groups: [group])).UnitPrice);
    }

    [Fact]
    public async Task A_compare_at_price_is_struck_through_only_when_it_is_higher()
    {
        var higher = (await _shop.Product("Compare higher", 10_000, compareAt: 12_500)).Variants[0];
        var lower = (await _shop.Product("Compare lower", 10_000, compareAt: 9_000)).Variants[0];
        Assert.Equal((10_000L, 10_000L, 12_500L), Amounts(await Price(higher, 1)));
        Assert.Equal((10_000L, 10_000L, null), Amounts(await Price(lower, 1)));
    }

    [Fact]
    public async Task Documents_have_the_recorded_shape_and_outlive_deletion()
    {
        var (type, collection, tag) = (await _shop.Type("Kitchen"), await _shop.Collection("Winter"), await _shop.Tag("gift"));
        var category = await _shop.Category("Pots");
        var goods = await _shop.Product("Baobab Teapot", description: "Holds a litre.", type: type, collection: collection, tags: [tag], categories: [category]);
        await _shop.Run("update catalog.variants set deleted_at = now() where product_id = @id", ("id", goods.Product));

        var result = await app.Contract<ICatalog>().GetVariantDocuments(new GetVariantDocuments([goods.Variants[0], Guid.NewGuid()]), default);

        var document = Assert.Single(result.Value!);
        Assert.Equal(goods.Variants[0], document.VariantId);
        var variant = JsonNode.Parse(document.Variant)!.AsObject();
        Recordings.SameShape("variant-in-order", "variant", variant, ignoring: ["variant.options"]);
        Assert.Equal("Size", (string)variant["options"]![0]!["option"]!["title"]!);
        var product = JsonNode.Parse(document.Product)!;
        Assert.Equal(goods.Id, (string)product["id"]!);
        Assert.Equal("Kitchen", (string)product["type"]!["value"]!);
        Assert.Equal("gift", (string)product["tags"]![0]!["value"]!);
        Assert.Equal(WireId.Encode("pcat", category), (string)product["categories"]![0]!["id"]!);
    }

    [Fact]
    public async Task Channels_are_found_by_id_or_all_at_once()
    {
        var (open, closed) = (await _shop.Channel("Shop A"), await _shop.Channel("Shop B", disabled: true));
        var catalog = app.Contract<ICatalog>();
        var two = (await catalog.GetSalesChannels(new GetSalesChannels([open, closed, Guid.NewGuid()]), default)).Value!;
        Assert.Equal(new HashSet<SalesChannelInfo> { new(open, "Shop A", false), new(closed, "Shop B", true) }, two.ToHashSet());
        Assert.Superset(two.ToHashSet(), (await catalog.GetSalesChannels(new GetSalesChannels(null), default)).Value!.ToHashSet());
        Assert.Empty((await catalog.GetSalesChannels(new GetSalesChannels([]), default)).Value!);
    }

    private static (long?, long?, long?) Amounts(SellableVariant v) => (v.UnitPrice, v.OriginalPrice, v.CompareAtPrice);

    private async Task<SellableVariant> Price(Guid variant, long quantity, Guid? region = null) =>
        Assert.Single(await Sellable([new(variant, quantity)], region: region));

    [Fact]
    public async Task A_copy_serves_whoever_read_its_version_and_nobody_who_read_a_later_one()
    {
        var variant = (await _shop.Product("Copied", 10_000)).Variants[0];
        var version = await app.Scalar<long>("select version from events.versions where topic = 'catalog'");
        await Sellable([new(variant, 1)], asOf: version);
        await _shop.Run("update catalog.prices set amount = 20000 where variant_id = @id", ("id", variant));

        Assert.Equal(10_000, Assert.Single(await Sellable([new(variant, 1)], asOf: version)).UnitPrice);
        await RoundTrips.AtMost(0, () => Sellable([new(variant, 3)], asOf: version));
        Assert.Equal(20_000, Assert.Single(await Sellable([new(variant, 1)])).UnitPrice);
        await _shop.Run("update catalog.prices set amount = 30000 where variant_id = @id", ("id", variant));
        await _shop.Run("update events.versions set version = version + 1 where topic = 'catalog'");
        Assert.Equal(30_000, Assert.Single(await Sellable([new(variant, 1)], asOf: version + 1)).UnitPrice);
    }

    [Fact]
    public async Task A_copied_document_serves_whoever_read_its_version_and_nobody_who_read_a_later_one()
    {
        var goods = await _shop.Product("Copied whole", 10_000);
        var variant = goods.Variants[0];
        var version = await app.Scalar<long>("select version from events.versions where topic = 'catalog'");
        Assert.Equal("Copied whole", await Title(version));
        await _shop.Run("update catalog.products set title = 'Renamed' where id = (select product_id from catalog.variants where id = @id)", ("id", variant));

        Assert.Equal("Copied whole", await Title(version));
        await RoundTrips.AtMost(0, () => Title(version));
        Assert.Equal("Renamed", await Title(null));
        await _shop.Run("update catalog.products set title = 'Renamed again' where id = (select product_id from catalog.variants where id = @id)", ("id", variant));
        await _shop.Run("update events.versions set version = version + 1 where topic = 'catalog'");
        Assert.Equal("Renamed again", await Title(version + 1));

        async Task<string> Title(long? asOf) => (string)JsonNode.Parse(Assert.Single(
            (await app.Contract<ICatalog>().GetVariantDocuments(new GetVariantDocuments([variant], asOf), default)).Value!).Product)!["title"]!;
    }

    [Fact]
    public async Task A_copy_is_of_one_currency_region_and_channel()
    {
        var (web, kiosk, region) = (await _shop.Channel("Web copy"), await _shop.Channel("Kiosk copy"), Guid.NewGuid());
        var variant = (await _shop.Product("Copied in context", 10_000, channels: [web])).Variants[0];
        await _shop.Price(variant, 700, currency: "usd");
        await _shop.Price(variant, 12_000, region: region);
        VariantQuantity[] line = [new(variant, 1)];

        for (var again = 0; again < 2; again++)
        {
            Assert.Equal(10_000, Assert.Single(await Sellable(line, channels: [web], asOf: 0)).UnitPrice);
            Assert.Equal(700, Assert.Single(await Sellable(line, currency: "usd", channels: [web], asOf: 0)).UnitPrice);
            Assert.Equal(12_000, Assert.Single(await Sellable(line, region: region, channels: [web], asOf: 0)).UnitPrice);
            Assert.Empty(await Sellable(line, channels: [kiosk], asOf: 0));
        }
    }

    [Fact]
    public async Task A_copy_ends_at_the_moment_a_price_list_begins()
    {
        var variant = (await _shop.Product("Turning", 10_000)).Variants[0];
        var list = await _shop.PriceList("sale", starts: "now() + interval '700 milliseconds'");
        await _shop.Price(variant, 6_000, list: list);
        var version = await app.Scalar<long>("select version from events.versions where topic = 'catalog'");

        Assert.Equal(10_000, Assert.Single(await Sellable([new(variant, 1)], asOf: version)).UnitPrice);
        await Task.Delay(800);
        Assert.Equal(6_000, Assert.Single(await Sellable([new(variant, 1)], asOf: version)).UnitPrice);
    }

    private async Task<IReadOnlyList<SellableVariant>> Sellable(
        IReadOnlyList<VariantQuantity> lines, string currency = "zar", Guid? region = null, Guid[]? channels = null, Guid[]? groups = null,
        long? asOf = null) =>
        (await app.Contract<ICatalog>().GetSellableVariants(new GetSellableVariants(lines, currency, region, channels ?? [], groups, asOf), default)).Value!;
}
