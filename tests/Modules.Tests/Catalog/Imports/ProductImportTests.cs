using System.Text;
using System.Text.Json.Nodes;

namespace HeadlessPro.Modules.Tests.Catalog.Imports;

public class ProductImportTests(HpApp app) : IClassFixture<HpApp>
{
    private const string Shirt = """
        Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price,Variant Requires Shipping,Variant Barcode,Image Src,Image Position,Image Alt Text,SEO Title,Google Shopping / Gender
        {0}-shirt,Linen Shirt,"<p>Cool,
        ""breezy""
        linen</p>",Karoo,Shirts,"summer, linen",true,Size,S,Colour,Sand,{0}-S,210,shopify,5,deny,499.90,599,true,{0}1,https://img.example/{0}/1.jpg,1,Front,A shirt,female
        {0}-shirt,,,,,,,,M,,Sand,{0}-M,220.5,shopify,0,continue,499.90,,true,,https://img.example/{0}/2.jpg,2,,,
        {0}-shirt,,,,,,,,,,,,,,,,,,,,https://img.example/{0}/3.jpg,3,,,
        {0}-card,Gift card,,Karoo,,,false,Title,Default Title,,,,,,,,100,,false,,,,,,
        """;

    [Fact]
    public async Task Rows_become_products_with_options_variants_prices_images_and_stock()
    {
        var import = await Import(Shirt.Replace("{0}", "rows"));
        Assert.Equal(("completed", 4L, 4L, 0L), (Status(import), Number(import, "rows_total"), Number(import, "rows_done"), Number(import, "rows_failed")));
        Assert.Equal((2L, 0L, 3L, 0L), (Number(import, "products_created"), Number(import, "products_updated"), Number(import, "variants_created"), Number(import, "variants_updated")));
        Assert.Empty(import["ignored_columns"]!.AsArray());

        Assert.Equal("""Linen Shirt|<p>Cool,~"breezy"~linen</p>|published|Karoo|A shirt|Shirts|linen,summer|{"Google Shopping / Gender": "female"}|https://img.example/rows/1.jpg""", await app.Scalar<string>("""
            select concat_ws('|', p.title, regexp_replace(p.description, '\r?\n', '~', 'g'), p.status, p.vendor, p.seo_title, t.value,
                (select string_agg(g.value, ',' order by g.value) from catalog.product_tags x join catalog.tags g on g.id = x.tag_id where x.product_id = p.id), p.metadata, p.thumbnail)
            from catalog.products p join catalog.types t on t.id = p.type_id where p.handle = 'rows-shirt'
            """));
        Assert.Equal("rows-S S / Sand 210 t f t rows1 49990 59900;rows-M M / Sand 220.5 t t t - 49990 0", await Variants("rows-shirt"));
        Assert.Equal("- Default Title - f f f - 10000 0", await Variants("rows-card"));
        Assert.Equal("0 Front https://img.example/rows/1.jpg;1 - https://img.example/rows/2.jpg;2 - https://img.example/rows/3.jpg", await app.Scalar<string>("""
            select string_agg(concat_ws(' ', i.rank, coalesce(i.alt, '-'), i.url), ';' order by i.rank) from catalog.images i join catalog.products p on p.id = i.product_id where p.handle = 'rows-shirt'
            """));
        Assert.Equal("draft", await app.Scalar<string>("select status from catalog.products where handle = 'rows-card'"));
        Assert.Equal("rows-M 0;rows-S 5", await app.Scalar<string>("""
            select string_agg(concat_ws(' ', i.sku, l.stocked), ';' order by i.sku) from inventory.items i join inventory.levels l on l.item_id = i.id where i.sku like 'rows-%'
            """));
        Assert.True(await app.Scalar<long>("select count(*) from events.log where name = 'catalog.changed'") > 0);
    }

    [Fact]
    public async Task The_same_file_again_changes_nothing_and_other_values_change_what_they_name()
    {
        await Import(Shirt.Replace("{0}", "again"));
        var before = await app.Snapshot();
        var again = await Import(Shirt.Replace("{0}", "again"));
        Assert.Equal((0L, 2L, 0L, 3L), (Number(again, "products_created"), Number(again, "products_updated"), Number(again, "variants_created"), Number(again, "variants_updated")));
        Assert.Equal(before, await app.Snapshot());

        await Import("HANDLE,variant sku,Variant Price,Price / EUR,Compare At / EUR\nagain-shirt,again-M,450,24.99,29\n");
        Assert.Equal("again-S S / Sand 210 t f t again1 49990 59900;again-M M / Sand 220.5 t t t - 2499 2900,45000 0", await Variants("again-shirt"));
        Assert.Equal("Linen Shirt", await app.Scalar<string>("select title from catalog.products where handle = 'again-shirt'"));
    }

    [Fact]
    public async Task A_bad_row_is_reported_with_its_line_and_column_and_the_others_are_imported()
    {
        var file = """
            Handle,Title,Body (HTML),Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Qty,Image Src,Status

            bad-a,Tea,"two
            lines",Size,S,bad-A-S,10,1,,
            bad-a,,,,M,bad-A-M,ten,1,,
            bad-a,,,,L,bad-A-L,12.345,1,,
            bad-a,,,,XL,bad-A-XL,13,1.5,,
            bad-a,,,,S,bad-A-S2,14,1,,
            bad-a,,,,XXL,bad-A-XXL,15,1,,
            ,No handle,,,,,1,,,
            bad-b,,,Size,S,bad-B-S,5,,,
            bad-b,,,,M,bad-B-M,5,,,
            bad-c,Cup,,,,bad-A-S,5,,,
            bad-d,Pot,,,,bad-D,5,,ftp://x/y.jpg,
            bad-e,Pan,,,,bad-E,5,,,sold
            bad-f,Lid,,,,bad-F,5,,,active
            bad-f,,,,,,,,,
            bad-g,Jug,,,,bad-G,5,,,,,surplus
            """.ReplaceLineEndings("\r\n");
        var import = await Import(file);
        Assert.Equal(("completed", 15L, 12L), (Status(import), Number(import, "rows_done"), Number(import, "rows_failed")));
        Assert.Equal((2L, 3L), (Number(import, "products_created"), Number(import, "variants_created")));
        var errors = (await app.Admin.GetJson($"/admin/product-imports/{import["id"]}/errors?limit=100"))["errors"]!.AsArray();
        Assert.Equal(
            [
                "5 Variant Price bad-a Expected a number such as 1299.00, got: 'ten'.",
                "6 Variant Price bad-a Not a price in ZAR, which has 2 decimals, got: '12.345'.",
                "7 Variant Inventory Qty bad-a Expected a whole number of pieces, at most 1000000000, got: '1.5'.",
                "8 Option1 Value bad-a The variant is in the file already, in line 3.",
                "10 Handle  The handle is missing: which product is this row of?",
                "11 Title bad-b A title is required: no product has this handle yet.",
                "12  bad-b Skipped: line 11 of this product has an error.",
                "13 Variant SKU bad-c The SKU 'bad-A-S' is already that of the product 'bad-a'.",
                "14 Image Src bad-d Expected an address that begins with https://, http:// or /, at most 2048 characters, without spaces, got: 'ftp://x/y.jpg'.",
                "15 Status bad-e Expected active, draft, archived, published, proposed or rejected, got: 'sold'.",
                "17  bad-f The row has neither a title nor a variant nor an image.",
                "18  bad-g The row has 12 cells, the header only 10: a separator or a quotation mark is out of place.",
            ],
            errors.Select(e => $"{e!["line"]} {e["column"]} {e["handle"]} {e["message"]}"));
        Assert.Equal("bad-a,bad-f", await app.Scalar<string>("select string_agg(handle, ',' order by handle) from catalog.products where handle like 'bad-%'"));
        Assert.Equal("bad-A-S,bad-A-XXL", await app.Scalar<string>(
            "select string_agg(sku, ',' order by sku) from catalog.variants v join catalog.products p on p.id = v.product_id where p.handle = 'bad-a'"));
    }

    [Fact]
    public async Task A_dry_run_says_the_same_and_writes_nothing()
    {
        const string file = "Handle,Title,Variant SKU,Variant Price\ndry-a,A,dry-1,10\ndry-b,B,dry-1,10\ndry-c,C,dry-3,x\n";
        var before = await app.Snapshot();
        var dry = await Import(file, "dry_run=true");
        Assert.Equal(before, await app.Snapshot());
        Assert.Equal(("completed", true, 1L, 1L, 2L), (Status(dry), (bool)dry["dry_run"]!, Number(dry, "products_created"), Number(dry, "variants_created"), Number(dry, "rows_failed")));
        var real = await Import(file);
        Assert.Equal(await Errors(dry), await Errors(real));
        Assert.Equal((1L, 1L, 2L), (Number(real, "products_created"), Number(real, "variants_created"), Number(real, "rows_failed")));
    }

    [Fact]
    public async Task Atomic_writes_all_or_nothing()
    {
        var before = await app.Snapshot();
        var refused = await Import("Handle,Title,Variant SKU,Variant Price\natom-a,A,atom-1,10\natom-b,B,atom-2,x\n", "atomic=true");
        Assert.Equal(("failed", 0L, 1L), (Status(refused), Number(refused, "products_created"), Number(refused, "rows_failed")));
        Assert.Equal("Nothing was imported: the file has errors and all or nothing was asked for.", (string)refused["error"]!);
        Assert.Equal(["3 Expected a number such as 1299.00, got: 'x'."], await Errors(refused));
        Assert.Equal(before, await app.Snapshot());

        var done = await Import("Handle,Title,Variant SKU,Variant Price\natom-a,A,atom-1,10\natom-b,B,atom-2,11\n", "atomic=true");
        Assert.Equal(("completed", 2L, 2L, 0L), (Status(done), Number(done, "rows_done"), Number(done, "products_created"), Number(done, "rows_failed")));
        Assert.Equal(2L, await app.Scalar<long>("select count(*) from inventory.items where sku like 'atom-%'"));
    }

    [Theory]
    [InlineData("semi", ";", "\r\n", "utf-8", "1299,50")]
    [InlineData("tabs", "\t", "\n", "utf-16", "1299.50")]
    [InlineData("pipe", "|", "\n", "utf-16BE", "1299.50")]
    [InlineData("comma", ",", "\n", "utf-8-bom", "1299.50")]
    public async Task Separators_line_ends_and_encodings_are_found_out(string name, string separator, string lineEnd, string encoding, string price)
    {
        var text = string.Join(separator, "Handle", "Title", "Variant Price", "Vendor") + lineEnd
            + string.Join(separator, name, "\"Rooibos «Fynbos» – 茶 🫖\"", price, "Ünï") + lineEnd;
        Encoding code = encoding switch { "utf-16" => new UnicodeEncoding(false, true), "utf-16BE" => new UnicodeEncoding(true, true), _ => new UTF8Encoding(encoding == "utf-8-bom") };
        var import = await Import([.. code.GetPreamble(), .. code.GetBytes(text)]);
        Assert.Equal(("completed", 0L), (Status(import), Number(import, "rows_failed")));
        Assert.Equal("Rooibos «Fynbos» – 茶 🫖 Ünï 129950", await app.Scalar<string>($"""
            select concat_ws(' ', p.title, p.vendor, r.amount) from catalog.products p join catalog.variants v on v.product_id = p.id join catalog.prices r on r.variant_id = v.id
            where p.handle = '{name}'
            """));
    }

    [Fact]
    public async Task What_is_no_product_file_is_refused_at_once()
    {
        Assert.Equal("""The file is not UTF-8: line 2 has a character of another encoding (byte 0xE9). Save it as "CSV UTF-8" and send it again.""",
            await Refused([.. "Handle,Title\ncaf"u8, 0xE9, .. ",Caf\n"u8]));
        Assert.Equal("The file has no column 'Handle': its first line must hold the column names, and each row the handle of its product.", await Refused("Title,Price\nTea,10\n"u8.ToArray()));
        Assert.Equal("The file has the column 'SKU' twice (also as 'Variant SKU'): keep one of them.", await Refused("Handle,Variant SKU,SKU\n"u8.ToArray()));
        Assert.Equal("The file is empty: its first line must hold the column names.", await Refused([]));
        Assert.Equal("Invalid request: Value for field 'currency' is no currency (ISO 4217), got: 'rand'", await Refused("Handle\n"u8.ToArray(), "currency=rand"));
        Assert.Equal("Invalid request: Unrecognized fields: 'dryrun'", await Refused("Handle\n"u8.ToArray(), "dryrun=true"));
        Assert.Equal(0L, await app.Scalar<long>("select count(*) from catalog.import_chunks c where not exists (select 1 from catalog.imports i where i.id = c.import_id)"));
    }

    [Fact]
    public async Task A_multipart_file_is_taken_and_its_progress_can_be_followed()
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent("Handle,Title,Surprise\nmulti-a,A,x\n"u8.ToArray()), "file", "june.csv" } };
        using var response = await app.Admin.PostAsync("/admin/product-imports?currency=zar", form);
        Assert.Equal(202, (int)response.StatusCode);
        var import = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["import"]!;
        Assert.Equal(("june.csv", 1L), ((string)import["file_name"]!, Number(import, "rows_total")));
        Assert.Equal(["Surprise"], import["ignored_columns"]!.AsArray().Select(c => (string)c!));
        var lines = (await app.Admin.GetStringAsync($"/admin/product-imports/{import["id"]}/progress")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("completed", (string)JsonNode.Parse(lines[^1])!["import"]!["status"]!);
        Assert.Equal("The import has ended already: it is completed", (string)(await app.Admin.PostJson($"/admin/product-imports/{import["id"]}/cancel", status: 400))["message"]!);
        await app.Admin.GetJson("/admin/product-imports/imp_00000000000000000000000000", 404);
        Assert.Equal(0L, await app.Scalar<long>("select count(*) from catalog.import_chunks"));
    }

    [Fact]
    public async Task Categories_are_made_as_a_tree_and_collections_once()
    {
        await Import("Handle,Title,Category,Collection\ncat-a,A,Kitchen > Pots > Cast Iron | Sale,Winter\ncat-b,B,kitchen > Pans,Winter\ncat-c,C,Garden > Pots,\n");
        Assert.Equal("cast-iron:Kitchen/Pots/Cast Iron;garden:Garden;garden-pots:Garden/Pots;kitchen:Kitchen;kitchen-pots:Kitchen/Pots;pans:Kitchen/Pans;sale:Sale",
            await app.Scalar<string>("""
                select string_agg(c.handle || ':' || (select string_agg(p.name, '/' order by o) from unnest(c.path) with ordinality x (id, o) join catalog.categories p on p.id = x.id), ';' order by c.handle collate "C")
                from catalog.categories c where c.handle not like 'taken-%'
                """));
        Assert.Equal("cat-a cast-iron,cat-a sale,cat-b pans,cat-c garden-pots", await app.Scalar<string>("""
            select string_agg(p.handle || ' ' || c.handle, ',' order by p.handle, c.handle) from catalog.product_categories x
            join catalog.products p on p.id = x.product_id join catalog.categories c on c.id = x.category_id where p.handle like 'cat-%'
            """));
        Assert.Equal(1L, await app.Scalar<long>("select count(*) from catalog.collections where title = 'Winter'"));
    }

    [Fact]
    public async Task A_category_whose_handle_is_taken_gets_a_longer_one_and_then_a_piece_of_its_id()
    {
        var first = await Import("Handle,Title,Category\ntaken-a,A,Taken Clothing > Taken Sale\n");
        var second = await Import("""
            Handle,Title,Category
            taken-b,B,Taken Sale
            taken-c,C,Taken T-Shirts
            taken-d,D,Taken T Shirts
            taken-e,E,Taken Été > Taken Sale
            taken-f,F,Taken Clothing > Taken T-Shirts | taken clothing > taken t-shirts | Taken Clothing Taken T Shirts | Taken Clothing > Taken T Shirts

            """);
        Assert.Equal((0L, 0L, 5L), (Number(first, "rows_failed"), Number(second, "rows_failed"), Number(second, "products_created")));
        // * stands for a piece of an id.
        string[] made =
        [
            "taken-clothing: Taken Clothing", "taken-clothing-taken-t-shirts: Taken Clothing Taken T Shirts", "taken-clothing-taken-t-shirts-*: Taken Clothing/Taken T Shirts",
            "taken-clothing-taken-t-shirts-*: Taken Clothing/Taken T-Shirts", "taken-ete-taken-sale: Taken Été/Taken Sale", "taken-ete: Taken Été",
            "taken-sale-*: Taken Sale", "taken-sale: Taken Clothing/Taken Sale", "taken-t-shirts-*: Taken T-Shirts", "taken-t-shirts: Taken T Shirts",
        ];
        Assert.Equal(made.Order(StringComparer.Ordinal),
            (await app.Scalar<string[]>("""
                select array_agg(regexp_replace(c.handle, '-[0-9a-f]{8}$', '-*') || ': '
                    || (select string_agg(p.name, '/' order by o) from unnest(c.path) with ordinality x (id, o) join catalog.categories p on p.id = x.id))
                from catalog.categories c where c.handle like 'taken-%'
                """))!.Order(StringComparer.Ordinal));
        Assert.Equal(3L, await app.Scalar<long>("""
            select count(*) from catalog.product_categories x join catalog.products p on p.id = x.product_id where p.handle = 'taken-f'
            """));
    }

    [Theory]
    [InlineData("""{""a"":""\u0000""}""", "Field 'a' contains a null character.")]
    [InlineData("""{""a"":[{""\ud800"":1}]}""", "Field 'a' contains half a surrogate pair.")]
    [InlineData("""{""a"":1e400}""", "Field 'a' holds a number out of range.")]
    [InlineData("""[1]""", "Expected a JSON object.")]
    public async Task Metadata_the_database_cannot_hold_is_reported_by_a_dry_run_and_an_import_alike(string json, string message)
    {
        var before = await app.Snapshot();
        foreach (var (query, status) in new[] { ("dry_run=true", "completed"), ("atomic=true", "failed"), ("", "completed") })
        {
            var import = await Import($"Handle,Title,Metadata\nmeta,Meta,\"{json}\"\n", query);
            Assert.Equal((status, 1L), (Status(import), Number(import, "rows_failed")));
            Assert.Equal([$"2 {message}"], await Errors(import));
        }

        Assert.Equal(before, await app.Snapshot());
    }

    [Fact]
    public async Task A_file_that_is_all_or_nothing_has_at_most_10000_rows()
    {
        static byte[] File(int rows) => Encoding.UTF8.GetBytes("Handle,Variant SKU\n" + string.Concat(Enumerable.Range(0, rows).Select(n => $"many,many-{n}\n")));
        var refused = await app.SendFile(File(10_001), 400, "atomic=true");
        Assert.Equal("A file that is all or nothing (atomic) has at most 10000 rows, this one has 10001: import it without, or in parts.", (string)refused["message"]!);
        Assert.Equal(0L, await app.Scalar<long>("select count(*) from catalog.import_chunks c where not exists (select 1 from catalog.imports i where i.id = c.import_id)"));
        // A quotation mark within a cell hides rows from the first count.
        var hidden = await app.Import([.. Encoding.UTF8.GetBytes("Handle,Variant SKU\nmany,12\"\n"), .. File(10_001)[19..]], "atomic=true");
        Assert.Equal(("failed", "A file that is all or nothing (atomic) has at most 10000 rows: import it without, or in parts. Nothing was imported."),
            (Status(hidden), (string)hidden["error"]!));
    }

    [Fact]
    public async Task What_an_import_takes_staff_can_save_again_unchanged()
    {
        await Import("Handle,Title,Variant Weight,Variant Weight Unit,Weight,SEO Title\nMy-Tent,My Tent,1.5,lb,0.12345,"
            + new string('s', 900) + "\nmy-TENT,,,,,\n");
        var product = (await app.Admin.GetJson("/admin/products?handle=my-tent"))["products"]![0]!;
        Assert.Equal((680.389m, 0.123m), ((decimal)product["variants"]![0]!["weight"]!, (decimal)product["weight"]!));
        await app.Admin.PostJson($"/admin/products/{product["id"]}", new
        {
            title = (string)product["title"]!,
            handle = (string)product["handle"]!,
            weight = (decimal)product["weight"]!,
            seo = new { title = (string)product["seo"]!["title"]! },
            variants = new[] { new { id = (string)product["variants"]![0]!["id"]!, weight = (decimal)product["variants"]![0]!["weight"]! } },
        });

        var refused = await Import("Handle,Title\na&b,A\n-c,C\nd e,D\n");
        Assert.Equal(
            ["2", "3", "4"], (await Errors(refused)).Select(e => e.Split(" A handle is part of an address: at most 255 letters, digits, '-', '_' and '.', a letter or digit first.")[0]));
    }

    [Fact]
    public async Task A_file_as_Shopify_writes_it_loses_no_row_and_nothing_in_it()
    {
        // Line ends as there, and none after the last row.
        var file = (await File.ReadAllTextAsync(Path.Combine(Clone(), "tests/Modules.Tests/Catalog/Imports/shop.csv"))).ReplaceLineEndings("\r\n").TrimEnd();
        var import = await Import(file);
        Assert.Equal(("completed", 8L, 8L, 0L, 4L, 7L), (Status(import), Number(import, "rows_total"), Number(import, "rows_done"),
            Number(import, "rows_failed"), Number(import, "products_created"), Number(import, "variants_created")));
        Assert.Empty(import["ignored_columns"]!.AsArray());
        Assert.Equal("- Sand / Single 1200 f f t - 129900 149950;- Sand / Double 1900 f f t - 179900 0;- Ink / Single 1200 f f t - 129900 0", await Variants("karoo-blanket"));
        Assert.Equal("LAMP-12 Default Title 0 t t t 6001234567895 45000 0", await Variants("brass-lamp"));
        Assert.Equal("- R100 0 f f f - 10000 0;- R250 0 f f f - 25000 0", await Variants("gift-card"));
        Assert.Equal("Rooibos «Fynbos» – 茶 🫖|Çay & Co|Loose leaf, 100 g. |published", await app.Scalar<string>(
            "select concat_ws('|', title, vendor, description, status) from catalog.products where handle = 'rooibos-tee'"));
        Assert.Equal("12\" Brass Lamp|<p>A lamp, brass, 12\" high</p>|draft|A lamp; of brass, \"old\"", await app.Scalar<string>(
            "select concat_ws('|', title, description, status, seo_description) from catalog.products where handle = 'brass-lamp'"));
        Assert.Equal("<p>Woven in the Karoo,~of \"clean\" wool, 150\u00a0×\u00a0200 cm.</p>~~<ul><li>warm</li>~<li>heavy</li></ul>|\"new\",winter,wool|3", await app.Scalar<string>("""
            select concat_ws('|', replace(p.description, E'\r\n', '~'),
                (select string_agg(g.value, ',' order by g.value collate "C") from catalog.product_tags x join catalog.tags g on g.id = x.tag_id where x.product_id = p.id),
                (select count(*) from catalog.images i where i.product_id = p.id))
            from catalog.products p where p.handle = 'karoo-blanket'
            """));
        Assert.Equal("""{"cost_per_item": "640"}|{"taxable": "false"}""", await app.Scalar<string>("""
            select string_agg(v.metadata::text, '|' order by v.metadata::text) from catalog.variants v join catalog.products p on p.id = v.product_id
            where v.title in ('Sand / Single', 'R100') and p.handle in ('karoo-blanket', 'gift-card')
            """));
    }

    [Fact]
    public async Task Shopifys_own_files_lose_no_row()
    {
        // Real files of other shops, where the clone has them beside it.
        var folder = Path.Combine(Path.GetDirectoryName(Clone())!, "shared", "data");
        if (!Directory.Exists(folder)) Assert.Skip($"No files in {folder}.");
        var before = await app.Scalar<long>("select count(*) from catalog.variants");
        foreach (var (name, rows, products, variants) in new[] { ("apparel", 22L, 20L, 22L), ("home-and-garden", 21L, 20L, 21L), ("jewelery", 41L, 20L, 23L) })
        {
            var import = await Import(await File.ReadAllBytesAsync($"{folder}/shopify-{name}.csv"));
            Assert.Equal(("completed", rows, rows, 0L, products, variants), (Status(import), Number(import, "rows_total"), Number(import, "rows_done"),
                Number(import, "rows_failed"), Number(import, "products_created"), Number(import, "variants_created")));
            before += variants;
        }

        Assert.Equal(before, await app.Scalar<long>("select count(*) from catalog.variants"));
    }

    private static string Clone()
    {
        var clone = new DirectoryInfo(AppContext.BaseDirectory);
        while (clone.GetFiles("HeadlessPro.slnx").Length == 0) clone = clone.Parent!;
        return clone.FullName;
    }

    private static string Status(JsonNode import) => (string)import["status"]!;

    private static long Number(JsonNode import, string name) => (long)import[name]!;

    private Task<JsonNode> Import(string csv, string query = "") => app.Import(csv, query);

    private Task<JsonNode> Import(byte[] csv, string query = "") => app.Import(csv, query);

    private async Task<string> Refused(byte[] csv, string query = "") => (string)(await app.SendFile(csv, 400, query))["message"]!;

    private async Task<string[]> Errors(JsonNode import) =>
        (await app.Admin.GetJson($"/admin/product-imports/{import["id"]}/errors"))["errors"]!.AsArray().Select(e => $"{e!["line"]} {e["message"]}").ToArray();

    private Task<string?> Variants(string handle) => app.Scalar<string>($"""
        select string_agg(concat_ws(' ', coalesce(v.sku, '-'), v.title, coalesce(v.weight::text, '-'), v.manage_inventory, v.allow_backorder, v.requires_shipping, coalesce(v.barcode, '-'),
            (select string_agg(concat_ws(' ', r.amount, coalesce(r.compare_at_amount, 0)), ',' order by r.currency_code) from catalog.prices r where r.variant_id = v.id)), ';' order by v.rank)
        from catalog.variants v join catalog.products p on p.id = v.product_id where p.handle = '{handle}'
        """);
}
