using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace HeadlessPro.Platform.Web;

/// <summary>
/// Who stands between us and the clients: <c>TRUSTED_PROXIES</c>, comma-separated addresses or networks (<c>10.0.0.0/8</c>). Of theirs alone is
/// <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> believed; anybody else's is a header like any other.
/// </summary>
internal static class Proxies
{
    private const string Setting = "TRUSTED_PROXIES";

    public static void Use(WebApplication app)
    {
        if (app.Configuration[Setting] is not { Length: > 0 } text) return;
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
        // The framework would trust this machine unasked.
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in Networks(text, Setting)) options.KnownIPNetworks.Add(network);
        app.UseForwardedHeaders(options);
    }

    /// <summary>Comma-separated addresses and networks; a <see cref="StartException"/> names what is neither.</summary>
    public static IPNetwork[] Networks(string text, string setting) =>
    [
        .. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(part =>
            IPNetwork.TryParse(part, out var network) ? network
            : IPAddress.TryParse(part, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
            : throw new StartException($"{setting}: '{part}' is neither an address nor a network such as 10.0.0.0/8.")),
    ];
}
