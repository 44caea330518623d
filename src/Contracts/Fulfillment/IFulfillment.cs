namespace HeadlessPro.Contracts.Fulfillment;

/// <summary>How an order may reach its shopper, and what that costs.</summary>
[Contract("fulfillment")]
public interface IFulfillment
{
    /// <summary>
    /// The shipping options for a destination, with their price for these goods; only those that have one in the currency. With
    /// <see cref="QuoteShipping.OptionIds"/>: just these, and an option that no longer fits is missing.
    /// </summary>
    Task<Result<IReadOnlyList<ShippingQuote>>> QuoteShipping(QuoteShipping request, CancellationToken ct);
}

/// <summary>Where to and what.</summary>
/// <param name="CurrencyCode">ISO 4217, lower case.</param>
/// <param name="RegionId">For prices with a region rule.</param>
/// <param name="CountryCode">Destination, ISO 3166 alpha-2, lower case; null = not known yet, all zones count.</param>
/// <param name="Province">Destination's province.</param>
/// <param name="PostalCode">Destination's postal code.</param>
/// <param name="ItemTotal">Value of the goods after discounts, minor units: decides price rules like «free above».</param>
/// <param name="SalesChannelId">Only options of locations that serve it; null = all.</param>
/// <param name="OptionIds">Only these; null = all that fit.</param>
/// <param name="IsTaxInclusive">Whether prices include tax here (the region's setting); shown in the document.</param>
public sealed record QuoteShipping(
    string CurrencyCode, Guid? RegionId, string? CountryCode, string? Province, string? PostalCode, long ItemTotal,
    Guid? SalesChannelId, IReadOnlyList<Guid>? OptionIds, bool IsTaxInclusive = false);

/// <summary>An option and its price.</summary>
/// <param name="OptionId">The option.</param>
/// <param name="Name">Its name.</param>
/// <param name="TypeId">Its type, for tax and promotion rules.</param>
/// <param name="Amount">Price for these goods, minor units.</param>
/// <param name="Document">The option as JSON in the wire's shape (recording 052), amounts and prices included.</param>
/// <param name="ProfileId">Its shipping profile: a cart has at most one method of each.</param>
public sealed record ShippingQuote(Guid OptionId, string Name, Guid? TypeId, long Amount, string Document, Guid ProfileId = default);
