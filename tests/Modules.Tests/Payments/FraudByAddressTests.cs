namespace HeadlessPro.Modules.Tests.Payments;

/// <summary>A shop to which this machine is a shopper's: its own servers are elsewhere.</summary>
public class FraudByAddressShop : FraudShop
{
    protected override string[] Arguments =>
        [.. base.Arguments, "--Payments:Fraud:OwnNetworks:0=192.0.2.0/24", "--Payments:Fraud:OwnNetworks:1=2001:db8:ffff::/48", "--Payments:Fraud:Ip:PerHour=3"];
}

/// <summary>Checkouts are counted by where they come from: an IPv4 address, the first half of an IPv6 address, never the shop's own servers.</summary>
public class FraudByAddressTests(FraudByAddressShop shop) : IClassFixture<FraudByAddressShop>
{
    private const string Nothing = "0 allow -";
    private const string Third = "15 allow -; 3 checkouts from this network address within an hour: +15";

    [Fact]
    public async Task The_address_is_that_of_the_request_which_opened_the_session()
    {
        Assert.Equal([Nothing, Nothing, Third], await From(null, null, null));
        Assert.Equal(3L, await shop.Scalar<long>("select count(*) from payments.attempts where network = '127.0.0.1'"));
    }

    [Fact]
    public async Task Of_an_ipv6_address_the_first_half_counts() => Assert.Equal(
        [Nothing, Nothing, Nothing, Third],
        await From("2001:db8:1:2::a", "2001:db8:1:2:ffff::b", "2001:db8:1:3::a", "2001:db8:1:2:1:2:3:4"));

    [Fact]
    public async Task The_shop_s_own_servers_speak_for_every_shopper() => Assert.Equal(
        [Nothing, Nothing, Nothing, Nothing, Nothing, Nothing],
        await From("192.0.2.9", "192.0.2.9", "192.0.2.9", "2001:db8:ffff::1", "2001:db8:ffff::1", "2001:db8:ffff::1"));

    /// <summary>What is said of checkouts that come from these addresses, one after the other.</summary>
    private async Task<List<string>> From(params string?[] addresses)
    {
        var said = new List<string>();
        foreach (var address in addresses)
        {
            var cart = await shop.CartToPay(await shop.Voucher(stock: null), $"{Guid.NewGuid():N}@example.com", new { card = Guid.NewGuid() });
            if (address is not null)
                await shop.Scalar<object>($"""
                    update payments.sessions s set ip = '{address}' from payments.collections c
                    where c.id = s.collection_id and c.cart_id = '{FraudShop.Decode("cart", cart)}'
                    """);
            said.Add(await shop.Fraud((await shop.Placed(cart)).Id));
        }

        return said;
    }
}
