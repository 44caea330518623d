namespace HeadlessPro.Contracts.Pricing;

/// <summary>Regions, currencies, tax rates or promotions changed.</summary>
public sealed record PricingChanged : IEvent
{
    /// <inheritdoc/>
    public static string Name => "pricing.changed";
}
