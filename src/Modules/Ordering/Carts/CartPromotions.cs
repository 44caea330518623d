using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Ordering.Carts;

/// <summary>POST and DELETE /store/carts/{id}/promotions: adds or takes away codes. Automatic promotions come and go by themselves.</summary>
internal sealed record CartPromotionsRequest(List<string> PromoCodes);

internal static class CartPromotions
{
    public static async Task<IResult> Add(
        string id, Body<CartPromotionsRequest> body, ApiQuery query, Caller caller, IPricing pricing, CartChange change, CartAnswers answers, CancellationToken ct)
    {
        var fields = CartFields.Of(query);
        if (!CartRules.Codes(body.Value.PromoCodes).Try(out var codes, out var error)) return Reply.Error(error);
        if (codes.Count > 0 && (await pricing.CheckPromotionCodes(new CheckPromotionCodes(codes), ct)).Error is { } unusable) return Reply.Error(unusable);
        var view = await change.Run(id, cart => Merge(cart, codes), ct);
        return await answers.Send(view, caller, fields, ct);
    }

    public static async Task<IResult> Remove(
        string id, Body<CartPromotionsRequest> body, ApiQuery query, Caller caller, CartChange change, CartAnswers answers, CancellationToken ct)
    {
        var fields = CartFields.Of(query);
        if (!CartRules.Codes(body.Value.PromoCodes).Try(out var codes, out var error)) return Reply.Error(error);
        var view = await change.Run(
            id, cart => cart with { PromoCodes = cart.PromoCodes.Where(c => !codes.Contains(c, StringComparer.OrdinalIgnoreCase)).ToList() }, ct);
        return await answers.Send(view, caller, fields, ct);
    }

    private static Result<CartState> Merge(CartState cart, IReadOnlyList<string> codes) =>
        CartRules.Codes([.. cart.PromoCodes, .. codes]).Try(out var all, out var error) ? cart with { PromoCodes = all } : error;
}
