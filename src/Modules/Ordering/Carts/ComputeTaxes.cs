using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Ordering.Carts;

/// <summary>POST /store/carts/{id}/taxes: from now on the cart shows tax, also where its region does not add it by itself.</summary>
internal static class ComputeTaxes
{
    public static async Task<IResult> Handle(
        string id, Body<ComputeTaxesRequest> _, ApiQuery query, Caller caller, CartChange change, CartAnswers answers, CancellationToken ct)
    {
        var fields = CartFields.Of(query);
        return await answers.Send(await change.Run(id, cart => cart with { TaxesAsked = true }, ct), caller, fields, ct);
    }
}

/// <summary>An empty object, or nothing.</summary>
internal sealed record ComputeTaxesRequest;
