using System.Text.Json.Serialization;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Ordering.Carts;
using HeadlessPro.Ordering.Orders;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Ordering.Checkout;

/// <summary>The body of <c>POST /store/orders</c>, the alias of completing a cart.</summary>
internal sealed record PlaceOrderRequest(string CartId);

/// <summary>
/// Completes a cart. The answer is a union, always 200: <c>{"type": "order", "order"}</c> or, when the payment was refused or needs the
/// shopper, <c>{"type": "cart", "cart", "error"}</c>. Other failures are 4xx. A cart that is an order already answers that order again.
/// </summary>
internal static class CompleteCart
{
    // As recorded: the order of a completion lacks what has only begun to exist.
    private static readonly string[] Fields =
        [.. OrderJson.Defaults.Where(name => name != "fulfillments"), "-version", "-payment_status", "-fulfillment_status"];

    public static Task<IResult> Handle(string id, ApiQuery query, PlaceOrder placeOrder, ICatalog catalog, CancellationToken ct) =>
        Complete(id, query, placeOrder, catalog, ct);

    public static Task<IResult> Alias(Body<PlaceOrderRequest> body, ApiQuery query, PlaceOrder placeOrder, ICatalog catalog, CancellationToken ct) =>
        Complete(body.Value.CartId, query, placeOrder, catalog, ct);

    private static async Task<IResult> Complete(string id, ApiQuery query, PlaceOrder placeOrder, ICatalog catalog, CancellationToken ct)
    {
        if (!WireId.TryDecode("cart", id, out var cartId)) return Reply.Error(CartErrors.IdNotFound(id));
        if ((await placeOrder.Run(cartId, ct)).Try(out var placed, out var error))
            return await OrderAnswer.Of(placed.Order, placed.Payment, query.Fields(Fields), catalog, masked: false, "order", ct);
        return Reply.Error(error);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PlaceOrderRequest))]
internal sealed partial class CheckoutJson : JsonSerializerContext;
