using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace HeadlessPro.Identity.SignIn.OpenId;

/// <summary>
/// A provider as it describes itself: its name in tokens (with <c>{tenantid}</c> where it speaks for many), where it is asked what, by which
/// algorithms of those we take it signs, whether a client shows its secret as HTTP Basic or in the form, and whether each answer to a browser
/// says whose it is (RFC 9207).
/// </summary>
internal sealed record ProviderMetadata(
    string Issuer, Uri Authorization, Uri Token, Uri? UserInfo, Uri Keys, IReadOnlyList<string> Algorithms, bool TakesBasic, bool NamesItself)
{
    public const string TenantId = "{tenantid}";

    /// <summary>Whether each token names its own issuer.</summary>
    public bool IsOfManyTenants => Issuer.Contains(TenantId, StringComparison.Ordinal);
}

/// <summary>
/// Reads a provider's description and keys, and remembers them for an hour; where it is down then, for a day, with a look every half minute. A key nobody knows is looked for
/// again at once, but not more often than every half minute, whatever tokens somebody makes up.
/// </summary>
internal sealed class Discovery(OpenIdSettings settings, OpenIdHttp http, TimeProvider clock) : IDisposable
{
    // Signatures that need a key nobody else has: never a shared secret, never none.
    private static readonly string[] Signatures = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    private const int LeastRsa = 2048;
    private static readonly TimeSpan Fresh = TimeSpan.FromHours(1);
    private static readonly TimeSpan Usable = TimeSpan.FromDays(1);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _reading = new(1);
    private Kept? _kept;
    private DateTimeOffset _lookedAgain = DateTimeOffset.MinValue;
    private DateTimeOffset _lookedInVain = DateTimeOffset.MinValue;

    public void Dispose() => _reading.Dispose();

    public async Task<ProviderMetadata> Metadata(CancellationToken ct) => (await Current(ct)).Metadata;

    /// <summary>The keys that may have signed a token with this <c>kid</c>; none when nobody has such a key.</summary>
    public async Task<IReadOnlyList<JsonWebKey>> Keys(string? kid, CancellationToken ct)
    {
        var kept = await Current(ct);
        if (Fitting(kept) is { Count: > 0 } fitting) return fitting;
        await _reading.WaitAsync(ct);
        try
        {
            // Somebody else may have looked while we waited.
            if (ReferenceEquals(kept, _kept) && clock.GetUtcNow() - _lookedAgain >= BetweenLooks)
            {
                _lookedAgain = clock.GetUtcNow();
                _kept = kept with { Keys = await ReadKeys(kept.Metadata, ct) };
            }

            return Fitting(_kept ?? kept);
        }
        finally
        {
            _reading.Release();
        }

        List<JsonWebKey> Fitting(Kept known) => [.. known.Keys.Where(k => kid is null || k.Kid == kid)];
    }

    private async Task<Kept> Current(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (_kept is { } known && now - known.Since < Fresh) return known;
        // With what was read before, nobody waits for who looks now, nor looks again at once where nothing was to be had.
        var old = _kept is { } former && now - former.Since < Usable ? former : null;
        if (old is not null && now - _lookedInVain < BetweenLooks) return old;
        if (!await _reading.WaitAsync(old is null ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, ct)) return old!;
        try
        {
            if (_kept is { } meanwhile && now - meanwhile.Since < Fresh) return meanwhile;
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
            // The rest of the time is for what the description is needed for.
            if (old is not null) deadline.CancelAfter(settings.Patience / 2);
            try
            {
                var metadata = await Read(deadline.Token);
                return _kept = new Kept(metadata, await ReadKeys(metadata, deadline.Token), now);
            }
            catch (Exception e) when (old is not null && (e is OpenIdRefusal || (e is OperationCanceledException && !ct.IsCancellationRequested)))
            {
                _lookedInVain = now;
                return old;
            }
        }
        finally
        {
            _reading.Release();
        }
    }

    private async Task<ProviderMetadata> Read(CancellationToken ct)
    {
        var json = await http.Get(new Uri(settings.Authority.OriginalString + "/.well-known/openid-configuration"), null, ct);
        var issuer = json.Text("issuer");
        // Whoever describes another's issuer is not who was configured.
        if (issuer is null || !(issuer.TrimEnd('/') == settings.Authority.OriginalString || (settings.IsAlias && IsBeside(issuer))) || (issuer.Contains(ProviderMetadata.TenantId, StringComparison.Ordinal) && !settings.IsShared))
            throw OpenIdRefusal.Unreachable($"{settings.Authority} describes another issuer: '{issuer}'");
        var offered = json.Texts("id_token_signing_alg_values_supported") ?? ["RS256"];
        var clients = json.Texts("token_endpoint_auth_methods_supported") ?? ["client_secret_basic"];
        return new ProviderMetadata(
            issuer, Endpoint(json, "authorization_endpoint"), Endpoint(json, "token_endpoint"), json.Text("userinfo_endpoint") is null ? null : Endpoint(json, "userinfo_endpoint"),
            Endpoint(json, "jwks_uri"), [.. offered.Intersect(Signatures)], clients.Contains("client_secret_basic"), json.IsTrue("authorization_response_iss_parameter_supported"));
    }

    /// <summary>Of the host that was configured.</summary>
    private bool IsBeside(string issuer) =>
        Uri.TryCreate(issuer.Replace(ProviderMetadata.TenantId, "tenant", StringComparison.Ordinal), UriKind.Absolute, out var address)
        && address.GetLeftPart(UriPartial.Authority) == settings.Authority.GetLeftPart(UriPartial.Authority);

    private Uri Endpoint(JsonElement json, string name) =>
        Uri.TryCreate(json.Text(name), UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || (settings.Authority.IsLoopback && OpenIdSettings.IsSafe(address)))
            ? address : throw OpenIdRefusal.Unreachable($"{settings.Authority}: {name} is no https address");

    private async Task<IReadOnlyList<JsonWebKey>> ReadKeys(ProviderMetadata metadata, CancellationToken ct)
    {
        var json = await http.Get(metadata.Keys, null, ct);
        if (!json.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Array) throw OpenIdRefusal.Unreachable($"{metadata.Keys} has no keys");
        return [.. keys.EnumerateArray().Select(Key).OfType<JsonWebKey>()];
    }

    /// <summary>A key that checks signatures; what is of another kind, or weak, is left out.</summary>
    private static JsonWebKey? Key(JsonElement json)
    {
        try
        {
            var key = new JsonWebKey(json.GetRawText());
            return key is { Use: null or "" or "sig" } && (key.Kty == "EC" || (key.Kty == "RSA" && key.KeySize >= LeastRsa)) ? key : null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or JsonException)
        {
            return null;
        }
    }

    private sealed record Kept(ProviderMetadata Metadata, IReadOnlyList<JsonWebKey> Keys, DateTimeOffset Since);
}
