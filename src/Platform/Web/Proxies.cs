using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using IPNetwork = System.Net.IPNetwork;

namespace HeadlessPro.Platform.Web;

/// <summary>
/// Who stands between us and the clients: <c>TRUSTED_PROXIES</c>, comma-separated addresses or networks (<c>10.0.0.0/8</c>). Of theirs alone is
/// <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> believed; anybody else's is a header like any other.
/// </summary>
internal static partial class Proxies
{
    private const string Setting = "TRUSTED_PROXIES";

    public static void Use(WebApplication app)
    {
        if (app.Configuration[Setting] is not { Length: > 0 } text)
        {
            WarnOfUnnamed(app);
            return;
        }

        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
        // The framework would trust this machine unasked.
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in Networks(text, Setting)) options.KnownIPNetworks.Add(network);
        app.UseForwardedHeaders(options);
    }

    // Once: whoever is behind it comes from this machine, and who does that is asked for nothing.
    private static void WarnOfUnnamed(WebApplication app)
    {
        var exempt = app.Services.GetRequiredService<ExemptClients>();
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Proxies).FullName!);
        var isSaid = false;
        app.Use(next => http =>
        {
            if (!Volatile.Read(ref isSaid) && http.Request.Headers.ContainsKey("X-Forwarded-For")
                && ClientAddress.Of(http) is { } address && IPAddress.IsLoopback(address) && exempt.Contains(address) && !Interlocked.Exchange(ref isSaid, true))
                SayUnnamed(log);
            return next(http);
        });
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A proxy on this machine without TRUSTED_PROXIES lifts the limits for everybody; name it there, or this machine's own clients in RateLimits__Exempt")]
    private static partial void SayUnnamed(ILogger log);

    /// <summary>Comma-separated addresses and networks; a <see cref="StartException"/> names what is neither.</summary>
    public static IPNetwork[] Networks(string text, string setting) =>
    [
        .. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(part =>
            IPNetwork.TryParse(part, out var network) ? network
            : IPAddress.TryParse(part, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
            : throw new StartException($"{setting}: '{part}' is neither an address nor a network such as 10.0.0.0/8.")),
    ];
}
