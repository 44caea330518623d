using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Ordering.Carts;

/// <summary>POST /store/carts/{id}/line-items. The same variant with the same metadata adds to its line. A price cannot be sent.</summary>
internal sealed record AddLineItemRequest(string VariantId, long Quantity, Dictionary<string, JsonElement>? Metadata = null);

internal static class AddLineItem
{
    public static async Task<IResult> Handle(
        string id, Body<AddLineItemRequest> body, ApiQuery query, Caller caller, CartChange change, CartAnswers answers, CancellationToken ct)
    {
        var fields = CartFields.Of(query);
        return await answers.Send(await change.Run(id, cart => Decide(cart, body.Value, ""), ct), caller, fields, ct);
    }

    /// <param name="cart">The cart.</param>
    /// <param name="request">What to add.</param>
    /// <param name="path">Where the request stands in the body, for messages: <c>items, 0, </c>.</param>
    public static Result<CartState> Decide(CartState cart, AddLineItemRequest request, string path)
    {
        if (CartRules.Quantity(request.Quantity, 1, path + "quantity") is { } problem) return problem;
        if (CartRules.Text(request.VariantId, path + "variant_id") is { } badText) return badText;
        if (!WireId.TryDecode("variant", request.VariantId, out var variant)) return CartErrors.UnknownVariants([request.VariantId]);
        if (!CartRules.Json(request.Metadata ?? [], path + "metadata").Try(out var metadata, out var error)) return error;

        var same = cart.Lines.FirstOrDefault(l => l.VariantId == variant && SameJson(l.Metadata, metadata));
        if (same is not null)
        {
            if (CartRules.Quantity(same.Quantity + request.Quantity, 1, path + "quantity") is { } tooMany) return tooMany;
            return cart with { Lines = cart.Lines.Select(l => l == same ? l with { Quantity = l.Quantity + request.Quantity } : l).ToList() };
        }

        if (cart.Lines.Count >= CartRules.MaxLines) return CartErrors.TooManyLines;
        var line = new CartLine(WireId.New(), variant, Guid.Empty, request.Quantity, metadata, LineSnapshot.Unknown, default, default);
        return cart with { Lines = [.. cart.Lines, line] };
    }

    /// <summary>Whether two lines carry the same words.</summary>
    public static bool SameJson(string a, string b)
    {
        if (a == b) return true;
        using var left = JsonDocument.Parse(a);
        using var right = JsonDocument.Parse(b);
        return JsonElement.DeepEquals(left.RootElement, right.RootElement);
    }
}
