using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Ordering.Carts;

/// <summary>GET /store/carts/{id}: the cart with today's prices. A line whose product is gone is shown with <c>is_available: false</c> and not counted.</summary>
internal static class ReadCart
{
    public static async Task<IResult> Handle(string id, ApiQuery query, Caller caller, CartReader reader, CartAnswers answers, CancellationToken ct)
    {
        var fields = CartFields.Of(query);
        return await answers.Send(await reader.Read(id, ct), caller, fields, ct);
    }
}
