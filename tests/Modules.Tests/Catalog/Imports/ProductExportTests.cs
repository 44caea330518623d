namespace HeadlessPro.Modules.Tests.Catalog.Imports;

public class ProductExportTests(HpApp app) : IClassFixture<HpApp>
{
    private const string Sample = """
        Handle;Title;Body (HTML);Vendor;Type;Tags;Status;Collection;Category;Option1 Name;Option1 Value;Option2 Name;Option2 Value;Variant SKU;Variant Grams;Variant Inventory Tracker;Variant Inventory Qty;Variant Inventory Policy;Variant Price;Variant Compare At Price;Price / EUR;Image Src;Image Alt Text;Variant Image;Metafield / care;Variant Taxable;Variant EAN;Length;Stock / Branch
        tent;"Tent; ""Berg"" 2";"<p>Two
        poles</p> ";Berg;Tents;camp,green;active;Outdoors;Camping > Tents | New;Size;2;Colour;Green;TENT-2G;2500;us;4;deny;2499,90;2999;129,5;/a.jpg;Front;/a.jpg;dry;true;600;1,5;9
        tent;;;;;;;;;;3;;Green;TENT-3G;3100;us;2;continue;2999;;;/b.jpg;;;;false;;;0
        tent;;;;;;;;;;;;;;;;;;;;;/c.jpg;;;;;;;
        mug;Mug;;Berg;;;draft;;;;;;;;;;;;89;;;;;;;;;;
        """;

    [Fact]
    public async Task Importing_what_was_exported_changes_nothing()
    {
        foreach (var (name, priority) in new[] { ("Main", 0), ("Branch", 1) }) await app.Admin.PostJson("/admin/stock-locations", new { name, priority });
        await app.Import(Sample);
        Assert.Equal("TENT-2G Branch 9,TENT-2G Main 4,TENT-3G Branch 0,TENT-3G Main 2", await app.Scalar<string>("""
            select string_agg(concat_ws(' ', i.sku, s.name, l.stocked), ',' order by i.sku, s.name) from inventory.levels l
            join inventory.items i on i.id = l.item_id join inventory.stock_locations s on s.id = l.location_id
            """));
        var before = await app.Snapshot();
        var exported = await app.Admin.GetStringAsync("/admin/products/export?currency=zar");
        var again = await app.Import(exported);
        Assert.Equal(("completed", 0L, 2L, 3L), ((string)again["status"]!, (long)again["rows_failed"]!, (long)again["products_updated"]!, (long)again["variants_updated"]!));
        Assert.Empty(again["ignored_columns"]!.AsArray());
        Assert.Equal(before, await app.Snapshot());
        Assert.Equal(exported, await app.Admin.GetStringAsync("/admin/products/export?currency=zar"));

        var drafts = (await app.Admin.GetStringAsync("/admin/products/export?status=draft&currency=zar")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, drafts.Length);
        Assert.StartsWith("mug,Mug,,,Berg,,,draft,,,Title,Default Title,", drafts[1], StringComparison.Ordinal);
        await app.Admin.GetJson("/admin/products/export?colour=red", 400);
    }
}

public class ExportedTextTests(HpApp app) : IClassFixture<HpApp>
{
    [Fact]
    public async Task Text_that_a_spreadsheet_would_run_is_marked_and_read_back_as_it_was()
    {
        await app.Import("""
            Handle,Title,Body (HTML),Vendor,Tags,Variant SKU,Variant Price,Metafield / note,Variant Inventory Tracker
            formula,"=HYPERLINK(""http://evil.example"")",-- new,+27 11,@home,''=1,10,'n Boer,

            """);
        const string texts = "select concat_ws('|', p.title, p.description, p.vendor, v.sku, p.metadata->>'note') from catalog.products p join catalog.variants v on v.product_id = p.id where p.handle = 'formula'";
        Assert.Equal("=HYPERLINK(\"http://evil.example\")|-- new|+27 11|'=1|'n Boer", await app.Scalar<string>(texts));
        var before = await app.Snapshot();
        var exported = await app.Admin.GetStringAsync("/admin/products/export?handle=formula&currency=zar");
        Assert.StartsWith("formula,\"'=HYPERLINK(\"\"http://evil.example\"\")\",,'-- new,'+27 11,,'@home,active,", exported.Split("\r\n")[1], StringComparison.Ordinal);
        Assert.Contains(",''=1,", exported, StringComparison.Ordinal);
        Assert.Equal(0L, (long)(await app.Import(exported))["rows_failed"]!);
        Assert.Equal(before, await app.Snapshot());
    }
}
