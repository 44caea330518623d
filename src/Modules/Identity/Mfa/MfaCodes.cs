using System.Security.Cryptography;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Identity.Mailed;
using HeadlessPro.Platform.Audit;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Configuration;

namespace HeadlessPro.Identity.Mfa;

/// <summary>Checks second factors. A code that was right is used up by that, by one conditional update: shown twice, it is wrong.</summary>
internal sealed class MfaCodes(IDataProtectionProvider ring, IConfiguration configuration, TimeProvider clock)
{
    public const string Totp = "totp";
    public const string RecoveryCode = "recovery_code";

    /// <summary>Where people's secrets are, for years.</summary>
    public static readonly SealedColumn Secrets = new("identity.mfa_factors", "secret", Purpose: "identity.mfa_factors");

    private readonly IDataProtector _protector = ring.CreateProtector(Secrets.Purpose);

    /// <summary>The shop's name in people's apps.</summary>
    public string Issuer { get; } = configuration["Identity:Mfa:Issuer"] ?? "HeadlessPro";

    public string Seal(byte[] secret) => _protector.Protect(Convert.ToBase64String(secret));

    /// <summary>Whether somebody is asked for a second factor.</summary>
    public static async Task<bool> IsAsked(Db db, Guid identity, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return await connection.QuerySingleAsync<bool>(new CommandDefinition(
            "select exists (select from identity.mfa_factors where identity_id = @identity and enabled_at is not null)", new { identity }, cancellationToken: ct));
    }

    /// <summary>Whether it is a code of the identity's, which is used up then.</summary>
    public async Task<bool> Use(Transaction tx, Guid identity, string method, string code, CancellationToken ct)
    {
        if (method == RecoveryCode)
        {
            var isUsed = await tx.Connection.ExecuteAsync(new CommandDefinition(
                "update identity.recovery_codes set used_at = now() where identity_id = @identity and code_hash = @hash and used_at is null",
                new { identity, hash = HashOf(code) }, tx.Inner, cancellationToken: ct)) == 1;
            if (isUsed) tx.Record(new AuditEvent("recovery_code_used", "identity", WireId.Encode(PeopleWire.Identity, identity)));
            return isUsed;
        }

        var factors = await tx.Connection.QueryAsync<(Guid Id, string Secret)>(new CommandDefinition(
            "select id, secret from identity.mfa_factors where identity_id = @identity and enabled_at is not null order by id", new { identity }, tx.Inner, cancellationToken: ct));
        foreach (var factor in factors)
            if (await UseOf(tx, factor.Id, factor.Secret, code, ct)) return true;
        return false;
    }

    /// <summary>Whether it is a code of that app, and has not been used.</summary>
    public async Task<bool> UseOf(Transaction tx, Guid factor, string sealedSecret, string code, CancellationToken ct) =>
        Mfa.Totp.StepOf(Convert.FromBase64String(_protector.Unprotect(sealedSecret)), code.Trim(), clock.GetUtcNow()) is { } step
        && await tx.Connection.ExecuteAsync(new CommandDefinition(
            "update identity.mfa_factors set last_step = @step where id = @factor and last_step < @step", new { factor, step }, tx.Inner, cancellationToken: ct)) == 1;

    /// <summary>116 random bits, which a plain hash may keep, in groups that people can copy; no letter that looks like a digit.</summary>
    public static string NewRecoveryCode() =>
        string.Join('-', RandomNumberGenerator.GetString("ABCDEFGHJKMNPQRSTVWXYZ23456789", 24).Chunk(4).Select(group => new string(group)));

    public static string HashOf(string recoveryCode) =>
        MailedSecrets.Hash(recoveryCode.Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant());
}
