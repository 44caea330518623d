using System.Security.Cryptography;
using System.Text;
using Dapper;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Data;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;

namespace HeadlessPro.Identity.Sessions;

/// <summary>
/// What tokens are signed with. Small set-ups share a secret (<c>JWT_SECRET</c>, HS256). Without one there are key pairs (ES256), the same
/// for all hosts and kept in the database: a new one every 30 days, published an hour before it signs, good for as long as what it signed.
/// What apps get is always signed by a pair: they are to check it, and must not be able to make it.
/// </summary>
internal sealed class SigningKeys(Db db, IDataProtectionProvider ring, IConfiguration configuration, TimeProvider clock) : IDisposable
{
    public const string Job = "identity.rotate_signing_keys";

    private const int LeastSecret = 32;
    private static readonly TimeSpan SignsFor = TimeSpan.FromDays(30);
    private static readonly TimeSpan PublishedBefore = TimeSpan.FromHours(1);
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _reading = new(1);
    private readonly SymmetricSecurityKey? _shared = Shared(configuration);
    private volatile Known? _known;

    public string Algorithm => _shared is null ? SecurityAlgorithms.EcdsaSha256 : SecurityAlgorithms.HmacSha256;

    public static Task Rotate(IServiceProvider services, CancellationToken ct) => services.GetRequiredService<SigningKeys>().MakeNext(ct);

    public void Dispose() => _reading.Dispose();

    public async Task<SigningCredentials> Current(CancellationToken ct) => _shared is null ? await CurrentPair(ct) : new SigningCredentials(_shared, Algorithm);

    public async Task<SigningCredentials> CurrentPair(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var keys = await Read(_ => true, ct);
        if (keys.LastOrDefault(k => k.SignsFrom <= now) is not { } key)
        {
            await MakeNext(ct);
            _known = null;
            key = (await Read(_ => true, ct)).Last();
        }

        return new SigningCredentials(key.Key, SecurityAlgorithms.EcdsaSha256);
    }

    /// <summary>The keys a token may be signed with; none when its <paramref name="kid"/> is nobody's.</summary>
    public async Task<IReadOnlyList<SecurityKey>> Of(string? kid, CancellationToken ct) => _shared is null ? await PairsOf(kid, ct) : [_shared];

    public async Task<IReadOnlyList<SecurityKey>> PairsOf(string? kid, CancellationToken ct)
    {
        // Another host may have made it a moment ago.
        return [.. (await Read(keys => keys.Any(k => k.Key.KeyId == kid), ct)).Where(k => k.Key.KeyId == kid && k.ExpiresAt > clock.GetUtcNow()).Select(k => k.Key)];
    }

    /// <summary>For others who check our tokens; a shared secret is not shown.</summary>
    public async Task<IReadOnlyList<JsonWebKey>> Published(CancellationToken ct) =>
        [.. (await Read(_ => true, ct)).Where(k => k.ExpiresAt > clock.GetUtcNow()).Select(k => JsonWebKeyConverter.ConvertFromECDsaSecurityKey(k.Key))];

    private static SymmetricSecurityKey? Shared(IConfiguration configuration) => configuration["JWT_SECRET"] switch
    {
        null or "" => null,
        { Length: < LeastSecret } => throw new StartException($"JWT_SECRET must have {LeastSecret} characters or more."),
        var secret => new SymmetricSecurityKey(Encoding.UTF8.GetBytes(secret)),
    };

    /// <summary>Makes the next pair when the last has less than a day to sign; the very first signs at once. Those that ended a day ago go.</summary>
    private async Task MakeNext(CancellationToken ct)
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using var tx = await db.Begin(ct);
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            lock table identity.signing_keys in share row exclusive mode;
            insert into identity.signing_keys (id, private_key, public_key, signs_from, expires_at)
            select @id, @key, @shown, n.signs_from, n.signs_from + @signsFor + interval '31 days'
            from (select case when count(*) = 0 then now() else now() + @before end as signs_from, max(signs_from) as last from identity.signing_keys) n
            where n.last is null or n.last < now() + interval '1 day' - @signsFor;
            delete from identity.signing_keys where expires_at < now() - interval '1 day'
            """,
            new
            {
                id = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(12)),
                key = Protector.Protect(Convert.ToBase64String(pair.ExportPkcs8PrivateKey())),
                shown = pair.ExportSubjectPublicKeyInfo(),
                signsFor = SignsFor,
                before = PublishedBefore,
            }, tx.Inner, cancellationToken: ct));
        await tx.Commit(ct);
    }

    private IDataProtector Protector => ring.CreateProtector("identity.signing_keys");

    private async Task<IReadOnlyList<SigningKey>> Read(Func<IReadOnlyList<SigningKey>, bool> isEnough, CancellationToken ct)
    {
        if (Fresh(isEnough) is { } known) return known;
        await _reading.WaitAsync(ct);
        try
        {
            if (Fresh(isEnough) is { } meanwhile) return meanwhile;
            await using var connection = await db.Open(ct);
            var rows = await connection.QueryAsync<(string Id, string PrivateKey, DateTimeOffset SignsFrom, DateTimeOffset ExpiresAt)>(new CommandDefinition(
                "select id, private_key, signs_from, expires_at from identity.signing_keys where expires_at > now() order by signs_from, id", cancellationToken: ct));
            // Those that others still hold stay: a key is replaced, never disposed of under a signature.
            var old = _known?.Keys.ToDictionary(k => k.Key.KeyId, StringComparer.Ordinal) ?? [];
            var keys = rows.Select(r => old.GetValueOrDefault(r.Id) ?? new SigningKey(Open(r.Id, r.PrivateKey), r.SignsFrom, r.ExpiresAt)).ToArray();
            _known = new Known(keys, clock.GetTimestamp());
            return keys;
        }
        finally
        {
            _reading.Release();
        }
    }

    private SigningKey[]? Fresh(Func<IReadOnlyList<SigningKey>, bool> isEnough)
    {
        if (_known is not { } known) return null;
        var age = clock.GetElapsedTime(known.At);
        // Made-up key ids must not become questions to the database.
        return age < LeastPause || (age < Remembered && isEnough(known.Keys)) ? known.Keys : null;
    }

    private ECDsaSecurityKey Open(string id, string protectedKey)
    {
        var pair = ECDsa.Create();
        pair.ImportPkcs8PrivateKey(Convert.FromBase64String(Protector.Unprotect(protectedKey)), out _);
        return new ECDsaSecurityKey(pair) { KeyId = id };
    }

    private sealed record SigningKey(ECDsaSecurityKey Key, DateTimeOffset SignsFrom, DateTimeOffset ExpiresAt);

    private sealed record Known(SigningKey[] Keys, long At);
}
