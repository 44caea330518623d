using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Mailed;
using HeadlessPro.Platform;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Configuration;

namespace HeadlessPro.Identity.Passkeys;

/// <summary>
/// Where passkeys are made and used: the domain they belong to (WebAuthn's relying party) and the origins of pages that may ask for them. Both
/// come from the pages we know (<c>STOREFRONT_URL</c> and <c>STORE_CORS</c>, for staff <c>ADMIN_URL</c> and <c>ADMIN_CORS</c>) unless
/// <c>Identity:Passkeys:customer</c> or <c>…:user</c> say otherwise. Our own pages (<c>PUBLIC_URL</c>) may, where they are at that domain.
/// </summary>
internal sealed class PasskeySettings
{
    private const string AndroidApp = "android:apk-key-hash:";

    private readonly Dictionary<string, (string Domain, HashSet<string> Origins)?> _pages;

    private readonly string? _own;

    private PasskeySettings(IConfiguration configuration)
    {
        _own = Uri.TryCreate(configuration["PUBLIC_URL"], UriKind.Absolute, out var own) && IsOrigin(own.GetLeftPart(UriPartial.Authority)) ? own.GetLeftPart(UriPartial.Authority) : null;
        _pages = new(StringComparer.Ordinal)
        {
            [ActorTypes.Customer] = Read(configuration, ActorTypes.Customer, "STOREFRONT_URL", "STORE_CORS", _own),
            [ActorTypes.User] = Read(configuration, ActorTypes.User, "ADMIN_URL", "ADMIN_CORS", _own),
        };
    }

    /// <summary>Reads them when the program starts, so that nonsense does not wait for the first passkey.</summary>
    public static PasskeySettings Of(IConfiguration configuration) => new(configuration);

    /// <summary>What the framework's handler goes by; refused where the pages are at an address (an IP) that no passkey can belong to.</summary>
    /// <param name="actorType">As what.</param>
    /// <param name="verification">Whether an authenticator must look at its owner.</param>
    public Result<IdentityPasskeyOptions> For(string actorType, string verification = "preferred") => _pages[actorType] is var (domain, origins)
        ? Options(domain, origins, verification)
        : Error.NotAllowed("Passkeys need a domain, and this shop's pages have none", "passkeys_unavailable");

    /// <summary>Whether our own pages may ask for them.</summary>
    public bool AreOnOurPages(string actorType) => _own is not null && _pages[actorType] is var (_, origins) && origins.Contains(_own);

    private static (string Domain, HashSet<string> Origins)? Read(IConfiguration configuration, string actorType, string pageSetting, string corsSetting, string? own)
    {
        var section = $"Identity:Passkeys:{actorType}";
        var page = new Uri(MailedSecrets.Pages(configuration, actorType), UriKind.RelativeOrAbsolute);
        var (givenDomain, givenOrigins) = (configuration[$"{section}:Domain"], configuration[$"{section}:Origins"]);
        if (givenDomain is not null && !IsDomain(givenDomain))
            throw new StartException($"{section}:Domain must be a domain alone, such as 'example.com', not '{givenDomain}'.");
        var domain = givenDomain ?? (page is { IsAbsoluteUri: true } && IsDomain(page.Host) ? page.Host : null);
        HashSet<string> origins = new(StringComparer.Ordinal);
        foreach (var origin in List(givenOrigins))
            if (!origins.Add(IsOrigin(origin) ? origin : throw new StartException($"{section}:Origins: '{origin}' is no origin such as 'https://shop.example.com' (http is for localhost alone)."))) continue;
        if (givenOrigins is null) origins.UnionWith(List(configuration[corsSetting]).Select(o => o.TrimEnd('/')).Append(page.IsAbsoluteUri ? page.GetLeftPart(UriPartial.Authority) : "").Where(IsOrigin));
        if (own is not null && domain is not null && IsAt(own, domain)) origins.Add(own);

        if (domain is not null && origins.Any(o => IsAt(o, domain))) return (domain, origins);
        if (givenDomain is null && givenOrigins is null) return null;
        throw new StartException($"{section}: no page at '{domain}' or below it may ask for passkeys; set {section}:Domain, {section}:Origins or {pageSetting}.");
    }

    private static IdentityPasskeyOptions Options(string domain, HashSet<string> origins, string verification) => new()
    {
        ServerDomain = domain,
        // The account is found by the passkey: nobody has to say who they are, and nobody is told who has passkeys.
        ResidentKeyRequirement = "required",
        UserVerificationRequirement = verification,
        AttestationConveyancePreference = "none",
        AuthenticatorTimeout = PasskeyChallenges.Lifetime,
        // Never within a frame of somebody else's page.
        ValidateOrigin = asked => ValueTask.FromResult(!asked.CrossOrigin && origins.Contains(asked.Origin)),
    };

    private static IEnumerable<string> List(string? text) => (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static bool IsDomain(string text) =>
        Uri.CheckHostName(text) == UriHostNameType.Dns && text == text.ToLowerInvariant() && (text == "localhost" || (text.Contains('.', StringComparison.Ordinal) && !text.EndsWith('.')));

    private static bool IsOrigin(string text) => text.StartsWith(AndroidApp, StringComparison.Ordinal)
        || (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.GetLeftPart(UriPartial.Authority) == text
            && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && (uri.Host == "localhost" || uri.Host.EndsWith(".localhost", StringComparison.Ordinal)))));

    private static bool IsAt(string origin, string domain) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && (uri.Host == domain || uri.Host.EndsWith("." + domain, StringComparison.Ordinal));
}
