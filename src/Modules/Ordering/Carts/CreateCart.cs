using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Ordering.Carts;

/// <summary>POST /store/carts. Without <c>region_id</c>: the first region of the currency, else the shop's first.</summary>
internal sealed record CreateCartRequest(
    string? RegionId = null, string? CurrencyCode = null, string? SalesChannelId = null, string? Email = null, string? Locale = null,
    CartAddressRequest? ShippingAddress = null, CartAddressRequest? BillingAddress = null, List<AddLineItemRequest>? Items = null,
    List<string>? PromoCodes = null, Dictionary<string, JsonElement>? Metadata = null);

internal sealed class CreateCart(IPricing pricing, ICustomers customers, CartChange change, CartAnswers answers)
{
    public static Task<IResult> Handle(Body<CreateCartRequest> body, ApiQuery query, Caller caller, CreateCart create, CancellationToken ct) =>
        create.Run(body.Value, CartFields.Of(query), caller, ct);

    private async Task<IResult> Run(CreateCartRequest request, Fields fields, Caller caller, CancellationToken ct)
    {
        var known = CartCustomers.Find(caller, customers, ct);
        if (!(await pricing.GetRegions(new GetRegions(null), ct)).Try(out var regions, out var error)) return Reply.Error(error);
        if (!(await known).Try(out var customer, out error)) return Reply.Error(error);
        if (!Decide(request, regions, caller).Try(out var cart, out error)) return Reply.Error(error);
        if (customer is [var owner]) cart = cart.Of(owner) with { Email = cart.Email ?? owner.Email };
        if (cart.PromoCodes.Count > 0 && (await pricing.CheckPromotionCodes(new CheckPromotionCodes(cart.PromoCodes), ct)).Error is { } unusable)
            return Reply.Error(unusable);
        return await answers.Send(await change.Create(cart, ct), caller, fields, ct);
    }

    private static Result<CartState> Decide(CreateCartRequest request, IReadOnlyList<RegionInfo> regions, Caller caller)
    {
        if (!RegionOf(request, regions).Try(out var region, out var error)) return error;
        if (!CartChannels.Choose(request.SalesChannelId, caller).Try(out var channel, out error)) return error;
        if (CartRules.Email(request.Email) is { } badEmail) return badEmail;
        if (CartRules.Locale(request.Locale) is { } badLocale) return badLocale;
        var metadata = CartRules.Json(request.Metadata);
        var shipping = CartRules.Address(request.ShippingAddress, "shipping_address", region);
        var billing = CartRules.Address(request.BillingAddress, "billing_address", null);
        if (!CartRules.Codes(request.PromoCodes).Try(out var codes, out error)) return error;
        if ((metadata.Error ?? shipping.Error ?? billing.Error) is { } problem) return problem;

        var cart = new CartState(
            WireId.New(), 0, region.Id, region.CurrencyCode, channel[0], request.Email, request.Locale, null, codes,
            shipping.Value ?? CartRules.OnlyCountry(region), billing.Value, false, metadata.Value, default, default, null, null, false, false, [], []);
        if (request.Items?.Count > CartRules.MaxLines) return Error.Invalid($"Invalid request: Field 'items' must have at most {CartRules.MaxLines} entries");
        foreach (var (item, i) in (request.Items ?? []).Select((item, i) => (item, i)))
        {
            if (!AddLineItem.Decide(cart, item, $"items, {i}, ").Try(out var next, out error)) return error;
            cart = next;
        }

        return cart;
    }

    private static Result<RegionInfo> RegionOf(CreateCartRequest request, IReadOnlyList<RegionInfo> regions)
    {
        var currency = request.CurrencyCode?.ToLowerInvariant();
        if (request.RegionId is { } wireId)
        {
            var region = WireId.TryDecode("reg", wireId, out var id) ? regions.FirstOrDefault(r => r.Id == id) : null;
            if (region is null) return CartErrors.RegionNotFound(wireId);
            return currency is null || currency == region.CurrencyCode ? region
                : Error.Invalid($"Invalid request: Field 'currency_code' must be '{region.CurrencyCode}', the currency of the region");
        }

        if (regions.FirstOrDefault(r => currency is null || r.CurrencyCode == currency) is { } found) return found;
        return currency is null ? Error.NotAllowed("No regions found: create a region first", "no_region")
            : Error.Invalid($"Invalid request: Field 'currency_code' names a currency without a region: '{currency}'");
    }
}

/// <summary>Which sales channel a cart belongs to: one of the key's.</summary>
internal static class CartChannels
{
    /// <summary>A list of one: the channel (the key's oldest when none is named), or null for a key without channels, which sees all that is published.</summary>
    public static Result<Guid?[]> Choose(string? wireId, Caller caller)
    {
        if (wireId is null) return new Guid?[] { caller.SalesChannelIds.Count > 0 ? caller.SalesChannelIds.Min() : null };
        return WireId.TryDecode("sc", wireId, out var id) && caller.SalesChannelIds.Contains(id) ? new Guid?[] { id }
            : Error.Invalid($"Invalid request: Field 'sales_channel_id' must name a sales channel of the publishable key, got: '{wireId}'");
    }
}
