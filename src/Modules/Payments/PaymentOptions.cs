using HeadlessPro.Platform;
using Microsoft.Extensions.Configuration;

namespace HeadlessPro.Payments;

/// <summary>Configuration section <c>Payments</c>.</summary>
internal sealed class PaymentOptions
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    /// <summary>As configured; refuses what cannot be meant, by name.</summary>
    public static PaymentOptions From(IConfiguration configuration)
    {
        var usual = new PaymentOptions();
        return new PaymentOptions
        {
            CaptureAfter = Time(nameof(CaptureAfter), usual.CaptureAfter, TimeSpan.Zero),
            LapseWarning = Time(nameof(LapseWarning), usual.LapseWarning, TimeSpan.Zero),
            OrderExpectedWithin = Time(nameof(OrderExpectedWithin), usual.OrderExpectedWithin, TimeSpan.FromSeconds(1)),
            Sweep = Time(nameof(Sweep), usual.Sweep, TimeSpan.FromMilliseconds(100)),
        };

        TimeSpan Time(string name, TimeSpan otherwise, TimeSpan least)
        {
            if (configuration[$"Payments:{name}"] is not { } text) return otherwise;
            return TimeSpan.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var time) && time >= least && time <= Longest
                ? time
                : throw new StartException($"Payments:{name} must be a time from {least:c} to {Longest:c} like 01:30:00 (hours, minutes, seconds), got: '{text}'.");
        }
    }

    /// <summary>How long after its order a promised payment is captured; zero: at once. Staff can capture sooner, cancel until then.</summary>
    public TimeSpan CaptureAfter { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long before a promise lapses it is captured all the same, or shown to staff.</summary>
    public TimeSpan LapseWarning { get; init; } = TimeSpan.FromDays(1);

    /// <summary>After that long a promise without an order is told again.</summary>
    public TimeSpan OrderExpectedWithin { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How often what is due is looked for.</summary>
    public TimeSpan Sweep { get; init; } = TimeSpan.FromSeconds(5);
}
