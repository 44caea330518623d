using System.Text.Json.Nodes;

namespace HeadlessPro.Modules.Tests.Ordering;

/// <summary>A shop with goods that need no shipping, and the steps of a checkout in one word each.</summary>
public class CheckoutShop : ShopFixture
{
    private int _products;

    /// <summary>A voucher: R 250.00, needs no shipping, so a checkout of it needs no shipping method.</summary>
    public async Task<ShopVariant> Voucher(long? stock, long minor = 25000, bool backorder = false)
    {
        var variant = (await AddProduct($"Voucher {++_products}", [("One", [("zar", minor), ("usd", minor)], stock)], backorder))[0];
        await Run("update catalog.variants set requires_shipping = false where id = @id", ("id", variant.Id));
        return variant;
    }

    /// <summary>A cart with e-mail and an open payment session: only <c>complete</c> is missing.</summary>
    public async Task<string> ReadyCart(params (ShopVariant Variant, long Quantity)[] lines)
    {
        var cart = (string)(await Store.PostJson("/store/carts", new
        {
            region_id = Region,
            email = "thandi@example.com",
            items = lines.Select(l => new { variant_id = l.Variant.WireId, quantity = l.Quantity }),
        }))["cart"]!["id"]!;
        await OpenPayment(cart);
        return cart;
    }

    /// <summary>Begins to pay by hand; a customer's cart is paid for by that customer.</summary>
    public async Task<JsonNode> OpenPayment(string cart, HttpClient? customer = null)
    {
        var client = customer ?? Store;
        var collection = (string)(await client.PostJson("/store/payment-collections", new { cart_id = cart }))["payment_collection"]!["id"]!;
        return await client.PostJson($"/store/payment-collections/{collection}/payment-sessions", new { provider_id = "pp_system_default" });
    }

    public Task<JsonNode> Complete(string cart, int status = 200) => Store.PostJson($"/store/carts/{cart}/complete", status: status);

    /// <summary>Completes and answers status and body, whatever they are.</summary>
    public async Task<(int Status, string Body)> TryComplete(string cart)
    {
        using var response = await Store.PostAsync(new Uri($"/store/carts/{cart}/complete", UriKind.Relative), null);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public Task<long> Orders() => Scalar<long>("select count(*) from ordering.orders")!;

    /// <summary>Pieces reserved and stocked of a variant.</summary>
    public async Task<(long Reserved, long Stocked)> Stock(ShopVariant variant)
    {
        await using var command = Database.CreateCommand("""
            select coalesce(sum(l.reserved), 0)::bigint, coalesce(sum(l.stocked), 0)::bigint
            from inventory.levels l join inventory.variant_items v on v.item_id = l.item_id where v.variant_id = $1
            """);
        command.Parameters.Add(new() { Value = variant.Id });
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    /// <summary>Waits until the events of placed orders have been heard: stock held for them is stock sold.</summary>
    public async Task Settled(ShopVariant variant, long stocked)
    {
        for (var i = 0; i < 200 && await Stock(variant) != (0, stocked); i++) await Task.Delay(50);
        Assert.Equal((0, stocked), await Stock(variant));
    }
}
