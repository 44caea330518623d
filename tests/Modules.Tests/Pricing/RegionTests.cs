using System.Text.Json.Nodes;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;

namespace HeadlessPro.Modules.Tests.Pricing;

public class RegionTests(HpApp app) : IClassFixture<HpApp>
{
    [Fact]
    public async Task A_region_is_shown_to_shoppers_as_recorded_as_soon_as_it_exists()
    {
        Assert.Empty((await app.Store.GetJson("/store/regions?name=South+Africa"))["regions"]!.AsArray());
        var created = (await app.Admin.PostJson("/admin/regions", new
        {
            name = "South Africa",
            currency_code = "ZAR",
            countries = new[] { "ZA" },
            is_tax_inclusive = true,
            metadata = new { vat = "4180" },
        }))["region"]!;
        var id = (string)created["id"]!;
        Assert.Equal("pp_system_default", (string)created["payment_providers"]![0]!["id"]!);
        Assert.True((bool)created["automatic_taxes"]!);

        var list = await app.Store.GetJson("/store/regions?name=South+Africa");
        Assert.Equal((1, 0, 50), ((int)list["count"]!, (int)list["offset"]!, (int)list["limit"]!));
        Recordings.SameShape("001-regions-list", "", list);
        Recordings.SameShape("002-regions-get", "", await app.Store.GetJson($"/store/regions/{id}"));
        var region = list["regions"]![0]!.AsObject();
        Assert.Equal(["id", "name", "currency_code", "created_at", "updated_at", "deleted_at", "metadata", "countries"], region.Select(p => p.Key));
        Assert.Equal((id, "zar", "4180"), ((string)region["id"]!, (string)region["currency_code"]!, (string)region["metadata"]!["vat"]!));
        var country = region["countries"]![0]!.AsObject();
        Assert.Equal(
            ["iso_2", "iso_3", "num_code", "name", "display_name", "region_id", "metadata", "created_at", "updated_at", "deleted_at"], country.Select(p => p.Key));
        Assert.Equal(("za", "zaf", "710", "SOUTH AFRICA", "South Africa", id),
            ((string)country["iso_2"]!, (string)country["iso_3"]!, (string)country["num_code"]!, (string)country["name"]!, (string)country["display_name"]!,
                (string)country["region_id"]!));
        Assert.Equal(region.ToJsonString(), (await app.Store.GetJson($"/store/regions/{id}"))["region"]!.ToJsonString());

        WireId.TryDecode("reg", id, out var key);
        var info = (await app.Contract<IPricing>().GetRegions(new GetRegions([key]), default)).Value!.Single();
        Assert.Equal(["id", "name", "currency_code", "automatic_taxes", "countries"], JsonNode.Parse(info.Document)!.AsObject().Select(p => p.Key));
        Assert.Equal(("South Africa", "zar", true, true), (info.Name, info.CurrencyCode, info.IsTaxInclusive, info.AutomaticTaxes));

        await app.Admin.PostJson($"/admin/regions/{id}", new { name = "Mzansi" });
        Assert.Equal("Mzansi", (string)(await app.Store.GetJson($"/store/regions/{id}"))["region"]!["name"]!);
        var deleted = await app.Admin.DeleteJson($"/admin/regions/{id}");
        Assert.Equal($$"""{"id":"{{id}}","object":"region","deleted":true}""", deleted.ToJsonString());
        Assert.Equal($"Region with id: {id} was not found", (string)(await app.Store.GetJson($"/store/regions/{id}", 404))["message"]!);
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from pricing.countries where iso_2 = 'za' and region_id is not null"));
    }

    [Fact]
    public async Task A_country_belongs_to_one_region_at_most()
    {
        var first = (string)(await app.Admin.PostJson("/admin/regions", new { name = "North", currency_code = "eur", countries = new[] { "de", "fr" } }))["region"]!["id"]!;
        var refused = await app.Admin.PostJson("/admin/regions", new { name = "South", currency_code = "eur", countries = new[] { "it", "fr" } }, 400);
        Assert.Equal("Countries with codes: \"fr\" are already assigned to a region", (string)refused["message"]!);
        Assert.Equal(0L, await app.Scalar<long>("select count(*) from pricing.regions where name = 'South'"));
        Assert.Equal(0L, await app.Scalar<long>("select count(*) from pricing.countries where iso_2 = 'it' and region_id is not null"));

        await app.Admin.PostJson($"/admin/regions/{first}", new { countries = new[] { "de", "at" } });
        var second = (await app.Admin.PostJson("/admin/regions", new { name = "South", currency_code = "eur", countries = new[] { "it", "fr" } }))["region"]!;
        Assert.Equal(["fr", "it"], second["countries"]!.AsArray().Select(c => (string)c!["iso_2"]!));
    }

    [Fact]
    public async Task Twenty_regions_that_want_the_same_countries_at_once_get_them_once()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            var codes = i % 2 == 0 ? new[] { "jp", "kr", "tw" } : ["tw", "kr", "jp"];
            using var response = await app.Admin.PostAsync("/admin/regions", JsonBody(new { name = $"Asia {i}", currency_code = "jpy", countries = codes }));
            return (int)response.StatusCode;
        }));
        Assert.Equal(1, answers.Count(s => s == 200));
        Assert.Equal(19, answers.Count(s => s == 400));
    }

    [Theory]
    [InlineData("""{"currency_code":"zar"}""", "Invalid request: Field 'name' is required")]
    [InlineData("""{"name":"x"}""", "Invalid request: Field 'currency_code' is required")]
    [InlineData("""{"name":" ","currency_code":"zar"}""", "Invalid request: Field 'name' must have 1 to 255 characters")]
    [InlineData("""{"name":"a\u0000b","currency_code":"zar"}""", "Invalid request: Field 'name' contains a null character")]
    [InlineData("""{"name":"x","currency_code":"zzz"}""", "Currency with code: zzz does not exist (field 'currency_code')")]
    [InlineData("""{"name":"x","currency_code":"zar","countries":["xx"]}""", "Countries with codes: \"xx\" do not exist (field 'countries')")]
    [InlineData("""{"name":"x","currency_code":"zar","payment_providers":["stripe"]}""",
        "Invalid request: Value for field 'payment_providers' must be ids of payment providers like 'pp_system_default', at most 50")]
    [InlineData("""{"name":"x","currency_code":"zar","metadata":[1]}""", "Invalid request: Expected type: 'object' for field 'metadata', got: 'array'")]
    [InlineData("""{"name":"x","currency_code":"zar","metadata":{"a":"\u0000"}}""", "Invalid request: Field 'metadata, a' contains a null character")]
    [InlineData("""{"name":"x","currency_code":"zar","tax_rate":15}""", "Invalid request: Unrecognized fields: 'tax_rate'")]
    public async Task Bad_input_names_the_field_and_creates_nothing(string body, string message)
    {
        var before = await app.Scalar<long>("select count(*) from pricing.regions");
        Assert.Equal(message, (string)(await app.Admin.PostJson("/admin/regions", body, 400))["message"]!);
        Assert.Equal(before, await app.Scalar<long>("select count(*) from pricing.regions"));
    }

    [Fact]
    public async Task Unknown_ids_parameters_and_orders_are_refused_as_recorded()
    {
        var missing = await app.Store.GetJson("/store/regions/reg_doesnotexist", 404);
        Assert.Equal(("not_found", "Region with id: reg_doesnotexist was not found"), ((string)missing["type"]!, (string)missing["message"]!));
        await app.Admin.GetJson("/admin/regions/reg_doesnotexist", 404);
        await app.Admin.PostJson("/admin/regions/reg_doesnotexist", new { name = "x" }, 404);
        await app.Admin.DeleteJson("/admin/regions/reg_doesnotexist", status: 404);
        Assert.Equal("Invalid request: Unrecognized fields: 'foo'", (string)(await app.Admin.GetJson("/admin/regions?foo=1", 400))["message"]!);
        Assert.Equal("Order field foo is not valid", (string)(await app.Store.GetJson("/store/regions?order=foo", 400))["message"]!);
        using var anonymous = new HttpClient { BaseAddress = app.BaseAddress };
        await anonymous.GetJson("/store/regions", 400);
        await anonymous.GetJson("/admin/regions", 401);
    }

    [Fact]
    public async Task Currencies_are_listed_and_read_as_recorded_and_have_the_digits_of_our_amounts()
    {
        var page = await app.Store.GetJson("/store/currencies?limit=2");
        Recordings.SameShape("029-currencies-list", "", page);
        Recordings.SameShape("030-currency-get", "", await app.Store.GetJson("/store/currencies/zar"));
        Assert.Equal((153, 0, 2), ((int)page["count"]!, (int)page["offset"]!, (int)page["limit"]!));
        Assert.Equal("""{"code":"zar","name":"South African Rand","symbol":"R","symbol_native":"R","decimal_digits":2,"rounding":0}""",
            (await app.Store.GetJson("/store/currencies/zar"))["currency"]!.ToJsonString());
        var all = (await app.Admin.GetJson("/admin/currencies?limit=1000"))["currencies"]!.AsArray();
        Assert.All(all, c => Assert.Equal(Money.Exponent((string)c!["code"]!), (int)c["decimal_digits"]!));
        Assert.Equal(["kwd"], (await app.Admin.GetJson("/admin/currencies?q=kuwaiti"))["currencies"]!.AsArray().Select(c => (string)c!["code"]!));
        Assert.Equal("Currency with code: zzz was not found", (string)(await app.Store.GetJson("/store/currencies/zzz", 404))["message"]!);
        Assert.Equal("zwg", (string)(await app.Store.GetJson("/store/currencies?order=-code&limit=1"))["currencies"]![0]!["code"]!);
    }

    private static StringContent JsonBody(object value) =>
        new(System.Text.Json.JsonSerializer.Serialize(value), System.Text.Encoding.UTF8, "application/json");
}
