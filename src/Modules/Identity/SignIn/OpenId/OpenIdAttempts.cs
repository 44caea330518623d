using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using HeadlessPro.Identity.Mailed;
using HeadlessPro.Platform.Data;
using Microsoft.AspNetCore.DataProtection;

namespace HeadlessPro.Identity.SignIn.OpenId;

/// <summary>What a sign-in carries to the provider; the challenge is the hash of the verifier that goes with the code later (PKCE, S256).</summary>
internal sealed record OpenIdAsked(string State, string Nonce, string Challenge);

/// <summary>Where a sign-in comes back to.</summary>
/// <param name="CallbackUrl">The page.</param>
/// <param name="Session">Of who adds a way in to what they have; null for a sign-in.</param>
/// <param name="Page">What a page of ours goes on with, sealed; null where it is the storefront's.</param>
/// <param name="AsksAnew">Whether the provider is to ask who it is, though it may know.</param>
internal sealed record OpenIdReturn(string CallbackUrl, Guid? Session = null, string? Page = null, bool AsksAnew = false);

/// <summary>A sign-in that came back, and whose it becomes, where somebody adds a way in.</summary>
internal sealed record OpenIdBegun(string NonceHash, string Verifier, string CallbackUrl, Guid? LinkTo);

/// <summary>Sign-ins under way, in the database, so that any host can go on with what another began. Each is good once, for ten minutes.</summary>
internal sealed class OpenIdAttempts(Db db, IDataProtectionProvider ring)
{
    public static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(10);

    private readonly IDataProtector _protector = ring.CreateProtector("identity.openid");

    public async Task<OpenIdAsked> Begin(string provider, string actorType, string browser, OpenIdReturn to, CancellationToken ct)
    {
        var (state, nonce, verifier) = (NewSecret(), NewSecret(), NewSecret());
        await using var connection = await db.Open(ct);
        await connection.ExecuteAsync(new CommandDefinition("""
            insert into identity.openid_attempts (state_hash, provider, actor_type, browser_hash, nonce_hash, verifier, callback_url, session_id, page, expires_at)
            values (@state, @provider, @actorType, @browser, @nonce, @verifier, @CallbackUrl, @Session, @Page, now() + @GoodFor)
            """,
            new { state = MailedSecrets.Hash(state), provider, actorType, browser, nonce = MailedSecrets.Hash(nonce), verifier = _protector.Protect(verifier), to.CallbackUrl, to.Session, to.Page, GoodFor },
            cancellationToken: ct));
        return new(state, nonce, Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))));
    }

    /// <summary>Takes it; null when it is not known (any more), another browser's, or its session has ended.</summary>
    public async Task<OpenIdBegun?> Use(string provider, string actorType, string? state, string browser, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var row = await connection.QuerySingleOrDefaultAsync<OpenIdBegun>(new CommandDefinition("""
            delete from identity.openid_attempts a
            where state_hash = @state and provider = @provider and actor_type = @actorType and browser_hash = @browser and expires_at > now()
                and (session_id is null or exists (select from identity.sessions s where s.id = a.session_id and s.revoked_at is null and s.expires_at > now()))
            returning nonce_hash, verifier, callback_url, (select identity_id from identity.sessions s where s.id = a.session_id) as link_to
            """, new { state = MailedSecrets.Hash(state ?? ""), provider, actorType, browser }, cancellationToken: ct));
        return row is null ? null : row with { Verifier = _protector.Unprotect(row.Verifier) };
    }

    /// <summary>What a page of ours goes on with, of a sign-in of that browser that is still under way.</summary>
    public async Task<string?> PageOf(string provider, string actorType, string? state, string browser, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return await connection.QuerySingleOrDefaultAsync<string?>(new CommandDefinition("""
            select page from identity.openid_attempts
            where state_hash = @state and provider = @provider and actor_type = @actorType and browser_hash = @browser and expires_at > now()
            """, new { state = MailedSecrets.Hash(state ?? ""), provider, actorType, browser }, cancellationToken: ct));
    }

    private static string NewSecret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}
