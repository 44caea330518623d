using System.Net;
using System.Security.Cryptography;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Staff;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Identity.Apps;

/// <summary>What an app may be.</summary>
internal static class AppRules
{
    public const string Confidential = "confidential";
    public const string Public = "public";
    public const string AuthorizationCode = "authorization_code";
    public const string RefreshToken = "refresh_token";
    public const string ClientCredentials = "client_credentials";

    private const string Localhost = "localhost";
    private const int MostUris = 20;
    private const int LongestUri = 2000;

    public static string NewSecret() => "cs_" + RandomNumberGenerator.GetHexString(64, lowercase: true);

    public static void CheckName(string? name) => Check.Text("name", name, max: 100, min: 1);

    /// <summary>
    /// Where browsers are sent back to: compared letter by letter, but for the port of a loopback address (RFC 8252, 7.3). Public apps, on people's own devices,
    /// also have that machine's name, and addresses of a scheme of their own (RFC 8252, 7.1).
    /// </summary>
    public static string[] RedirectUris(IReadOnlyList<string> given, string kind)
    {
        Check.Count("redirect_uris", given, MostUris);
        foreach (var uri in given)
        {
            if (uri.Length > LongestUri || uri.Contains('*', StringComparison.Ordinal) || uri.Contains('#', StringComparison.Ordinal) || !IsPlain(uri)
                || !Uri.TryCreate(uri, UriKind.Absolute, out var read) || read.UserInfo.Length > 0 || !IsOneOf(kind, uri, read))
                throw Wrong("redirect_uris", "must be https addresses, http ones of 127.0.0.1 or [::1], or of public apps http://localhost and schemes such as com.example.app:/, without fragment, user or wildcard", uri);
        }

        return [.. given.Distinct(StringComparer.Ordinal)];
    }

    private static bool IsOneOf(string kind, string text, Uri uri) => uri.Scheme == Uri.UriSchemeHttps
        || (kind == Public ? IsLoopback(uri) || IsPrivate(text, uri) : IsLoopback(uri) && uri.Host != Localhost);

    // Looked at as it was given: Uri cuts off white space, and no header can have the rest.
    private static bool IsPlain(string uri) => uri.All(c => c is > ' ' and <= '~' and not '\\');

    /// <summary>Whether a request's address is one of the app's.</summary>
    public static bool IsRedirectUri(AppRow app, string given) => IsPlain(given) && app.RedirectUris.Any(known => known == given
        || (Uri.TryCreate(known, UriKind.Absolute, out var registered) && IsLoopback(registered)
            && Uri.TryCreate(given, UriKind.Absolute, out var asked) && IsLoopback(asked) && asked.UserInfo.Length == 0 && !given.Contains('#', StringComparison.Ordinal)
            && asked.Host == registered.Host && asked.PathAndQuery == registered.PathAndQuery));

    /// <summary>The scopes of a request, if there are such for the audience and the caller may give them.</summary>
    public static string[] ScopesOf(string audience, IReadOnlyList<string> given, Caller caller)
    {
        Check.Count("scopes", given, 100);
        var known = audience == ActorTypes.Customer ? Scopes.OfCustomers.Select(s => s.Name) : Permissions.All.Select(p => p.Name);
        var all = known.Concat(Scopes.OfAnybody.Select(s => s.Name)).Except(Scopes.NotForApps).ToHashSet(StringComparer.Ordinal);
        if (given.FirstOrDefault(s => !all.Contains(s)) is { } unknown) throw Wrong("scopes", audience == ActorTypes.Customer
            ? "must be scopes of apps for customers such as 'account:read'" : "must be permissions an app can have such as 'orders:read', or 'openid', 'email', 'profile', 'offline_access'", unknown);
        RequireAll(given, caller);
        return [.. given.Distinct(StringComparer.Ordinal)];
    }

    public static string[] GrantTypesOf(string kind, string audience, IReadOnlyList<string> given, IReadOnlyList<string> redirectUris)
    {
        Check.Count("grant_types", given, 3);
        foreach (var grant in given) Check.OneOf("grant_types", grant, AuthorizationCode, RefreshToken, ClientCredentials);
        if (given.Contains(RefreshToken) && !given.Contains(AuthorizationCode)) throw Wrong("grant_types", "has 'refresh_token' only with 'authorization_code'");
        if (given.Contains(ClientCredentials) && (kind == Public || audience == ActorTypes.Customer)) throw Wrong("grant_types", "has 'client_credentials' only for confidential apps of audience 'user'");
        if (given.Contains(AuthorizationCode) && redirectUris.Count == 0) throw Wrong("redirect_uris", "must have an address for 'authorization_code'");
        return [.. given.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>
    /// Who makes an app, changes it or reads its secret can get what it is given: they must have that themselves. One whose users are not
    /// asked is, for them, like being able to do everything they can.
    /// </summary>
    public static void RequireAll(IReadOnlyList<string> scopes, Caller caller, bool isFirstParty = false)
    {
        Grants.RequireAll(scopes.Where(s => Permissions.All.Any(p => p.Name == s)), caller);
        if (isFirstParty && !caller.May(Permissions.Everything))
            throw new ErrorException(Error.Forbidden("The permission '*' is missing: only who may do everything has to do with apps that ask nobody"));
    }

    /// <summary>Whether a program on the person's own device hears what is sent there: whichever was first to say that it is the one.</summary>
    public static bool IsOnDevice(string redirectUri) => new Uri(redirectUri) is var uri && uri.Scheme != Uri.UriSchemeHttps;

    private static bool IsLoopback(Uri uri) => uri.Scheme == Uri.UriSchemeHttp
        && (uri.Host == Localhost || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)));

    // A domain of its makers, backwards: no scheme that a browser or another program gives a meaning has a dot.
    private static bool IsPrivate(string text, Uri uri) => uri.Scheme.Contains('.', StringComparison.Ordinal) && text.StartsWith(uri.Scheme + ":/", StringComparison.Ordinal);

    private static ErrorException Wrong(string field, string what, string? got = null) => new(Error.Invalid(
        $"Invalid request: Field '{field}' {what}{(got is null ? "" : $", got: '{(got.Length > 80 ? got[..80] : got)}'")}"));
}

internal static class AppErrors
{
    public static Error NoApp(string id) => Error.NotFound($"App with id: {id} was not found");
}
