using HeadlessPro.Platform;
using Microsoft.Extensions.Configuration;

namespace HeadlessPro.Payments.Providers.Stripe;

/// <summary>An account at Stripe.</summary>
/// <param name="ApiKey"><c>STRIPE_API_KEY</c>: <c>sk_…</c>, or a restricted <c>rk_…</c>.</param>
/// <param name="WebhookSecrets"><c>STRIPE_WEBHOOK_SECRET</c>: <c>whsec_…</c>, several while one is rotated, separated by commas.</param>
/// <param name="ApiUrl"><c>STRIPE_API_URL</c>.</param>
internal sealed record StripeOptions(string ApiKey, IReadOnlyList<string> WebhookSecrets, Uri ApiUrl)
{
    /// <summary>Where the hosted page sends shoppers who paid, when the storefront names no page (<c>Payments:Stripe:SuccessUrl</c>).</summary>
    public string? SuccessUrl { get; init; }

    /// <summary>Where it sends those who did not want to (<c>Payments:Stripe:CancelUrl</c>).</summary>
    public string? CancelUrl { get; init; }

    /// <summary>How long one try of a call may take (<c>Payments:Stripe:AttemptSeconds</c>).</summary>
    public TimeSpan Attempt { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>How long a call may take with all its tries (<c>Payments:Stripe:TotalSeconds</c>).</summary>
    public TimeSpan Total { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Pause before a call is tried again; doubled each time.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The configured account, or null; refuses keys that cannot work.</summary>
    public static StripeOptions? From(IConfiguration configuration)
    {
        var settings = new ProviderSettings(configuration);
        var secrets = settings.Text("STRIPE_WEBHOOK_SECRET");
        if (settings.Text("STRIPE_API_KEY") is not { } key)
            return secrets is null ? null : throw new StartException("STRIPE_WEBHOOK_SECRET is set: set STRIPE_API_KEY too.");

        if (key.StartsWith("pk_", StringComparison.Ordinal))
            throw new StartException("STRIPE_API_KEY is a publishable key (pk_…), which is for browsers: set the secret key (sk_… or rk_…).");
        if (!IsKey(key, "sk_test_", "sk_live_", "rk_test_", "rk_live_"))
            throw new StartException("STRIPE_API_KEY must be a secret key of Stripe: sk_test_…, sk_live_…, rk_test_… or rk_live_…, without blanks.");
        var address = settings.Text("STRIPE_API_URL") ?? "https://api.stripe.com";
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new StartException($"STRIPE_API_URL must be an http or https address, got: '{address}'.");
        if (url.Scheme == "http" && !url.IsLoopback && key.Contains("_live_", StringComparison.Ordinal))
            throw new StartException($"STRIPE_API_URL must be an https address with a live key, got: '{address}'.");

        return new StripeOptions(key, secrets is null ? [] : Secrets(secrets), url)
        {
            SuccessUrl = settings.Page("Payments:Stripe:SuccessUrl"),
            CancelUrl = settings.Page("Payments:Stripe:CancelUrl"),
            Attempt = settings.Seconds("Payments:Stripe:AttemptSeconds", 8),
            Total = settings.Seconds("Payments:Stripe:TotalSeconds", 20),
        };
    }

    /// <summary>Without keys.</summary>
    public override string ToString() => $"Stripe at {ApiUrl}";

    private static string[] Secrets(string text)
    {
        var secrets = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return secrets.Length > 0 && secrets.All(s => IsKey(s, "whsec_")) ? secrets
            : throw new StartException("STRIPE_WEBHOOK_SECRET must be the signing secret of a webhook endpoint (whsec_…), or several separated by commas.");
    }

    private static bool IsKey(string text, params ReadOnlySpan<string> prefixes)
    {
        foreach (var prefix in prefixes)
            if (text.StartsWith(prefix, StringComparison.Ordinal) && text.Length > prefix.Length)
                return text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
        return false;
    }
}
