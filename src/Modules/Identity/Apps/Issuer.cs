using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Identity.Apps;

/// <summary>
/// Who we are to apps: <c>PUBLIC_URL</c>, else where this host listens. Never what a request says, for then whoever asks would decide what
/// tokens say.
/// </summary>
internal sealed class Issuer(IConfiguration configuration, IServiceProvider services)
{
    private string? _url;

    public string Url => _url ??= (configuration["PUBLIC_URL"] is { Length: > 0 } given ? given : Listening()).TrimEnd('/');

    private string Listening()
    {
        // Known once the server has started, which is before anybody asks.
        var addresses = services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        return addresses.FirstOrDefault() is { } address
            ? address.Replace("//[::]", "//localhost", StringComparison.Ordinal).Replace("//0.0.0.0", "//localhost", StringComparison.Ordinal).Replace("//*", "//localhost", StringComparison.Ordinal)
            : "http://localhost";
    }
}
