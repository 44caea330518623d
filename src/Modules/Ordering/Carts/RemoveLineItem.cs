using HeadlessPro.Contracts;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Ordering.Carts;

/// <summary>DELETE /store/carts/{id}/line-items/{line_id}. A line that is not in the cart is gone already: a retry is safe.</summary>
internal static class RemoveLineItem
{
    public static async Task<IResult> Handle(
        string id, string lineId, ApiQuery query, Caller caller, CartChange change, CartAnswers answers, CancellationToken ct)
    {
        var fields = CartFields.Of(query);
        var view = await change.Run(id, cart => Decide(cart, lineId), ct);
        if (!view.Try(out var after, out var error)) return Reply.Error(error);
        if (!(await answers.ToWire(after, caller, fields, ct)).Try(out var parent, out error)) return Reply.Error(error);
        return Reply.Written(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("id", lineId);
            writer.WriteString("object", "line-item");
            writer.WriteBoolean("deleted", true);
            writer.WritePropertyName("parent");
            JsonBody.WriteSelected(writer, parent, CartsJson.Default.CartResponse, fields);
            writer.WriteEndObject();
        });
    }

    private static Result<CartState> Decide(CartState cart, string lineId) =>
        WireId.TryDecode("cali", lineId, out var line) && cart.Lines.Any(l => l.Id == line)
            ? cart with { Lines = cart.Lines.Where(l => l.Id != line).ToList() }
            : cart;
}
