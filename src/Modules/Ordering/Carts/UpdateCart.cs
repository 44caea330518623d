using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Ordering.Carts;

/// <summary>
/// POST /store/carts/{id}: what is sent is replaced, what is absent stays. <c>promo_codes</c> replaces all codes; another region prices the
/// cart anew and drops shipping methods that no longer fit. Who buys and where it goes only the cart's customer says, where it has one.
/// </summary>
internal sealed record UpdateCartRequest(
    Optional<string> RegionId = default, Optional<string> SalesChannelId = default, Optional<string?> Email = default,
    Optional<string?> Locale = default, Optional<CartAddressRequest?> ShippingAddress = default,
    Optional<CartAddressRequest?> BillingAddress = default, Optional<List<string>> PromoCodes = default,
    Optional<Dictionary<string, JsonElement>?> Metadata = default);

internal sealed class UpdateCart(IPricing pricing, CartChange change, CartAnswers answers)
{
    public static Task<IResult> Handle(
        string id, Body<UpdateCartRequest> body, ApiQuery query, Caller caller, UpdateCart update, CancellationToken ct) =>
        update.Run(id, body.Value, CartFields.Of(query), caller, ct);

    private async Task<IResult> Run(string id, UpdateCartRequest request, Fields fields, Caller caller, CancellationToken ct)
    {
        if (Check(request) is { } problem) return Reply.Error(problem);
        if (!CartRules.Codes(request.PromoCodes.Value).Try(out var codes, out var error)) return Reply.Error(error);
        if (codes.Count > 0 && (await pricing.CheckPromotionCodes(new CheckPromotionCodes(codes), ct)).Error is { } unusable) return Reply.Error(unusable);
        if (!(await pricing.GetRegions(new GetRegions(null), ct)).Try(out var regions, out error)) return Reply.Error(error);
        return await answers.Send(await change.Run(id, cart => Decide(cart, request, codes, regions, caller), ct), caller, fields, ct);
    }

    private static Error? Check(UpdateCartRequest request) =>
        CartRules.Email(request.Email.Value) ?? CartRules.Locale(request.Locale.Value) ?? CartRules.Json(request.Metadata.Value).Error;

    private static Result<CartState> Decide(
        CartState cart, UpdateCartRequest request, IReadOnlyList<string> codes, IReadOnlyList<RegionInfo> regions, Caller caller)
    {
        Error? error;
        var isPersonal = request.Email.IsSet || request.ShippingAddress.IsSet || request.BillingAddress.IsSet || request.Metadata.IsSet;
        if (isPersonal && CartCustomers.RefuseOthers(cart, caller, "say who buys and where it goes") is { } refused) return refused;
        if (request.RegionId.IsSet)
        {
            var wireId = request.RegionId.Value;
            var chosen = WireId.TryDecode("reg", wireId, out var id) ? regions.FirstOrDefault(r => r.Id == id) : null;
            if (chosen is null) return CartErrors.RegionNotFound(wireId);
            if (chosen.Id != cart.RegionId) cart = MoveTo(cart, chosen);
        }

        if (request.SalesChannelId.IsSet)
        {
            if (!CartChannels.Choose(request.SalesChannelId.Value, caller).Try(out var channel, out error)) return error;
            cart = cart with { SalesChannelId = channel[0] };
        }

        if (request.ShippingAddress.IsSet)
        {
            var address = CartRules.Address(request.ShippingAddress.Value, "shipping_address", regions.FirstOrDefault(r => r.Id == cart.RegionId));
            if (address.Error is not null) return address.Error;
            cart = cart with { ShippingAddress = address.Value };
        }

        if (request.BillingAddress.IsSet)
        {
            var address = CartRules.Address(request.BillingAddress.Value, "billing_address", null);
            if (address.Error is not null) return address.Error;
            cart = cart with { BillingAddress = address.Value };
        }

        return cart with
        {
            Email = request.Email.Or(cart.Email),
            Locale = request.Locale.Or(cart.Locale),
            PromoCodes = request.PromoCodes.IsSet ? codes : cart.PromoCodes,
            Metadata = request.Metadata.IsSet ? CartRules.Json(request.Metadata.Value).Value : cart.Metadata,
        };
    }

    /// <summary>An address outside the new region cannot stay: its country would decide the tax.</summary>
    private static CartState MoveTo(CartState cart, RegionInfo region) => cart with
    {
        RegionId = region.Id,
        CurrencyCode = region.CurrencyCode,
        ShippingAddress = cart.ShippingAddress?.CountryCode is { } country && region.CountryCodes.Contains(country)
            ? cart.ShippingAddress
            : CartRules.OnlyCountry(region),
    };
}
