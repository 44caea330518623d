using HeadlessPro.Platform;
using Microsoft.Extensions.Configuration;

namespace HeadlessPro.Payments.Providers.PayPal;

/// <summary>An account at PayPal.</summary>
/// <param name="ClientId"><c>PAYPAL_CLIENT_ID</c>.</param>
/// <param name="ClientSecret"><c>PAYPAL_CLIENT_SECRET</c>.</param>
/// <param name="WebhookId"><c>PAYPAL_WEBHOOK_ID</c>: PayPal's name of the webhook, part of what it signs.</param>
/// <param name="ApiUrl"><c>PAYPAL_API_URL</c>.</param>
internal sealed record PayPalOptions(string ClientId, string ClientSecret, string WebhookId, Uri ApiUrl)
{
    /// <summary>Where PayPal sends shoppers who approved, when the storefront names no page (<c>Payments:PayPal:ReturnUrl</c>).</summary>
    public string? ReturnUrl { get; init; }

    /// <summary>Where it sends those who did not want to (<c>Payments:PayPal:CancelUrl</c>).</summary>
    public string? CancelUrl { get; init; }

    /// <summary>How long one try of a call may take (<c>Payments:PayPal:AttemptSeconds</c>).</summary>
    public TimeSpan Attempt { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>How long a call may take with all its tries (<c>Payments:PayPal:TotalSeconds</c>).</summary>
    public TimeSpan Total { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Pause before a call is tried again; doubled each time.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The configured account, or null; refuses half a configuration.</summary>
    public static PayPalOptions? From(IConfiguration configuration)
    {
        string[] names = ["PAYPAL_CLIENT_ID", "PAYPAL_CLIENT_SECRET", "PAYPAL_WEBHOOK_ID"];
        string? Set(string name) => configuration[name] is { Length: > 0 } value ? value.Trim() : null;
        if (Array.Find(names, n => Set(n) is not null) is not { } given) return null;
        if (Array.Find(names, n => Set(n) is null) is { } missing) throw new StartException($"{given} is set: set {missing} too.");

        var address = Set("PAYPAL_API_URL") ?? "https://api-m.paypal.com";
        if (!IsPage(address)) throw new StartException($"PAYPAL_API_URL must be an http or https address, got: '{address}'.");
        return new PayPalOptions(Set(names[0])!, Set(names[1])!, Set(names[2])!, new Uri(address.TrimEnd('/') + "/"))
        {
            ReturnUrl = Page("Payments:PayPal:ReturnUrl"),
            CancelUrl = Page("Payments:PayPal:CancelUrl"),
            Attempt = Seconds("Payments:PayPal:AttemptSeconds", 8),
            Total = Seconds("Payments:PayPal:TotalSeconds", 20),
        };

        string? Page(string name) => Set(name) is not { } text ? null : IsPage(text) ? text
            : throw new StartException($"{name} must be an absolute http or https address, got: '{text}'.");

        TimeSpan Seconds(string name, double otherwise) => TimeSpan.FromSeconds(Set(name) is not { } text ? otherwise
            : double.TryParse(text, out var seconds) && seconds is >= 0.1 and <= 600 ? seconds
            : throw new StartException($"{name} must be a number of seconds from 0.1 to 600, got: '{text}'."));
    }

    /// <summary>A page that a browser can be sent to.</summary>
    public static bool IsPage(string text) =>
        text.Length <= 2000 && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https";

    /// <summary>Without keys.</summary>
    public override string ToString() => $"PayPal at {ApiUrl}";
}
