namespace HeadlessPro.Payments;

/// <summary>Configuration section <c>Payments</c>.</summary>
internal sealed class PaymentOptions
{
    /// <summary>How long after its order a promised payment is captured; zero: at once. Staff can capture sooner, cancel until then.</summary>
    public TimeSpan CaptureAfter { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long before a promise lapses it is captured all the same, or shown to staff.</summary>
    public TimeSpan LapseWarning { get; init; } = TimeSpan.FromDays(1);

    /// <summary>After that long a promise without an order is told again.</summary>
    public TimeSpan OrderExpectedWithin { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How often what is due is looked for.</summary>
    public TimeSpan Sweep { get; init; } = TimeSpan.FromSeconds(5);
}
