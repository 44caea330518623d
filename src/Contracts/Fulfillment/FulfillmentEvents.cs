namespace HeadlessPro.Contracts.Fulfillment;

/// <summary>Shipping options, their prices, zones or types changed.</summary>
public sealed record ShippingChanged : IEvent
{
    /// <inheritdoc/>
    public static string Name => "fulfillment.shipping_changed";
}
