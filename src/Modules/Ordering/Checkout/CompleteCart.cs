using System.Text.Json.Serialization;
using HeadlessPro.Contracts;
using HeadlessPro.Ordering.Carts;
using HeadlessPro.Ordering.Orders;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Ordering.Checkout;

/// <summary>The body of completing a cart: nothing, or <c>{}</c>.</summary>
internal sealed record CompleteCartRequest;

/// <summary>The body of <c>POST /store/orders</c>, the alias of completing a cart.</summary>
internal sealed record PlaceOrderRequest(string CartId);

/// <summary>
/// Completes a cart. The answer of a 200 is a union: <c>{"type": "order", "order"}</c> or, when the payment was refused or needs the
/// shopper, <c>{"type": "cart", "cart", "error"}</c>. Other failures are 4xx. A cart that is an order already answers that order again.
/// </summary>
internal sealed class CompleteCart(PlaceOrder placeOrder, CartReader carts, CartAnswers cartAnswers, OrderAnswers orderAnswers, TimeProvider clock)
{
    // As recorded: the order of a completion lacks what has only begun to exist.
    private static readonly string[] OrderFields =
        [.. OrderJson.Defaults.Where(name => name != "fulfillments"), "-version", "-payment_status", "-fulfillment_status"];

    public static Task<IResult> Handle(
        string id, Body<CompleteCartRequest> body, ApiQuery query, Caller caller, CompleteCart complete, CancellationToken ct) => complete.Run(id, query, caller, ct);

    public static Task<IResult> Alias(Body<PlaceOrderRequest> body, ApiQuery query, Caller caller, CompleteCart complete, CancellationToken ct) =>
        complete.Run(body.Value.CartId, query, caller, ct);

    private async Task<IResult> Run(string id, ApiQuery query, Caller caller, CancellationToken ct)
    {
        if (!WireId.TryDecode("cart", id, out var cartId)) return Reply.Error(CartErrors.IdNotFound(id));
        if ((await placeOrder.Run(cartId, ct)).Try(out var placed, out var error))
        {
            var view = GetOrder.ViewOf(placed.Order, caller, clock.GetUtcNow());
            return await orderAnswers.One(placed.Order, placed.Payment, query.Fields(OrderFields), view, placed.CatalogVersion, "order", ct);
        }

        return error.Type == ErrorType.PaymentAuthorization ? await CartWith(id, caller, error, ct) : Reply.Error(error);
    }

    private async Task<IResult> CartWith(string id, Caller caller, Error error, CancellationToken ct)
    {
        var fields = Fields.Unasked(CartFields.Cart);
        if (!(await carts.Read(id, ct)).Try(out var view, out var problem)
            || !(await cartAnswers.ToWire(view, caller, fields, ct)).Try(out var cart, out problem)) return Reply.Error(problem);
        return Reply.Written(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("type", "cart");
            writer.WritePropertyName("cart");
            JsonBody.WriteSelected(writer, cart, CartsJson.Default.CartResponse, fields);
            writer.WriteStartObject("error");
            writer.WriteString("message", error.Message);
            writer.WriteString("name", error.Code);
            writer.WriteString("type", "payment_authorization_error");
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PlaceOrderRequest))]
[JsonSerializable(typeof(CompleteCartRequest))]
internal sealed partial class CheckoutJson : JsonSerializerContext;
