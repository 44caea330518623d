using HeadlessPro.Platform;
using Microsoft.Extensions.Configuration;

namespace HeadlessPro.Payments.Providers;

/// <summary>A provider's settings; what cannot be meant is refused at start, by name.</summary>
internal sealed class ProviderSettings(IConfiguration configuration)
{
    /// <summary>Null when it is not set, or empty.</summary>
    public string? Text(string name) => configuration[name] is { Length: > 0 } value ? value.Trim() : null;

    /// <summary>A page that a browser can be sent to.</summary>
    public string? Page(string name) => Text(name) is not { } text ? null : IsPage(text) ? text
        : throw new StartException($"{name} must be an absolute http or https address, got: '{text}'.");

    public TimeSpan Seconds(string name, double otherwise) => TimeSpan.FromSeconds(Text(name) is not { } text ? otherwise
        : double.TryParse(text, out var seconds) && seconds is >= 0.1 and <= 600 ? seconds
        : throw new StartException($"{name} must be a number of seconds from 0.1 to 600, got: '{text}'."));

    public static bool IsPage(string text) =>
        text.Length <= 2000 && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https";
}
