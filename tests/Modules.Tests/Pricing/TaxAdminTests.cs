using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;

namespace HeadlessPro.Modules.Tests.Pricing;

public class TaxAdminTests(HpApp app) : IClassFixture<HpApp>
{
    [Fact]
    public async Task Rates_are_chosen_by_province_rule_and_default_as_the_guide_says()
    {
        var (product, type) = (WireId.New(), WireId.New());
        var country = (await app.Admin.PostJson("/admin/tax-regions", new
        {
            country_code = "CA",
            default_tax_rate = new { name = "GST", code = "GST", rate = 5 },
        }))["tax_region"]!;
        var countryId = (string)country["id"]!;
        Assert.Equal((5m, true), ((decimal)country["tax_rates"]![0]!["rate"]!, (bool)country["tax_rates"]![0]!["is_default"]!));
        Assert.Equal(5m, await RateOf("ca", null));

        var province = (await app.Admin.PostJson("/admin/tax-regions", new
        {
            country_code = "ca",
            province_code = "CA-QC",
            parent_id = countryId,
            default_tax_rate = new { name = "QST", code = "QST", rate = 9.975, is_combinable = true },
        }))["tax_region"]!;
        Assert.Equal(countryId, (string)province["parent_id"]!);
        Assert.Equal(14.975m, await RateOf("ca", "QC"));
        Assert.Equal(14.975m, await RateOf("ca", "ca-qc"));
        Assert.Equal(5m, await RateOf("ca", "ON"));

        // A rule of the country goes before the province's default, and is not combined.
        var byType = (await app.Admin.PostJson("/admin/tax-rates", new
        {
            tax_region_id = countryId,
            name = "Zero rated",
            code = "ZERO",
            rate = 0,
            rules = new[] { new { reference = "product_type", reference_id = WireId.Encode("ptyp", type) } },
        }))["tax_rate"]!;
        Assert.Equal(0m, await RateOf("ca", "QC"));
        // A rule on the product goes before one on its type.
        var byProduct = (await app.Admin.PostJson("/admin/tax-rates", new
        {
            tax_region_id = (string)province["id"]!,
            name = "Luxury",
            code = "LUX",
            rate = 20,
            rules = new[] { new { reference = "product", reference_id = WireId.Encode("prod", product) } },
        }))["tax_rate"]!;
        Assert.Equal(20m, await RateOf("ca", "QC"));
        await app.Admin.PostJson($"/admin/tax-rates/{byProduct["id"]}", new { is_combinable = true });
        Assert.Equal(20m, await RateOf("ca", "QC"));
        await app.Admin.DeleteJson($"/admin/tax-rates/{byType["id"]}");
        Assert.Equal(25m, await RateOf("ca", "QC"));

        var ruleId = (string)byProduct["rules"]![0]!["id"]!;
        var removed = await app.Admin.DeleteJson($"/admin/tax-rates/{byProduct["id"]}/rules/{ruleId}");
        Assert.Equal(("tax_rate_rule", 0), ((string)removed["object"]!, removed["parent"]!["rules"]!.AsArray().Count));
        Assert.Equal(14.975m, await RateOf("ca", "QC"));
        await app.Admin.PostJson($"/admin/tax-rates/{byProduct["id"]}/rules", new { reference = "product", reference_id = WireId.Encode("prod", product) });
        Assert.Equal(25m, await RateOf("ca", "QC"));

        var children = (await app.Admin.GetJson($"/admin/tax-regions/{countryId}"))["tax_region"]!["children"]!.AsArray();
        Assert.Equal(["ca-qc"], children.Select(c => (string)c!["province_code"]!));
        Assert.Equal(["ca"], (await app.Admin.GetJson("/admin/tax-regions?country_code=ca&parent_id=null"))["tax_regions"]!.AsArray().Select(r => (string)r!["country_code"]!));
        Assert.Equal(["LUX"], (await app.Admin.GetJson("/admin/tax-rates?q=lux"))["tax_rates"]!.AsArray().Select(r => (string)r!["code"]!));

        await app.Admin.DeleteJson($"/admin/tax-regions/{countryId}");
        await app.Admin.GetJson($"/admin/tax-regions/{province["id"]}", 404);
        await app.Admin.GetJson($"/admin/tax-rates/{byProduct["id"]}", 404);
        Assert.Equal(0m, await RateOf("ca", "QC"));

        async Task<decimal> RateOf(string countryCode, string? provinceCode) =>
            (await app.Contract<IPricing>().GetTaxRates(new GetTaxRates(countryCode, provinceCode, [new TaxableProduct(product, type)]), default)).Value!.Single().Rate;
    }

    [Fact]
    public async Task A_new_default_takes_over_from_the_old_one()
    {
        var region = (await app.Admin.PostJson("/admin/tax-regions", new { country_code = "za", default_tax_rate = new { name = "VAT", code = "VAT15", rate = 15 } }))["tax_region"]!;
        var rate = (await app.Admin.PostJson("/admin/tax-rates", new { tax_region_id = (string)region["id"]!, name = "VAT", code = "VAT16", rate = 15.5, is_default = true }))["tax_rate"]!;
        Assert.Equal(15.5m, (decimal)rate["rate"]!);
        var defaults = (await app.Admin.GetJson($"/admin/tax-rates?tax_region_id={region["id"]}&is_default=true"))["tax_rates"]!.AsArray();
        Assert.Equal(["VAT16"], defaults.Select(r => (string)r!["code"]!));
        var again = await app.Admin.PostJson("/admin/tax-regions", new { country_code = "za" }, 422);
        Assert.Equal("duplicate_error", (string)again["type"]!);
    }

    [Theory]
    [InlineData("tax-regions", """{}""", "Invalid request: Field 'country_code' is required")]
    [InlineData("tax-regions", """{"country_code":"xx"}""", "Country with code: xx does not exist (field 'country_code')")]
    [InlineData("tax-regions", """{"country_code":"us","province_code":"us-ny"}""", "Create the tax region of country us before one of its provinces (field 'province_code')")]
    [InlineData("tax-regions", """{"country_code":"us","provider_id":"tp_avalara"}""", "Invalid request: Value for field 'provider_id' must be 'tp_system', got: 'tp_avalara'")]
    [InlineData("tax-regions", """{"country_code":"us","default_tax_rate":{"name":"x","code":"x","rate":101}}""",
        "Invalid request: Value for field 'default_tax_rate, rate' must be a percentage from 0 to 100 with at most 4 decimals")]
    [InlineData("tax-rates", """{"tax_region_id":"txreg_1","name":"x","code":"x"}""", "TaxRegion with id: txreg_1 was not found (field 'tax_region_id')")]
    [InlineData("tax-rates", """{"tax_region_id":"txreg_1","name":"x","code":"x","rate":1.00001}""",
        "Invalid request: Value for field 'rate' must be a percentage from 0 to 100 with at most 4 decimals")]
    [InlineData("tax-rates", """{"tax_region_id":"txreg_1","name":"x","code":"x","rate":-1}""",
        "Invalid request: Value for field 'rate' must be a percentage from 0 to 100 with at most 4 decimals")]
    [InlineData("tax-rates", """{"tax_region_id":"txreg_1","name":"x","code":"x","rules":[{"reference":"customer","reference_id":"c"}]}""",
        "Invalid request: Value for field 'rules, reference' must be one of 'product', 'product_type', 'shipping_option', got: 'customer'")]
    [InlineData("tax-rates", """{"tax_region_id":"txreg_1","name":"x","code":"x","rules":[{"reference":"product","reference_id":"ptyp_1"}]}""",
        "Invalid request: Value for field 'rules, reference_id' must be an id 'prod_…', got: 'ptyp_1'")]
    public async Task Bad_input_names_the_field_and_creates_nothing(string route, string body, string message)
    {
        var before = await app.Scalar<long>("select (select count(*) from pricing.tax_regions) + (select count(*) from pricing.tax_rates)");
        Assert.Equal(message, (string)(await app.Admin.PostJson($"/admin/{route}", body, 400))["message"]!);
        Assert.Equal(before, await app.Scalar<long>("select (select count(*) from pricing.tax_regions) + (select count(*) from pricing.tax_rates)"));
    }

    [Theory]
    [InlineData("tax-regions", "TaxRegion with id: nope was not found")]
    [InlineData("tax-rates", "TaxRate with id: nope was not found")]
    public async Task Unknown_ids_are_not_found(string route, string message)
    {
        Assert.Equal(message, (string)(await app.Admin.GetJson($"/admin/{route}/nope", 404))["message"]!);
        Assert.Equal(message, (string)(await app.Admin.PostJson($"/admin/{route}/nope", new { }, 404))["message"]!);
        Assert.Equal(message, (string)(await app.Admin.DeleteJson($"/admin/{route}/nope", status: 404))["message"]!);
        Assert.Equal("Order field foo is not valid", (string)(await app.Admin.GetJson($"/admin/{route}?order=foo", 400))["message"]!);
    }
}
