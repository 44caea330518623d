using System.Net;
using Microsoft.Extensions.Configuration;

namespace HeadlessPro.Platform.Web;

/// <summary>
/// Networks that ask for many people, <c>RateLimits:Exempt</c>: nothing is counted per address there. By default this machine; storefronts that are rendered
/// on a server belong there.
/// </summary>
public sealed class ExemptClients(IConfiguration configuration)
{
    private readonly IPNetwork[] _networks = Proxies.Networks(configuration["RateLimits:Exempt"] ?? "127.0.0.0/8,::1", "RateLimits:Exempt");

    /// <summary>Whether the address is in one of them.</summary>
    public bool Contains(IPAddress address)
    {
        foreach (var network in _networks)
            if (network.Contains(address)) return true;

        return false;
    }
}
