namespace HeadlessPro.Modules.Tests.Identity;

public class CustomerTests(HpApp app) : IClassFixture<HpApp>
{
    private const string Home = """
        {"first_name":"Thandi","last_name":"Nkosi","company":"","address_1":"12 Long Street","address_2":"Unit 4","city":"Cape Town",
         "province":"Western Cape","postal_code":"8001","country_code":"za","phone":"+27821234567","address_name":"Home",
         "is_default_shipping":true,"is_default_billing":true}
        """;

    [Fact]
    public async Task A_customer_looks_as_recorded()
    {
        using var person = await Person.Join(app);
        await person.Client.PostJson("/store/customers/me", new { metadata = new { newsletter = true }, company_name = "Dlamini Ltd" });
        var customer = await person.Client.PostJson("/store/customers/me/addresses", Home);
        Recordings.SameShape("087-customer-address-create", "", customer);
        Recordings.SameShape("088-customer-addresses-list", "", await person.Client.GetJson("/store/customers/me/addresses"));
        var id = (string)customer["customer"]!["addresses"]![0]!["id"]!;
        Recordings.SameShape("089-customer-address-get", "", await person.Client.GetJson($"/store/customers/me/addresses/{id}"));
        Recordings.SameShape("105-customer-address-delete", "", await person.Client.DeleteJson($"/store/customers/me/addresses/{id}"));
    }

    [Fact]
    public async Task What_is_sent_changes_and_null_clears()
    {
        using var person = await Person.Join(app);
        await person.Client.PostJson("/store/customers/me", """{"first_name":"Lerato M","phone":null,"metadata":{"newsletter":true}}""");
        var me = (await person.Client.GetJson("/store/customers/me"))["customer"]!;
        Assert.Equal(("Lerato M", "Dlamini", null, true), ((string?)me["first_name"], (string?)me["last_name"], (string?)me["phone"], (bool)me["metadata"]!["newsletter"]!));
    }

    [Fact]
    public async Task At_most_one_address_is_the_default_of_each_kind_also_when_two_come_at_once()
    {
        using var person = await Person.Join(app);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => person.Client.PostJson("/store/customers/me/addresses", Home)));
        var addresses = (await person.Client.GetJson("/store/customers/me/addresses"))["addresses"]!.AsArray();
        Assert.Equal(5, addresses.Count);
        Assert.Equal((1, 1), (addresses.Count(a => (bool)a!["is_default_shipping"]!), addresses.Count(a => (bool)a!["is_default_billing"]!)));

        var other = (string)addresses.First(a => !(bool)a!["is_default_shipping"]!)!["id"]!;
        var customer = (await person.Client.PostJson($"/store/customers/me/addresses/{other}", """{"is_default_shipping":true,"city":"Paarl","company":null}"""))["customer"]!;
        var changed = customer["addresses"]!.AsArray().Single(a => (string)a!["id"]! == other)!;
        Assert.Equal(("Paarl", null, true, "8001"), ((string)changed["city"]!, (string?)changed["company"], (bool)changed["is_default_shipping"]!, (string)changed["postal_code"]!));
        Assert.Equal(1, customer["addresses"]!.AsArray().Count(a => (bool)a!["is_default_shipping"]!));
    }

    [Fact]
    public async Task Another_persons_address_is_not_there()
    {
        using var mine = await Person.Join(app);
        using var stranger = await Person.Join(app);
        var id = (string)(await mine.Client.PostJson("/store/customers/me/addresses", Home))["customer"]!["addresses"]![0]!["id"]!;
        await stranger.Client.GetJson($"/store/customers/me/addresses/{id}", 404);
        await stranger.Client.PostJson($"/store/customers/me/addresses/{id}", """{"city":"Elsewhere"}""", 404);
        await stranger.Client.DeleteJson($"/store/customers/me/addresses/{id}", status: 404);
        Assert.Equal("Cape Town", (string)(await mine.Client.GetJson($"/store/customers/me/addresses/{id}"))["address"]!["city"]!);
        Assert.Empty((await stranger.Client.GetJson("/store/customers/me/addresses"))["addresses"]!.AsArray());
    }

    [Theory]
    [InlineData("""{"first_name":5}""", "Invalid request: Expected type: 'string' for field 'first_name', got: '5'")]
    [InlineData("""{"country_code":"zaf"}""", "Invalid request: Field 'country_code' must be a country code of two letters")]
    [InlineData("""{"customer_id":"cus_x"}""", "Invalid request: Unrecognized fields: 'customer_id'")]
    [InlineData("""{"metadata":[1]}""", "Invalid request: Expected type: 'object' for field 'metadata', got: 'array'")]
    public async Task Bad_input_names_the_field_and_adds_nothing(string body, string message)
    {
        using var person = await Person.Join(app);
        Assert.Equal(message, (string)(await person.Client.PostJson("/store/customers/me/addresses", body, 400))["message"]!);
        Assert.Empty((await person.Client.GetJson("/store/customers/me/addresses"))["addresses"]!.AsArray());
    }

    [Fact]
    public async Task Fields_and_pages_work_as_everywhere()
    {
        using var person = await Person.Join(app);
        await person.Client.PostJson("/store/customers/me/addresses", Home);
        await person.Client.PostJson("/store/customers/me/addresses", Home);
        Assert.Equal(["id", "email"], (await person.Client.GetJson("/store/customers/me?fields=email"))["customer"]!.AsObject().Select(p => p.Key));
        var page = await person.Client.GetJson("/store/customers/me/addresses?limit=1&offset=1&fields=city&unheard=of");
        Assert.Equal((2, 1, 1), ((int)page["count"]!, (int)page["offset"]!, page["addresses"]!.AsArray().Count));
    }
}
