using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Platform.Web;

/// <summary>Where a request comes from, past the proxies that are trusted.</summary>
public static class ClientAddress
{
    /// <summary>The address, of version 4 also where it came mapped into version 6, and without the link it came by; null where there is no connection.</summary>
    public static IPAddress? Of(HttpContext http) => http.Connection.RemoteIpAddress switch
    {
        { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4(),
        // fe80::1%eth0 is one of a neighbour; no database knows our links.
        { AddressFamily: AddressFamily.InterNetworkV6, ScopeId: not 0 } local => new IPAddress(local.GetAddressBytes()),
        var address => address,
    };

    /// <summary>What counts as one client: the address, or of version 6 its network of 64 bits, for whoever has one address there has 2^64.</summary>
    public static string ClientOf(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address.ToString();
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes) + "/64";
    }
}
