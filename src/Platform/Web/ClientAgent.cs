using HeadlessPro.Platform.Security;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Platform.Web;

/// <summary>With which program a client says it asks: it may say anything.</summary>
public static class ClientAgent
{
    private const int Longest = 255;

    /// <summary>As it may be kept: no card number is in it. Empty when nothing is said.</summary>
    public static string Of(HttpContext http)
    {
        var agent = CardNumbers.Mask(http.Request.Headers.UserAgent.ToString().Replace("\0", "", StringComparison.Ordinal));
        return agent.Length > Longest ? agent[..Longest] : agent;
    }
}
