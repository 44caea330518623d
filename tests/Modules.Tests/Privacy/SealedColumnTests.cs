using HeadlessPro.Modules.Tests.Identity;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Security;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Modules.Tests.Privacy;

/// <summary>Where people live is under keys, which change.</summary>
public class SealedColumnTests(PrivacyShop shop) : IClassFixture<PrivacyShop>
{
    private static readonly string[] OfAddresses = ["street", "floor", "city", "postal code"];

    private List<SealedColumn> Columns => [.. shop.Services.GetServices<SealedColumn>().OrderBy(c => c.Name, StringComparer.Ordinal)];

    [Fact]
    public async Task Nobody_reads_in_the_database_where_people_live_and_everybody_is_answered_as_before()
    {
        using var shopper = await Shopper.Join(shop);
        var planted = OfAddresses.Select(what => shopper.Planted[what]).ToList();
        var rows = (await EveryRow.Of(shop, asTheyLie: true)).Where(row => planted.Exists(text => row.Row.Contains(text, StringComparison.OrdinalIgnoreCase)));
        // Answers that are kept for a day, for their repeat.
        Assert.Equal(["platform.idempotency"], rows.Select(row => row.Table).Distinct());
        // Tests that look for what should be nowhere look behind the seal.
        var opened = await EveryRow.Of(shop);
        Assert.All(planted, text => Assert.Contains(opened, row => row.Table == "ordering.orders" && row.Row.Contains(text, StringComparison.OrdinalIgnoreCase)));
        await Shown(shopper);
        // What taxes and fraud rules go by.
        Assert.Equal("za", await shop.Scalar<string>($"select shipping_address ->> 'country_code' from ordering.orders where id = '{ShopFixture.Decode("order", shopper.Order)}'"));
    }

    [Fact]
    public async Task When_the_key_changes_all_is_written_again_under_the_new_one_but_what_no_key_opens()
    {
        using var shopper = await Shopper.Join(shop);
        using var other = await Person.Join(shop);
        await other.Client.PostJson("/store/customers/me/addresses", new { city = "Cape Town" });
        Assert.Equal(
            ["identity.customer_addresses.sealed", "identity.mfa_factors.secret", "ordering.carts.billing_address", "ordering.carts.shipping_address", "ordering.orders.billing_address", "ordering.orders.shipping_address"],
            Columns.Select(c => c.Name));
        const string Unreadable = "CfDJ8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        var lost = await shop.Scalar<Guid>($"update identity.customer_addresses set sealed = '{Unreadable}' where customer_id = '{ShopFixture.Decode("cus", other.Id)}' returning id");
        var ring = shop.Contract<IKeyManager>();
        var (old, before) = (ring.GetAllKeys().Single().KeyId.ToString(), await ByKey());
        Assert.True(before[old] >= 5, "Address book, two addresses of each order");

        var former = Present();
        var key = ring.CreateNewKey(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(90));
        // The framework reads the ring again beside what goes on.
        while (Present() == former) await Task.Delay(10);
        foreach (var column in Columns) await shop.Contract<SealedTexts>().Run(column, default);

        var after = await ByKey();
        Assert.Equal("", string.Join(' ', (await shop.Contract<KeyRing>().Read(default)).Where(k => k.Id == old).SelectMany(k => k.Texts)));
        Assert.Equal(before[old], after[key.KeyId.ToString()]);
        Assert.Equal(1, after[Unreadable[..26]]);
        Assert.Equal(Unreadable, await shop.Scalar<string>($"select sealed from identity.customer_addresses where id = '{lost}'"));
        await Shown(shopper);
        await shop.Sql($"delete from identity.customer_addresses where id = '{lost}'");

        string Present() => shop.Contract<IDataProtectionProvider>().CreateProtector("any").Protect("")[..26];

        async Task<Dictionary<string, long>> ByKey() => (await shop.Contract<KeyRing>().Read(default)).ToDictionary(k => k.Id, k => k.Texts.Sum(t => t.Texts));
    }

    private async Task Shown(Shopper shopper)
    {
        var book = (await shopper.Person.Client.GetJson("/store/customers/me"))["customer"]!["addresses"]![0]!;
        var order = (await shop.Admin.GetJson($"/admin/orders/{shopper.Order}"))["order"]!;
        foreach (var address in new[] { book, order["shipping_address"]!, order["billing_address"]! })
            Assert.Equal(
                (shopper.Planted["street"], shopper.Planted["floor"], shopper.Planted["city"], shopper.Planted["postal code"], shopper.Planted["phone"], "za"),
                ((string?)address["address_1"], (string?)address["address_2"], (string?)address["city"], (string?)address["postal_code"], (string?)address["phone"], (string?)address["country_code"]));
    }
}

/// <summary>The key above the keys.</summary>
public class MasterKeyTests(MasterKeyTests.Shop shop) : IClassFixture<MasterKeyTests.Shop>
{
    [Fact]
    public async Task Another_host_needs_the_same_and_it_can_be_changed()
    {
        using var person = await Person.Join(shop);
        await person.Client.PostJson("/store/customers/me/addresses", new { city = "Cape Town" });
        Assert.Equal(1, await shop.Scalar<long>("select count(*) from platform.keys"));
        Assert.Equal(1, await shop.Scalar<long>("select count(*) from platform.keys where xml like '%MasterKeyDecryptor%' and xml not like '%masterKey%'"));

        await Refused([]);
        await Refused(["--MASTER_KEY=the-second-master-key-of-the-tests"]);
        Assert.Equal(1, await shop.Scalar<long>("select count(*) from platform.keys"));

        shop.Keys = ["--MASTER_KEY=the-second-master-key-of-the-tests", "--MASTER_KEY_FORMER=the-first-master-key-of-the-tests"];
        await shop.Restart();
        var from = await shop.Contract<KeyRing>().Rotate(default);
        Assert.InRange(from, DateTimeOffset.UtcNow.AddHours(24), DateTimeOffset.UtcNow.AddHours(26));
        await Refused(["--MASTER_KEY=the-first-master-key-of-the-tests"]);

        shop.Keys = ["--MASTER_KEY=the-second-master-key-of-the-tests"];
        await shop.Restart();
        using var again = await Person.SignIn(shop, person.Email);
        Assert.Equal("Cape Town", (string)(await again.Client.GetJson("/store/customers/me"))["customer"]!["addresses"]![0]!["city"]!);
        // The present one closed it; the next one has nothing yet.
        Assert.Equal([1, 0], (await shop.Contract<KeyRing>().Read(default)).Select(k => k.Texts.Sum(t => t.Texts)));
    }

    private async Task Refused(string[] keys)
    {
        shop.Keys = keys;
        var refusal = await Assert.ThrowsAsync<StartException>(shop.StartAnother);
        Assert.StartsWith("The keys in platform.keys were written with a", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("MASTER_KEY_FORMER", refusal.Message, StringComparison.Ordinal);
    }

    public class Shop : HpApp
    {
        public string[] Keys { get; set; } = ["--MASTER_KEY=the-first-master-key-of-the-tests"];

        protected override string[] Arguments => Keys;
    }
}
