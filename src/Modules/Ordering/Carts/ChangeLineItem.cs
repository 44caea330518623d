using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Ordering.Carts;

/// <summary>POST /store/carts/{id}/line-items/{line_id}: sets the quantity; 0 removes the line.</summary>
internal sealed record ChangeLineItemRequest(long Quantity, Optional<Dictionary<string, JsonElement>?> Metadata = default);

internal static class ChangeLineItem
{
    public static async Task<IResult> Handle(
        string id, string lineId, Body<ChangeLineItemRequest> body, ApiQuery query, Caller caller,
        CartChange change, CartAnswers answers, CancellationToken ct)
    {
        var fields = CartFields.Of(query);
        return await answers.Send(await change.Run(id, cart => Decide(cart, lineId, body.Value), ct), caller, fields, ct);
    }

    private static Result<CartState> Decide(CartState cart, string lineId, ChangeLineItemRequest request)
    {
        if (CartRules.Quantity(request.Quantity, 0) is { } problem) return problem;
        if (!CartRules.Json(request.Metadata.Value ?? []).Try(out var metadata, out var error)) return error;
        var line = WireId.TryDecode("cali", lineId, out var line1) ? cart.Lines.FirstOrDefault(l => l.Id == line1) : null;
        if (line is null) return CartErrors.LineNotFound(lineId, WireId.Encode("cart", cart.Id));
        return request.Quantity == 0
            ? cart with { Lines = cart.Lines.Where(l => l != line).ToList() }
            : cart with
            {
                Lines = cart.Lines.Select(l => l != line ? l : l with
                {
                    Quantity = request.Quantity,
                    Metadata = request.Metadata.IsSet ? metadata : l.Metadata,
                }).ToList(),
            };
    }
}
