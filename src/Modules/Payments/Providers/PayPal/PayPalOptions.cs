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
        var settings = new ProviderSettings(configuration);
        if (Array.Find(names, n => settings.Text(n) is not null) is not { } given) return null;
        if (Array.Find(names, n => settings.Text(n) is null) is { } missing) throw new StartException($"{given} is set: set {missing} too.");

        var address = settings.Text("PAYPAL_API_URL") ?? "https://api-m.paypal.com";
        if (!Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new StartException($"PAYPAL_API_URL must be an http or https address, got: '{address}'.");
        if (url.Scheme == "http" && !url.IsLoopback) throw new StartException($"PAYPAL_API_URL must be an https address, got: '{address}'.");
        return new PayPalOptions(settings.Text(names[0])!, settings.Text(names[1])!, settings.Text(names[2])!, url)
        {
            ReturnUrl = settings.Page("Payments:PayPal:ReturnUrl"),
            CancelUrl = settings.Page("Payments:PayPal:CancelUrl"),
            Attempt = settings.Seconds("Payments:PayPal:AttemptSeconds", 8),
            Total = settings.Seconds("Payments:PayPal:TotalSeconds", 20),
        };
    }

    /// <summary>Without keys.</summary>
    public override string ToString() => $"PayPal at {ApiUrl}";
}
