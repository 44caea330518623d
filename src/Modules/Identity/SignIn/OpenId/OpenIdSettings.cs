using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Mailed;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Web;
using Microsoft.Extensions.Configuration;

namespace HeadlessPro.Identity.SignIn.OpenId;

/// <summary>
/// A provider as the operator names it: <c>Identity:OpenId:{name}:{Authority, ClientId, ClientSecret, …}</c>. The names <c>google</c> and
/// <c>microsoft</c>, or <c>Preset</c> with one of them, need only the client.
/// </summary>
internal sealed record OpenIdSettings(string Name, Uri Authority, string ClientId, string ClientSecret)
{
    private const string Section = "Identity:OpenId";

    private static readonly string[] Known =
        ["Preset", "Tenant", "Authority", "ClientId", "ClientSecret", "DisplayName", "Scopes", "CallbackUrls", "TrustEmail", "TrustedDomains", "TimeoutSeconds", "Actors", "Staff"];

    // Ways in that are here without configuration.
    private static readonly string[] Taken = ["emailpass", "magic-link", "one-time-code", "passkey"];

    // At Microsoft these are nobody's own: anybody has an account there, or makes a tenant. The number is that of personal accounts.
    private static readonly string[] Shared = ["common", "organizations", "consumers", "9188040d-6c67-4c5b-b112-36a304b66dad"];

    public required string DisplayName { get; init; }

    public required string Scopes { get; init; }

    /// <summary>Pages of the shop the provider may send browsers to; the first is taken where a request names none.</summary>
    public required IReadOnlyList<string> CallbackUrls { get; init; }

    /// <summary>For all calls of one step together.</summary>
    public required TimeSpan Patience { get; init; }

    /// <summary>Whether the operator vouches for addresses that the provider does not call verified.</summary>
    public bool TrustsEmail { get; init; }

    /// <summary>Domains whose e-mail addresses the provider gives out: who has one there has it here. Google says it of each account.</summary>
    public IReadOnlyList<string> TrustedDomains { get; init; } = [];

    public bool IsGoogle { get; init; }

    /// <summary>Whom it signs in: <c>customer</c>, <c>user</c>.</summary>
    public required IReadOnlyList<string> Actors { get; init; }

    /// <summary>Who of the provider's people is staff, where it signs in staff.</summary>
    public StaffRules? Staff { get; init; }

    /// <summary>Whether it speaks for many tenants: where its issuer has <c>{tenantid}</c>, that is each token's <c>tid</c>.</summary>
    public bool IsShared { get; init; }

    /// <summary>Whether the authority is another name of a tenant (<c>contoso.com</c>, <c>consumers</c>), whose issuer has its number.</summary>
    public bool IsAlias { get; init; }

    /// <summary>Where somebody returns to who names no page: the one of their kind, else the first.</summary>
    public string CallbackOf(string actorType) => CallbackUrls.FirstOrDefault(u => u.Contains($"/auth/{actorType}/", StringComparison.Ordinal)) ?? CallbackUrls[0];

    /// <summary>Whether a subject's issuer is this provider.</summary>
    public bool Issues(string issuer) => IsAlias
        ? Uri.TryCreate(issuer, UriKind.Absolute, out var address) && address.GetLeftPart(UriPartial.Authority) == Authority.GetLeftPart(UriPartial.Authority)
        : issuer.TrimEnd('/') == Authority.OriginalString;

    /// <summary>Every provider that is configured; refuses what could not work, by name.</summary>
    public static IReadOnlyList<OpenIdSettings> All(IConfiguration configuration) =>
        [.. configuration.GetSection(Section).GetChildren().Select(section => Read(section, configuration))];

    private static OpenIdSettings Read(IConfigurationSection section, IConfiguration configuration)
    {
        var name = section.Key.ToLowerInvariant();
        if (name.Length > 40 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-') || Taken.Contains(name))
            throw new StartException($"{Section}:{section.Key}: a provider's name has letters, digits and hyphens, 40 at most, and is not one of {string.Join(", ", Taken)}.");
        RefuseUnknown(section, Known);
        var preset = section["Preset"] ?? (name is "google" or "microsoft" ? name : null);
        if (preset is not (null or "google" or "microsoft")) throw Wrong(section, "Preset", "google or microsoft", preset);
        var tenant = section["Tenant"] ?? "common";
        if (section["Tenant"] is not null && (preset != "microsoft" || tenant.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.'))))
            throw Wrong(section, "Tenant", "a tenant's id or domain, and Preset microsoft", tenant);
        var isShared = preset == "microsoft" && Shared.Contains(tenant);
        var trustsEmail = Truth(section, "TrustEmail");
        if (isShared && trustsEmail) throw new StartException($"{section.Path}:TrustEmail: anybody may have a tenant at Microsoft, and write any address there. Set Tenant to yours.");
        var actors = Parts(section, "Actors") is { Count: > 0 } given ? given : [ActorTypes.Customer];
        if (actors.Find(a => a is not (ActorTypes.Customer or ActorTypes.User)) is { } nobody) throw Wrong(section, "Actors", "customer, user, or both", nobody);
        if (isShared && actors.Contains(ActorTypes.User)) throw new StartException($"{section.Path}:Actors: anybody may have an account at Microsoft. Set Tenant to yours to let in staff.");
        var domains = Domains(section, "TrustedDomains", "domains whose e-mail addresses the provider gives out");
        if (isShared && domains.Count > 0) throw new StartException($"{section.Path}:TrustedDomains: anybody may have an account at Microsoft, with any address. Set Tenant to yours.");
        var staff = StaffRules.Read(section.GetSection("Staff"), actors.Contains(ActorTypes.User));
        return new OpenIdSettings(name, Address(section, preset, tenant), Need(section, "ClientId"), Need(section, "ClientSecret"))
        {
            DisplayName = section["DisplayName"] ?? preset switch { "google" => "Google", "microsoft" => "Microsoft", _ => name },
            Scopes = Scope(section),
            CallbackUrls = Callbacks(section, name, actors, configuration),
            Actors = actors,
            Staff = staff,
            Patience = Seconds(section),
            TrustsEmail = trustsEmail,
            // Whose staff sign in there has their addresses there.
            TrustedDomains = [.. domains, .. preset == "google" ? [] : staff?.AllowedDomains ?? []],
            IsGoogle = preset == "google",
            IsShared = isShared,
            IsAlias = preset == "microsoft" && !Guid.TryParseExact(tenant, "D", out _),
        };
    }

    private static Uri Address(IConfigurationSection section, string? preset, string tenant)
    {
        var text = section["Authority"] ?? preset switch
        {
            "google" => "https://accounts.google.com",
            "microsoft" => $"https://login.microsoftonline.com/{tenant}/v2.0",
            _ => Need(section, "Authority"),
        };
        return Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out var address) && IsSafe(address) && address.Query.Length == 0 && address.Fragment.Length == 0 && address.UserInfo.Length == 0
            ? address : throw Wrong(section, "Authority", "the provider's https address, without query (http only on this machine)", text);
    }

    private static string Scope(IConfigurationSection section)
    {
        var scopes = Parts(section, "Scopes") is { Count: > 0 } given ? given : ["openid", "email", "profile"];
        return scopes.Contains("openid") ? string.Join(' ', scopes) : throw Wrong(section, "Scopes", "scopes, openid among them", string.Join(' ', scopes));
    }

    private static List<string> Callbacks(IConfigurationSection section, string name, List<string> actors, IConfiguration configuration)
    {
        if (Parts(section, "CallbackUrls") is not { Count: > 0 } given) given = [.. actors.Select(a => $"{MailedSecrets.Pages(configuration, a)}/auth/{a}/{name}/callback")];
        foreach (var url in given)
            if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || !IsSafe(address) || address.Fragment.Length > 0)
                throw Wrong(section, "CallbackUrls", "https addresses of pages of the shop, separated by commas (http only on this machine)", url);
        return given;
    }

    private static TimeSpan Seconds(IConfigurationSection section) => section["TimeoutSeconds"] is not { } text ? TimeSpan.FromSeconds(10)
        : double.TryParse(text, out var seconds) && seconds is >= 0.1 and <= 60 ? TimeSpan.FromSeconds(seconds) : throw Wrong(section, "TimeoutSeconds", "a number from 0.1 to 60", text);

    /// <summary>A misspelt setting must not look like one that holds.</summary>
    public static void RefuseUnknown(IConfigurationSection section, string[] known)
    {
        foreach (var given in section.GetChildren())
            if (!known.Contains(given.Key, StringComparer.OrdinalIgnoreCase)) throw Wrong(section, given.Key, $"one of {string.Join(", ", known)}", given.Key);
    }

    public static bool Truth(IConfigurationSection section, string name) =>
        section[name] is not { Length: > 0 } text ? false : bool.TryParse(text, out var value) ? value : throw Wrong(section, name, "true or false", text);

    /// <summary>One text with commas or blanks between, or a list.</summary>
    public static List<string> Parts(IConfigurationSection section, string name) =>
        [.. (section[name] is { } text ? text.Split([',', ' '], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : section.GetSection(name).GetChildren().Select(c => c.Value ?? ""))];

    /// <summary>Of e-mail addresses, in lower case.</summary>
    public static List<string> Domains(IConfigurationSection section, string name, string expected)
    {
        var domains = Parts(section, name).ConvertAll(d => d.ToLowerInvariant());
        return domains.TrueForAll(d => EmailAddress.IsOne("a@" + d)) ? domains : throw Wrong(section, name, expected + ", separated by commas", string.Join(',', domains));
    }

    private static string Need(IConfigurationSection section, string name) =>
        section[name] is { Length: > 0 } value ? value : throw new StartException($"{section.Path} is a provider to sign in with: set {section.Path}:{name} too.");

    /// <summary>Secrets and codes go there: encrypted, or not over the network at all.</summary>
    public static bool IsSafe(Uri address) => address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback);

    public static StartException Wrong(IConfigurationSection section, string name, string expected, string? got) => new($"{section.Path}:{name} must be {expected}, got: '{got}'.");
}
