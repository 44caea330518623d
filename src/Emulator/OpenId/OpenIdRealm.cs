using System.Security.Cryptography;

namespace HeadlessPro.Emulator.OpenId;

/// <summary>Somebody who signs in at the provider.</summary>
/// <param name="Sub">Their number there, which never changes.</param>
/// <param name="Tenant">Whose provider it is, where one serves many: <c>tid</c>.</param>
internal sealed record OpenIdPerson(string Sub, string Email, bool IsVerified, string GivenName, string FamilyName, IReadOnlyList<string> Groups, string Tenant);

/// <summary>What a client asked for, and who has agreed to it.</summary>
internal sealed record OpenIdCode(string Code, string ClientId, string RedirectUri, string Scope, string? Nonce, string Challenge, OpenIdPerson Person, DateTimeOffset ExpiresAt)
{
    public bool IsUsed { get; set; }
}

internal sealed record OpenIdAccess(string Token, string Scope, OpenIdPerson Person, DateTimeOffset ExpiresAt);

/// <summary>One provider: its issuer, its keys, its people. The realm <c>common</c> serves many tenants, each an issuer of its own, and <c>contoso</c> is another name of one, as at Microsoft.</summary>
internal sealed class OpenIdRealm(string name, EmulatorState state)
{
    private readonly List<OpenIdKey> keys = [];

    public string Name => name;

    public bool HasTenants => name == "common";

    /// <summary>Whether it is another name of a tenant's own provider: its issuer has the tenant's number.</summary>
    public bool IsAlias => name == "contoso";

    public string Address => $"{state.Url}/openid/{name}";

    public Lock Lock { get; } = new();

    public Table<OpenIdCode> Codes { get; } = new(c => c.Code, 1000);

    public Table<OpenIdAccess> Access { get; } = new(a => a.Token, 1000);

    public Dictionary<string, OpenIdPerson> People { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Secrets of clients that were named; another may have any.</summary>
    public Dictionary<string, string> Clients { get; } = [];

    /// <summary>Whether the ID token says nothing but who it is, and the rest must be asked for.</summary>
    public bool IsTerse { get; set; }

    /// <summary>Those that are published; the last one signs.</summary>
    public IReadOnlyList<OpenIdKey> Keys
    {
        get
        {
            if (keys.Count == 0) keys.Add(new OpenIdKey("RS256"));
            return keys;
        }
    }

    public string IssuerOf(OpenIdPerson person) => HasTenants || IsAlias ? $"{state.Url}/openid/{person.Tenant}" : Address;

    /// <summary>A new key signs from now on; the old ones stay published, or do not.</summary>
    public void Rotate(string algorithm, bool keep)
    {
        if (!keep) keys.Clear();
        keys.Add(new OpenIdKey(algorithm));
    }

    /// <summary>Who is known by that address; others are made on the page.</summary>
    public OpenIdPerson Admit(OpenIdPerson person) => People[person.Email] = person;

    public static string SubOf(string email) => Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(email.ToLowerInvariant())))[..20];
}

/// <summary>Every realm: the first request of its name makes one.</summary>
internal sealed class OpenIdBook(EmulatorState state)
{
    private const int Most = 100;
    private readonly Dictionary<string, OpenIdRealm> realms = [];

    public EmulatorState State => state;

    public OpenIdRealm? Find(string name)
    {
        lock (realms)
        {
            if (realms.TryGetValue(name, out var found)) return found;
            return realms.Count < Most && name.Length <= 40 ? realms[name] = new OpenIdRealm(name, state) : null;
        }
    }

    public void Clear()
    {
        lock (realms) realms.Clear();
    }
}
