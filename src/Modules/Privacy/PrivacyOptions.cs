using HeadlessPro.Platform;
using Microsoft.Extensions.Configuration;

namespace HeadlessPro.Privacy;

/// <summary>Settings, <c>Privacy__…</c>.</summary>
internal sealed record PrivacyOptions
{
    /// <summary>What customers are asked to agree to.</summary>
    public string[] Purposes { get; init; } = [];

    /// <summary>How long an archive lies ready.</summary>
    public TimeSpan KeepExports { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long customers may take it back that they are to be forgotten.</summary>
    public TimeSpan ErasureWaits { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long after an order, or a dispute, something may still be under way.</summary>
    public TimeSpan OrdersOpenFor { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Where the storefront's pages are, from <c>STOREFRONT_URL</c>.</summary>
    public string Storefront { get; private init; } = "";

    public static PrivacyOptions From(IConfiguration configuration)
    {
        var options = configuration.GetSection("Privacy").Get<PrivacyOptions>() ?? new();
        options = options with { Storefront = (configuration["STOREFRONT_URL"] ?? "http://localhost:8000").TrimEnd('/') };
        if (options.Purposes.Length == 0) options = options with { Purposes = ["marketing_email", "marketing_sms", "analytics", "personalization"] };
        if (options.Purposes.FirstOrDefault(p => p.Length is 0 or > 60 || p.Any(c => c is not ('_' or (>= 'a' and <= 'z') or (>= '0' and <= '9')))) is { } wrong)
            throw new StartException($"Privacy__Purposes: '{wrong}' must have 1 to 60 small letters, digits and '_'.");
        if (options.KeepExports <= TimeSpan.Zero) throw new StartException("Privacy__KeepExports must be more than nothing.");
        if (options.ErasureWaits < TimeSpan.Zero) throw new StartException("Privacy__ErasureWaits must not be less than nothing.");
        return options.OrdersOpenFor < TimeSpan.Zero ? throw new StartException("Privacy__OrdersOpenFor must not be less than nothing.") : options;
    }
}
