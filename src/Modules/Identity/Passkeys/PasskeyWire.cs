using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using Microsoft.AspNetCore.Identity;

namespace HeadlessPro.Identity.Passkeys;

/// <summary>For <c>navigator.credentials</c>: <c>public_key</c> in the browser's own JSON, and the <c>state</c> to send back with its answer.</summary>
internal sealed record PasskeyOptionsResponse(JsonElement PublicKey, string State);

/// <summary>A passkey as its owner sees it. <paramref name="CounterRefusedAt"/> is when somebody may have used a copy of it.</summary>
internal sealed record PasskeyResponse(
    string Id, string Name, IReadOnlyList<string> Transports, bool BackupEligible, bool BackedUp, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, DateTimeOffset? CounterRefusedAt);

internal sealed record PasskeyEnvelope(PasskeyResponse Passkey);

internal sealed record PasskeysResponse(IReadOnlyList<PasskeyResponse> Passkeys);

/// <summary>A row of <c>identity.passkeys</c>.</summary>
internal sealed record PasskeyRow(
    Guid Id, Guid IdentityId, byte[] CredentialId, byte[] PublicKey, string Name, string[] Transports, bool IsBackupEligible, bool IsBackedUp,
    DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, DateTimeOffset? CounterRefusedAt)
{
    public const string Prefix = "pkey";
    public const string Columns =
        "p.id, p.identity_id, p.credential_id, p.public_key, p.name, p.transports, p.is_backup_eligible, p.is_backed_up, p.created_at, p.last_used_at, p.counter_refused_at";

    public PasskeyResponse ToWire() => new(WireId.Encode(Prefix, Id), Name, Transports, IsBackupEligible, IsBackedUp, CreatedAt, LastUsedAt, CounterRefusedAt);

    /// <summary>
    /// For the framework; how the passkey was attested is not kept. Its counter is left at zero, so that the framework takes every one: the row is
    /// compared where it is written (<see cref="PasskeySignIn"/>), by one conditional update, which two answers at once cannot pass together.
    /// </summary>
    public UserPasskeyInfo ToInfo() => new(CredentialId, PublicKey, CreatedAt, signCount: 0, Transports, isUserVerified: false, IsBackupEligible, IsBackedUp, attestationObject: [], clientDataJson: []);

    public static async Task<IReadOnlyList<PasskeyRow>> All(Db db, Guid identity, string actorType, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return [.. await connection.QueryAsync<PasskeyRow>(new CommandDefinition(
            $"select {Columns} from identity.passkeys p where p.identity_id = @identity and p.actor_type = @actorType order by p.id", new { identity, actorType }, cancellationToken: ct))];
    }
}
