using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Web;
using Microsoft.Extensions.Configuration;

namespace HeadlessPro.Identity.SignIn.OpenId;

/// <summary>
/// Who of a provider's people is staff, <c>Identity:OpenId:{name}:Staff</c>: those with an address of these domains; their roles by the groups the
/// provider says they are in. Without <c>Roles</c> the shop says what they may do.
/// </summary>
/// <param name="AllowedDomains">Of e-mail addresses.</param>
/// <param name="GroupsClaim">Where the provider names their groups.</param>
/// <param name="Roles">The role of each group.</param>
/// <param name="AutoCreate">Whether somebody with a role by their groups becomes staff by signing in.</param>
internal sealed record StaffRules(IReadOnlyList<string> AllowedDomains, string GroupsClaim, IReadOnlyDictionary<string, string> Roles, bool AutoCreate)
{
    private static readonly string[] Known = ["AllowedDomains", "GroupsClaim", "Roles", "AutoCreate"];

    /// <summary>Names of the roles that groups give.</summary>
    public string[] RolesOf(IReadOnlyList<string> groups) => [.. groups.Select(g => Roles.GetValueOrDefault(g)).OfType<string>().Distinct(StringComparer.Ordinal)];

    public static StaffRules? Read(IConfigurationSection section, bool isForStaff)
    {
        if (!isForStaff) return section.Exists() ? throw new StartException($"{section.Path} is set: set Actors to user, or customer,user, too.") : null;
        OpenIdSettings.RefuseUnknown(section, Known);
        const string expected = "the domains of your staff's e-mail addresses";
        var domains = OpenIdSettings.Domains(section, "AllowedDomains", expected);
        if (domains.Count == 0) throw OpenIdSettings.Wrong(section, "AllowedDomains", expected + ", separated by commas", null);
        var roles = section.GetSection("Roles").GetChildren().ToDictionary(r => r.Key, r => r.Value ?? "", StringComparer.Ordinal);
        if (roles.FirstOrDefault(r => r.Value.Length == 0) is { Key: { } group }) throw OpenIdSettings.Wrong(section, $"Roles:{group}", "the name of a role", "");
        var createsStaff = OpenIdSettings.Truth(section, "AutoCreate");
        if (createsStaff && roles.Count == 0) throw new StartException($"{section.Path}:AutoCreate: set {section.Path}:Roles too, which say who may become what.");
        return new StaffRules(domains, section["GroupsClaim"] is { Length: > 0 } claim ? claim : "groups", roles, createsStaff);
    }
}

/// <summary>
/// Whether staff sign in at a provider only (<c>Identity:Staff:SsoOnly</c>), but for one of them, who gets in with a password when the provider is down
/// (<c>Identity:Staff:BreakGlass</c>, an e-mail address).
/// </summary>
/// <param name="IsOnly">Whether they do.</param>
/// <param name="BreakGlass">The one's address.</param>
/// <param name="Providers">Names of the providers that sign in staff.</param>
internal sealed record StaffSignOn(bool IsOnly, string? BreakGlass, IReadOnlyList<string> Providers)
{
    private const string Section = "Identity:Staff";

    public static StaffSignOn Of(IConfiguration configuration, IReadOnlyList<OpenIdSettings> providers)
    {
        var section = configuration.GetSection(Section);
        OpenIdSettings.RefuseUnknown(section, ["SsoOnly", "BreakGlass"]);
        var isOnly = OpenIdSettings.Truth(section, "SsoOnly");
        var names = providers.Where(p => p.Staff is not null).Select(p => p.Name).ToList();
        if (isOnly && names.Count == 0) throw new StartException($"{Section}:SsoOnly: no provider signs in staff; set Actors and Staff of one in Identity:OpenId.");
        var email = section["BreakGlass"] is { Length: > 0 } given ? EmailAddress.Plain(given) : null;
        return email is null || EmailAddress.IsOne(email) ? new(isOnly, email, names) : throw OpenIdSettings.Wrong(section, "BreakGlass", "an e-mail address", email);
    }

    /// <summary>Whether a provider is the only way in of such people, but for that one's password.</summary>
    public bool IsOnlyWayOf(string actorType) => IsOnly && actorType == ActorTypes.User;

    /// <summary>Whether it is a way in at all.</summary>
    public bool Offers(string actorType, ISignInProvider provider) =>
        !IsOnlyWayOf(actorType) || provider is OpenIdSignIn || (provider is EmailPassword && BreakGlass is not null);

    /// <summary>Whether no password opens that account, which must not be told from a wrong one, in words or in time.</summary>
    public bool Refuses(string actorType, string email) => IsOnlyWayOf(actorType) && email != BreakGlass;
}
