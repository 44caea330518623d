namespace HeadlessPro.Modules.Tests.Catalog.Imports;

/// <summary>A shop whose statements time out after two seconds.</summary>
public sealed class ImpatientApp : HpApp
{
    protected override string[] Arguments => [$"--DATABASE_URL={ConnectionString};Command Timeout=2"];
}

public class ImportTurnTests(ImpatientApp app) : IClassFixture<ImpatientApp>
{
    [Fact]
    public async Task An_import_waits_its_turn_however_long_and_the_wait_is_no_attempt()
    {
        await using var other = await app.Hold("select pg_advisory_xact_lock(hashtext('catalog.import'))");
        var id = await app.Send("Handle,Title\nturn,Turn\n");
        await app.Until(Rival.WaitsForTurn);
        await Task.Delay(TimeSpan.FromSeconds(3.5));
        Assert.Equal("running 1", await app.Scalar<string>("select status || ' ' || attempts from catalog.imports order by created_at desc limit 1"));
        await other.CommitAsync();
        Assert.Equal("completed", (string)(await app.Ended(id))["status"]!);
        Assert.Equal(1, await app.Scalar<int>("select attempts from catalog.imports order by created_at desc limit 1"));
    }
}

public class ImportReplayTests(ImpatientApp app) : IClassFixture<ImpatientApp>
{
    [Fact]
    public async Task A_batch_done_again_after_a_crash_does_not_bring_back_what_was_sold()
    {
        foreach (var (name, priority) in new[] { ("Main", 0), ("Branch", 1) }) await app.Admin.PostJson("/admin/stock-locations", new { name, priority });
        // The import has set its stock and is cut off before it notes the batch: its row is held, and statements give up after two seconds.
        await using var stock = await app.Hold("select pg_advisory_xact_lock(hashtext('inventory.ensure_items'))");
        var id = await app.Send("Handle,Title,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Stock / Branch\nsold,Sold,sold-1,x,10,5\n");
        await app.Until(Rival.WaitsForTurn);
        await using var row = await app.Hold("select 1 from catalog.imports where status = 'running' for update");
        await stock.CommitAsync();
        await app.Until("(select sum(l.stocked) from inventory.levels l join inventory.items i on i.id = l.item_id where i.sku = 'sold-1') = 15");
        await using (var command = app.Database.CreateCommand("update inventory.levels set stocked = stocked - 3")) await command.ExecuteNonQueryAsync();
        await app.Until("exists (select from jobs.queue where name = 'catalog.import_products' and last_error is not null)");
        await row.CommitAsync();

        var import = await app.Ended(id);
        Assert.Equal(("completed", 1L, 0L), ((string)import["status"]!, (long)import["rows_done"]!, (long)import["rows_failed"]!));
        Assert.Equal("Branch 2,Main 7", await app.Scalar<string>("""
            select string_agg(s.name || ' ' || l.stocked, ',' order by s.name) from inventory.levels l join inventory.stock_locations s on s.id = l.location_id
            """));
    }
}

/// <summary>Imports and exports beside other writers: each rival is let in at a chosen step.</summary>
public class ImportTogetherTests(HpApp app) : IClassFixture<HpApp>
{
    [Fact]
    public async Task Values_of_an_option_stand_in_the_order_of_the_file_and_later_ones_after_them()
    {
        static string Rows(string sizes) => "Handle,Title,Option1 Name,Option1 Value,Variant SKU\n" + string.Concat(sizes.Split(' ').Select(s => $"sized,Sized,Size,{s},sized-{s}\n"));
        await app.Import(Rows("S M L XL XXL 3XL 4XL 5XL"));
        await app.Import(Rows("XXS XS"));
        Assert.Equal("S M L XL XXL 3XL 4XL 5XL XXS XS", await app.Scalar<string>("""
            select string_agg(v.value, ' ' order by v.rank) from catalog.option_values v join catalog.options o on o.id = v.option_id
            join catalog.products p on p.id = o.product_id where p.handle = 'sized'
            """));
    }

    [Fact]
    public async Task Categories_stand_in_the_order_of_the_file()
    {
        string[] names = ["Tents", "Bags", "Stoves", "Axes", "Ropes", "Lamps"];
        await app.Import("Handle,Title,Category\n" + string.Concat(names.Select(n => $"in-{n},{n},Ordered > {n}\n")));
        Assert.Equal(names, (await app.Scalar<string>("""
            select string_agg(c.name, ' ' order by c.rank) from catalog.categories c join catalog.categories p on p.id = c.parent_id where p.name = 'Ordered'
            """))!.Split(' '));
    }

    [Fact]
    public async Task A_category_moved_meanwhile_keeps_a_true_path()
    {
        await app.Import("Handle,Title,Category\nmove-a,A,Move Kitchen\nmove-b,B,Move Home\n");
        await using var staff = await app.Hold("select pg_advisory_xact_lock(hashtext('catalog.categories'))");
        var id = await app.Send("Handle,Title,Category\nmove-c,C,Move Kitchen > Move Pots\n");
        await app.Until($"{Rival.WaitsForTurn} or exists (select from catalog.products where handle = 'move-c')");
        await staff.Execute("""
            update catalog.categories k set parent_id = h.id, path = h.path || k.id from catalog.categories h where k.name = 'Move Kitchen' and h.name = 'Move Home'
            """);
        await staff.CommitAsync();
        Assert.Equal("completed", (string)(await app.Ended(id))["status"]!);
        Assert.Equal(0L, await app.Scalar<long>("""
            select count(*) from catalog.categories c left join catalog.categories p on p.id = c.parent_id where c.path <> coalesce(p.path, array[]::uuid[]) || c.id
            """));
        // The file speaks of a kitchen at the root: there is none any more, so it is made.
        Assert.Equal("Move Kitchen/Move Pots", await app.Scalar<string>("""
            select string_agg(p.name, '/' order by o) from catalog.categories c, unnest(c.path) with ordinality x (id, o) join catalog.categories p on p.id = x.id where c.name = 'Move Pots'
            """));
    }

    [Fact]
    public async Task What_an_import_adds_to_a_product_is_seen_by_staff_who_save_it_meanwhile()
    {
        await app.Import("Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker\nboth,Both,Size,S,both-S,\n");
        var product = (await app.Admin.GetJson("/admin/products?handle=both"))["products"]![0]!;
        await using var stock = await app.Hold("select pg_advisory_xact_lock(hashtext('inventory.ensure_items'))");
        // Staff have read the product and wait for a stock item of the new variant; now the file adds L.
        var staff = app.Admin.PostJson($"/admin/products/{product["id"]}", new
        {
            options = new[] { new { title = "Size", values = new[] { "S", "M", "L" } } },
            variants = new object[] { new { id = (string)product["variants"]![0]!["id"]! }, new { title = "M", sku = "both-M", options = new Dictionary<string, string> { ["Size"] = "M" } } },
        });
        await app.Until(Rival.WaitsForTurn);
        await app.Import("Handle,Option1 Value,Variant SKU,Variant Inventory Tracker\nboth,L,both-L,\n");
        await stock.CommitAsync();
        var saved = (await staff)["product"]!;

        // Staff named the variants there are to be: the one of the file, added before they saved, is gone, and none is left without a value.
        Assert.Equal(["both-S", "both-M"], saved["variants"]!.AsArray().Select(v => (string)v!["sku"]!));
        Assert.Equal("M M,S S", await app.Scalar<string>("""
            select string_agg(concat_ws(' ', v.title, y.value), ',' order by v.title) from catalog.variants v
            left join catalog.variant_values x on x.variant_id = v.id left join catalog.option_values y on y.id = x.option_value_id
            where v.sku like 'both-%' and v.deleted_at is null
            """));
    }

    [Fact]
    public async Task A_change_of_any_part_shows_in_the_products_time_of_change()
    {
        await app.Import("Handle,Title,Tags,Option1 Name,Option1 Value,Variant Price,Image Src\ntouch,Touch,red,Size,S,10,/a.jpg\n");
        var at = await Touched();
        foreach (var file in new[]
        {
            "Handle,Option1 Value,Variant Price\ntouch,S,11\n", "Handle,Option1 Value\ntouch,M\n", "Handle,Image Src\ntouch,/b.jpg\n",
            "Handle,Title,Tags\ntouch,Touch,\n", "Handle,Title,Category\ntouch,Touch,Touched\n",
        })
        {
            await app.Import(file);
            var now = await Touched();
            Assert.True(now > at, file);
            await app.Import(file);
            Assert.True(now == await Touched(), "again: " + file);
            at = now;
        }
    }

    [Fact]
    public async Task What_the_database_refuses_ends_an_atomic_import_at_once_with_the_reason()
    {
        await using (var command = app.Database.CreateCommand("alter table catalog.products add constraint never_this check (vendor <> 'Never')")) await command.ExecuteNonQueryAsync();
        var import = await app.Import("Handle,Title,Vendor\nrefused-a,A,Ever\nrefused-b,B,Never\n", "atomic=true");
        Assert.Equal("failed", (string)import["status"]!);
        Assert.Equal("Nothing was imported: the database refused the file: new row for relation \"products\" violates check constraint \"never_this\"", (string)import["error"]!);
        Assert.Equal(1, await app.Scalar<int>("select attempts from catalog.imports order by created_at desc limit 1"));
        Assert.Equal(0L, await app.Scalar<long>("select count(*) from catalog.products where handle like 'refused-%'"));
    }

    [Fact]
    public async Task An_export_goes_on_when_a_variant_comes_in_the_middle_of_it()
    {
        await app.Import("Handle,Title,Variant Price\nrace,Race,10\n");
        // The export reads products, variants, prices, in this order: held first before products, then before prices.
        await using var first = await app.Hold("lock table catalog.products in access exclusive mode");
        var export = app.Admin.GetStringAsync("/admin/products/export?handle=race&currency=zar");
        await app.Until(Rival.WaitsForTable("catalog.products"));
        await using var rival = await app.Hold("lock table catalog.prices in access exclusive mode");
        await first.CommitAsync();
        await app.Until(Rival.WaitsForTable("catalog.prices"));
        await rival.Execute("""
            insert into catalog.variants (id, product_id, title, rank) select gen_random_uuid(), id, 'Late', 1 from catalog.products where handle = 'race';
            insert into catalog.prices (id, variant_id, currency_code, amount) select gen_random_uuid(), id, 'zar', 1 from catalog.variants where title = 'Late'
            """);
        await rival.CommitAsync();
        Assert.Equal(2, (await export).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
    }

    private Task<DateTime> Touched() => app.Scalar<DateTime>("select updated_at from catalog.products where handle = 'touch'");
}
