using System.Text.Json.Nodes;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Inventory;

namespace HeadlessPro.Modules.Tests.Inventory;

public class InventoryAdminTests(HpApp app) : IClassFixture<HpApp>
{
    [Fact]
    public async Task An_item_is_counted_at_its_locations_in_the_wires_shape()
    {
        var (north, south) = (await Location("North"), await Location("South"));
        var created = (await app.Admin.PostJson("/admin/inventory-items", new
        {
            sku = "BOX-1",
            title = "Box",
            low_stock_threshold = 2,
            metadata = new { shelf = "A" },
            location_levels = new[] { new { location_id = north, stocked_quantity = 5 } },
        }))["inventory_item"]!;
        var id = (string)created["id"]!;
        Assert.StartsWith("iitem_", id, StringComparison.Ordinal);
        Assert.Equal((5L, 0L, "A"), ((long)created["stocked_quantity"]!, (long)created["reserved_quantity"]!, (string)created["metadata"]!["shelf"]!));

        await app.Admin.PostJson($"/admin/inventory-items/{id}/location-levels", new { location_id = south, stocked_quantity = 3, incoming_quantity = 10 });
        var read = (await app.Admin.PostJson($"/admin/inventory-items/{id}/location-levels/{north}", new { stocked_quantity = 6 }))["inventory_item"]!;
        Assert.Equal(9, (long)read["stocked_quantity"]!);
        var levels = (await app.Admin.GetJson($"/admin/inventory-items/{id}/location-levels"))["inventory_levels"]!.AsArray();
        var level = levels.Single(l => (string)l!["location_id"]! == south)!;
        Assert.Equal((id, 3L, 0L, 10L, 3L), ((string)level["inventory_item_id"]!, (long)level["stocked_quantity"]!, (long)level["reserved_quantity"]!,
            (long)level["incoming_quantity"]!, (long)level["available_quantity"]!));
        var movements = (await app.Admin.GetJson($"/admin/inventory-items/{id}/movements?created_at[$gt]=2020-01-01"))["movements"]!.AsArray();
        Assert.Equal([(north, "counted", 1L), (south, "counted", 3L), (north, "counted", 5L)],
            movements.Select(m => ((string)m!["location_id"]!, (string)m["reason"]!, (long)m["quantity"]!)));

        var deleted = await app.Admin.DeleteJson($"/admin/inventory-items/{id}/location-levels/{south}");
        Assert.Equal(("inventory-level", true, 6L), ((string)deleted["object"]!, (bool)deleted["deleted"]!, (long)deleted["parent"]!["stocked_quantity"]!));
        Assert.Equal(["id", "sku"], (await app.Admin.GetJson($"/admin/inventory-items/{id}?fields=sku"))["inventory_item"]!.AsObject().Select(p => p.Key).Order());
    }

    [Fact]
    public async Task Levels_change_in_a_batch_all_or_none()
    {
        var (north, south, east, id) = (await Location("N"), await Location("S"), await Location("E"), await Item("BATCH-1"));
        var answer = await app.Admin.PostJson($"/admin/inventory-items/{id}/location-levels/batch", new
        {
            create = new[] { new { location_id = north, stocked_quantity = 1 }, new { location_id = south, stocked_quantity = 2 } },
        });
        Assert.Equal(2, answer["created"]!.AsArray().Count);
        var level = (string)answer["created"]!.AsArray().Single(l => (string)l!["location_id"]! == south)!["id"]!;
        await app.Admin.PostJson($"/admin/inventory-items/{id}/location-levels/batch", new
        {
            create = new[] { new { location_id = east, stocked_quantity = 9 } },
            update = new[] { new { location_id = north, stocked_quantity = -1 } },
        }, 400);
        Assert.Equal(3, await Stocked(id));
        answer = await app.Admin.PostJson($"/admin/inventory-items/{id}/location-levels/batch", new
        {
            create = new[] { new { location_id = east, stocked_quantity = 9 } },
            update = new[] { new { location_id = north, stocked_quantity = 4 } },
            delete = new[] { level },
        });
        Assert.Equal([level], answer["deleted"]!.AsArray().Select(l => (string)l!));
        Assert.Equal(13, await Stocked(id));
    }

    [Fact]
    public async Task Reserved_pieces_cannot_be_counted_away_nor_their_level_item_or_location_removed()
    {
        var variant = await app.WithStock(5, "HELD-1");
        await app.Hold(WireId.New(), StockRoom.Line(variant, 3));
        var id = WireId.Encode("iitem", await app.Item(variant));
        var item = (await app.Admin.GetJson($"/admin/inventory-items/{id}"))["inventory_item"]!;
        var location = (string)item["location_levels"]![0]!["location_id"]!;
        var refused = await app.Admin.PostJson($"/admin/inventory-items/{id}/location-levels/{location}", new { stocked_quantity = 2 }, 400);
        Assert.Equal("Invalid request: Value for field 'stocked_quantity' too small: 3 pieces are reserved here, expected at least: '3'", (string)refused["message"]!);
        await app.Admin.DeleteJson($"/admin/inventory-items/{id}/location-levels/{location}", status: 400);
        await app.Admin.DeleteJson($"/admin/inventory-items/{id}", status: 400);
        await app.Admin.DeleteJson($"/admin/stock-locations/{location}", status: 400);
        Assert.Equal((5, 3, 0), await app.Counts(variant));
        Assert.Equal(2, await app.Available(variant));
        await app.Admin.PostJson($"/admin/inventory-items/{id}/location-levels/{location}", new { stocked_quantity = 3 });
        Assert.Equal(0, await app.Available(variant));

        var reservation = (await app.Admin.GetJson($"/admin/reservations?inventory_item_id={id}&status=held"))["reservations"]!.AsArray().Single()!;
        Assert.Equal((3L, "held", "HELD-1"), ((long)reservation["quantity"]!, (string)reservation["status"]!, (string)reservation["sku"]!));
        await app.Admin.GetJson($"/admin/reservations/{(string)reservation["id"]!}");
        await app.Admin.GetJson("/admin/reservations/resitem_01ARZ3NDEKTSV4RRFFQ69G5FAV", 404);
    }

    [Fact]
    public async Task Variants_are_attached_as_kits_and_detached()
    {
        var (variant, id) = (WireId.New(), await Item("KIT-1"));
        await app.Admin.PostJson($"/admin/inventory-items/{id}/location-levels", new { location_id = await Location("Kits"), stocked_quantity = 7 });
        var wire = WireId.Encode("variant", variant);
        await app.Admin.PostJson($"/admin/inventory-items/{id}/variants", new { variant_id = wire, required_quantity = 2 });
        Assert.Equal(3, await app.Available(variant));
        await app.Admin.PostJson($"/admin/inventory-items/{id}/variants", new { variant_id = wire, required_quantity = 3 });
        Assert.Equal(2, await app.Available(variant));
        var listed = await app.Admin.GetJson($"/admin/inventory-items/{id}/variants");
        Assert.Equal((wire, 3), ((string)listed["variants"]![0]!["variant_id"]!, (int)listed["variants"]![0]!["required_quantity"]!));
        Assert.Equal(id, (string)(await app.Admin.GetJson($"/admin/inventory-items?variant_id={wire}"))["inventory_items"]![0]!["id"]!);
        await app.Admin.DeleteJson($"/admin/inventory-items/{id}/variants/{wire}");
        await app.Admin.DeleteJson($"/admin/inventory-items/{id}/variants/{wire}", status: 404);
    }

    [Fact]
    public async Task Items_are_found_updated_and_deleted()
    {
        var (a, b) = (await Item("FIND-A", "Red kettle"), await Item("FIND-B", "Blue kettle"));
        Assert.Equal(2, (int)(await app.Admin.GetJson("/admin/inventory-items?q=kettle"))["count"]!);
        Assert.Equal([b], (await app.Admin.GetJson("/admin/inventory-items?sku[]=FIND-B"))["inventory_items"]!.AsArray().Select(i => (string)i!["id"]!));
        await app.Admin.PostJson($"/admin/inventory-items/{a}", new { low_stock_threshold = 1, title = "Green kettle" });
        Assert.Equal([a], (await app.Admin.GetJson("/admin/inventory-items?q=kettle&low_stock=true"))["inventory_items"]!.AsArray().Select(i => (string)i!["id"]!));
        Assert.Equal([a, b], (await app.Admin.GetJson("/admin/inventory-items?q=KETTLE&order=sku"))["inventory_items"]!.AsArray().Select(i => (string)i!["id"]!));
        await app.Admin.PostJson($"/admin/inventory-items/{b}", """{"title":null}""");
        Assert.Null((await app.Admin.GetJson($"/admin/inventory-items/{b}"))["inventory_item"]!["title"]);
        Assert.Equal("FIND-B", (string)(await app.Admin.GetJson($"/admin/inventory-items/{b}"))["inventory_item"]!["sku"]!);

        var taken = await app.Admin.PostJson($"/admin/inventory-items/{b}", new { sku = "FIND-A" }, 422);
        Assert.Equal("Inventory item with sku: FIND-A, already exists.", (string)taken["message"]!);
        await app.Admin.PostJson("/admin/inventory-items", new { sku = "FIND-A" }, 422);
        Assert.Equal("inventory_item", (string)(await app.Admin.DeleteJson($"/admin/inventory-items/{a}"))["object"]!);
        await app.Admin.GetJson($"/admin/inventory-items/{a}", 404);
        await app.Admin.PostJson("/admin/inventory-items", new { sku = "FIND-A" });
    }

    [Fact]
    public async Task Locations_have_addresses_coordinates_and_a_kind()
    {
        var created = (await app.Admin.PostJson("/admin/stock-locations", new
        {
            name = "Cape Town shop",
            kind = "shop",
            priority = 3,
            latitude = -33.9249,
            longitude = 18.4241,
            address = new { address_1 = "1 Long Street", city = "Cape Town", country_code = "ZA" },
        }))["stock_location"]!;
        var id = (string)created["id"]!;
        Assert.Equal(("shop", -33.9249, "za"), ((string)created["kind"]!, (double)created["latitude"]!, (string)created["address"]!["country_code"]!));
        Assert.Equal((string)created["address_id"]!, (string)created["address"]!["id"]!);
        Assert.StartsWith("laddr_", (string)created["address"]!["id"]!, StringComparison.Ordinal);
        var updated = (await app.Admin.PostJson($"/admin/stock-locations/{id}", new { name = "Cape Town", address = new { address_1 = "2 Long Street", country_code = "za" } }))["stock_location"]!;
        Assert.Equal(("Cape Town", "2 Long Street", "shop"), ((string)updated["name"]!, (string)updated["address"]!["address_1"]!, (string)updated["kind"]!));
        Assert.Null(updated["address"]!["city"]);
        Assert.Equal([id], (await app.Admin.GetJson("/admin/stock-locations?kind=shop"))["stock_locations"]!.AsArray().Select(l => (string)l!["id"]!));
        var refused = await app.Admin.PostJson($"/admin/stock-locations/{id}", """{"name":null}""", 400);
        Assert.Equal("Invalid request: Expected type: 'string' for field 'name', got: 'null'", (string)refused["message"]!);
        updated = (await app.Admin.PostJson($"/admin/stock-locations/{id}", """{"latitude":null,"longitude":null,"address":null,"metadata":null}"""))["stock_location"]!;
        Assert.Equal((true, "Cape Town"), (updated["latitude"] is null && updated["address"] is null, (string)updated["name"]!));
        await app.Admin.DeleteJson($"/admin/stock-locations/{id}");
        await app.Admin.GetJson($"/admin/stock-locations/{id}", 404);
    }

    [Fact]
    public async Task What_lay_at_a_closed_location_is_no_longer_there_and_low_stock_is_told()
    {
        var (open, closing, variant) = (await Location("Stays"), await Location("Closes"), WireId.New());
        var id = (string)(await app.Admin.PostJson("/admin/inventory-items", new
        {
            sku = "CLOSED-1",
            low_stock_threshold = 5,
            location_levels = new[] { new { location_id = open, stocked_quantity = 4 }, new { location_id = closing, stocked_quantity = 100 } },
        }))["inventory_item"]!["id"]!;
        await app.Admin.PostJson($"/admin/inventory-items/{id}/variants", new { variant_id = WireId.Encode("variant", variant) });
        const string Low = "/admin/inventory-items?sku[]=CLOSED-1&low_stock=true";
        Assert.Equal((104, 0), (await app.Available(variant), (int)(await app.Admin.GetJson(Low))["count"]!));

        await app.Admin.DeleteJson($"/admin/stock-locations/{closing}");
        Assert.Equal((4, 1), (await app.Available(variant), (int)(await app.Admin.GetJson(Low))["count"]!));
        Assert.Equal(0, (int)(await app.Admin.GetJson("/admin/inventory-items?sku[]=CLOSED-1&low_stock=false"))["count"]!);
        Assert.Equal("4 of 5", await app.Scalar<string>("""
            select string_agg(concat(payload->>'Available', ' of ', payload->>'Threshold'), ', ') from events.log
            where name = 'inventory.stock_low' and payload->>'Sku' = 'CLOSED-1'
            """));
    }

    [Fact]
    public async Task A_location_that_closes_or_changes_its_channels_says_that_any_variant_may_have_changed()
    {
        var location = await Location("Full");
        for (var i = 0; i < 3; i++)
        {
            var id = await Item($"FULL-{i}");
            await app.Admin.PostJson($"/admin/inventory-items/{id}/location-levels", new { location_id = location, stocked_quantity = 1 });
            await app.Admin.PostJson($"/admin/inventory-items/{id}/variants", new { variant_id = WireId.Encode("variant", WireId.New()) });
        }

        const string Last = "select payload::text from events.log where name = 'inventory.stock_changed' order by id desc limit 1";
        Assert.True(WireId.TryDecode("sloc", location, out var key));
        await app.Stock().LinkChannels(new LinkLocationChannels(key, [WireId.New()], []), default);
        Assert.Equal("""{"VariantIds": []}""", await app.Scalar<string>(Last));
        var before = await app.Scalar<long>("select max(id) from events.log");
        await app.Admin.DeleteJson($"/admin/stock-locations/{location}");
        Assert.Equal("""{"VariantIds": []}""", await app.Scalar<string>(Last));
        Assert.Equal(1L, await app.Scalar<long>($"select count(*) from events.log where name = 'inventory.stock_changed' and id > {before}"));
    }

    [Theory]
    [InlineData("/admin/inventory-items", """{"sku":""}""", "Invalid request: Field 'sku' must have 1 to 255 characters")]
    [InlineData("/admin/inventory-items", """{"sku":"a\u0000b"}""", "Invalid request: Field 'sku' contains a null character")]
    [InlineData("/admin/inventory-items", """{"weight":-1}""", "Invalid request: Value for field 'weight' too small, expected at least: '0'")]
    [InlineData("/admin/inventory-items", """{"low_stock_threshold":1000000000000}""", "Invalid request: Value for field 'low_stock_threshold' too large, expected at most: '1000000000'")]
    [InlineData("/admin/inventory-items", """{"metadata":[1]}""", "Invalid request: Expected type: 'object' for field 'metadata', got: 'array'")]
    [InlineData("/admin/inventory-items", """{"metadata":{"a":"\u0000"}}""", "Invalid request: Field 'metadata, a' contains a null character")]
    [InlineData("/admin/inventory-items", """{"metadata":{"a":1e400000}}""", "Invalid request: Field 'metadata, a' holds a number out of range")]
    [InlineData("/admin/inventory-items", """{"metadata":{"a":"\ud800"}}""", "Invalid request: Field 'metadata, a' contains half a surrogate pair")]
    [InlineData("/admin/inventory-items", """{"colour":"red"}""", "Invalid request: Unrecognized fields: 'colour'")]
    [InlineData("/admin/inventory-items", """{"location_levels":[{"location_id":"sloc_x"}]}""", "Invalid request: Value for field 'location_id' is not a stock location, got: 'sloc_x'")]
    [InlineData("/admin/inventory-items", """{"location_levels":[null]}""", "Invalid request: Expected type: 'object' for field 'location_levels, 0', got: 'null'")]
    [InlineData("/admin/stock-locations", """{"name":" "}""", "Invalid request: Field 'name' must have 1 to 255 characters")]
    [InlineData("/admin/stock-locations", """{}""", "Invalid request: Field 'name' is required")]
    [InlineData("/admin/stock-locations", """{"name":"x","kind":"cellar"}""", "Invalid request: Value for field 'kind' must be one of: 'warehouse', 'shop', got: 'cellar'")]
    [InlineData("/admin/stock-locations", """{"name":"x","latitude":91,"longitude":0}""", "Invalid request: Value for field 'latitude' too large, expected at most: '90'")]
    [InlineData("/admin/stock-locations", """{"name":"x","latitude":9}""", "Invalid request: Fields 'latitude' and 'longitude' go together")]
    [InlineData("/admin/stock-locations", """{"name":"x","address":{"address_1":"y","country_code":"zaf"}}""", "Invalid request: Value for field 'address, country_code' must be an ISO 3166 code of two letters")]
    public async Task Bad_input_names_the_field_and_creates_nothing(string path, string body, string message)
    {
        const string rows = "select (select count(*) from inventory.items) + (select count(*) from inventory.stock_locations)";
        var before = await app.Scalar<long>(rows);
        Assert.Equal(message, (string)(await app.Admin.PostJson(path, body, 400))["message"]!);
        Assert.Equal(before, await app.Scalar<long>(rows));
    }

    [Theory]
    [InlineData("""{"stocked_quantity":-1}""", "Invalid request: Value for field 'stocked_quantity' too small, expected at least: '0'")]
    [InlineData("""{"stocked_quantity":1000000000000}""", "Invalid request: Value for field 'stocked_quantity' too large, expected at most: '1000000000'")]
    [InlineData("""{"stocked_quantity":1.5}""", "Invalid request: Expected type: 'integer' for field 'stocked_quantity', got: '1.5'")]
    [InlineData("""{"stocked_quantity":"3"}""", "Invalid request: Expected type: 'number' for field 'stocked_quantity', got: '3'")]
    public async Task Impossible_counts_are_refused(string body, string message)
    {
        var variant = await app.WithStock(4);
        var id = WireId.Encode("iitem", await app.Item(variant));
        var level = (await app.Admin.GetJson($"/admin/inventory-items/{id}/location-levels"))["inventory_levels"]![0]!;
        var refused = await app.Admin.PostJson($"/admin/inventory-items/{id}/location-levels/{(string)level["location_id"]!}", body, 400);
        Assert.Equal(message, (string)refused["message"]!);
        Assert.Equal((4, 0, 0), await app.Counts(variant));
    }

    [Theory]
    [InlineData("/admin/inventory-items/iitem_01ARZ3NDEKTSV4RRFFQ69G5FAV", "Inventory item with id: iitem_01ARZ3NDEKTSV4RRFFQ69G5FAV was not found")]
    [InlineData("/admin/inventory-items/nonsense", "Inventory item with id: nonsense was not found")]
    [InlineData("/admin/stock-locations/sloc_01ARZ3NDEKTSV4RRFFQ69G5FAV", "Stock location with id: sloc_01ARZ3NDEKTSV4RRFFQ69G5FAV was not found")]
    public async Task Unknown_ids_are_not_found(string path, string message)
    {
        Assert.Equal(message, (string)(await app.Admin.GetJson(path, 404))["message"]!);
        Assert.Equal(message, (string)(await app.Admin.PostJson(path, new { }, 404))["message"]!);
        Assert.Equal(message, (string)(await app.Admin.DeleteJson(path, status: 404))["message"]!);
    }

    [Fact]
    public async Task A_level_names_a_location_that_exists_and_only_once()
    {
        var (id, location) = (await Item("ONCE-1"), await Location("Once"));
        var unknown = WireId.Encode("sloc", WireId.New());
        var path = $"/admin/inventory-items/{id}/location-levels";
        Assert.Equal($"Stock location with id: {unknown} was not found", (string)(await app.Admin.PostJson(path, new { location_id = unknown }, 404))["message"]!);
        await app.Admin.PostJson($"{path}/{location}", new { stocked_quantity = 1 }, 404);
        await app.Admin.PostJson(path, new { location_id = location });
        await app.Admin.PostJson(path, new { location_id = location }, 422);
        Assert.Equal(1L, await app.Scalar<long>("select count(*) from inventory.levels l join inventory.items i on i.id = l.item_id where i.sku = 'ONCE-1'"));
    }

    private async Task<string> Location(string name) => (string)(await app.Admin.PostJson("/admin/stock-locations", new { name }))["stock_location"]!["id"]!;

    private async Task<string> Item(string sku, string? title = null) =>
        (string)(await app.Admin.PostJson("/admin/inventory-items", new { sku, title }))["inventory_item"]!["id"]!;

    private async Task<long> Stocked(string id)
    {
        JsonNode item = (await app.Admin.GetJson($"/admin/inventory-items/{id}"))["inventory_item"]!;
        return (long)item["stocked_quantity"]!;
    }
}
