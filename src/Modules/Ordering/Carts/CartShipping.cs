using System.Text;
using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Fulfillment;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Ordering.Carts;

/// <summary>GET /store/shipping-options?cart_id= and POST /store/shipping-options/{id}/calculate: what fits a cart, and what it costs.</summary>
internal sealed record CalculateShippingRequest(string CartId, Dictionary<string, JsonElement>? Data = null);

internal sealed class CartShipping(CartReader reader, IFulfillment fulfillment)
{
    public static async Task<IResult> List(ApiQuery query, CartShipping shipping, CancellationToken ct)
    {
        var fields = query.Fields(CartFields.ShippingOption);
        query.RejectGroups();
        if (query.Text("cart_id") is not { Length: > 0 } cartId) return Reply.Error(Error.Invalid("Invalid request: Field 'cart_id' is required"));
        if (!(await shipping.Offers(cartId, null, ct)).Try(out var offers, out var error)) return Reply.Error(error);
        return Reply.Written(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("shipping_options");
            foreach (var offer in offers) JsonProjection.Write(writer, Encoding.UTF8.GetBytes(offer.Document), fields);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    public static async Task<IResult> Calculate(
        string id, Body<CalculateShippingRequest> body, ApiQuery query, CartShipping shipping, CancellationToken ct)
    {
        var fields = query.Fields(CartFields.ShippingOption);
        if (CartRules.Json(body.Value.Data, "data").Error is { } problem) return Reply.Error(problem);
        if (!WireId.TryDecode("so", id, out var option)) return Reply.Error(NotFound(id));
        if (!(await shipping.Offers(body.Value.CartId, [option], ct)).Try(out var offers, out var error)) return Reply.Error(error);
        if (offers.Count == 0) return Reply.Error(NotFound(id));
        return Reply.Written(writer =>
        {
            writer.WriteStartObject();
            writer.WritePropertyName("shipping_option");
            JsonProjection.Write(writer, Encoding.UTF8.GetBytes(offers[0].Document), fields);
            writer.WriteEndObject();
        });
    }

    private async Task<Result<IReadOnlyList<ShippingQuote>>> Offers(string cartId, IReadOnlyList<Guid>? optionIds, CancellationToken ct)
    {
        if (!(await reader.Read(cartId, ct)).Try(out var view, out var error)) return error;
        var priced = view.Priced;
        return await fulfillment.QuoteShipping(CartPricing.ShippingFor(priced.Cart, priced.Region, priced.Quote.Items.Total, optionIds), ct);
    }

    private static Error NotFound(string id) => Error.NotFound($"Shipping option with id: {id} was not found or does not fit the cart");
}
