using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using Microsoft.AspNetCore.DataProtection;

namespace HeadlessPro.Identity.Passkeys;

/// <summary>A challenge on its way through the browser.</summary>
/// <param name="Id">What it is spent by.</param>
/// <param name="Kind">What its answer does.</param>
/// <param name="ActorType">As what.</param>
/// <param name="Asker">Who alone may answer: a session, or a hash of what only the browser that asked knows.</param>
/// <param name="Email">Whose passkey it must be, where somebody said.</param>
/// <param name="State">The framework's: what was asked.</param>
/// <param name="ExpiresAt">Until when.</param>
internal sealed record PasskeyChallenge(Guid Id, string Kind, string ActorType, string Asker, string? Email, string State, DateTimeOffset ExpiresAt)
{
    public const string Enrol = "enrol";
    public const string SignIn = "sign_in";
}

/// <summary>
/// Challenges travel with the options, sealed by the key ring that all hosts share: asking writes nothing, so that whoever asks without end
/// fills no table, and any host can take the answer. A right answer is written down: it works once.
/// </summary>
internal sealed class PasskeyChallenges(IDataProtectionProvider ring, TimeProvider clock)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private const int Longest = 8 * 1024;

    private readonly IDataProtector _protector = ring.CreateProtector("identity.passkey_challenges");

    public string Seal(string kind, string actorType, string asker, string? email, string state) => _protector.Protect(JsonSerializer.Serialize(
        new PasskeyChallenge(WireId.New(), kind, actorType, asker, email, state, clock.GetUtcNow() + Lifetime), PasskeyJson.Default.PasskeyChallenge));

    /// <summary>What was sealed, if it was for this and for who answers now, and is not past its time.</summary>
    public PasskeyChallenge? Open(string? sealedText, string kind, string actorType, string asker)
    {
        if (sealedText is not { Length: > 0 and <= Longest }) return null;
        try
        {
            var challenge = JsonSerializer.Deserialize(_protector.Unprotect(sealedText), PasskeyJson.Default.PasskeyChallenge)!;
            return challenge.Kind == kind && challenge.ActorType == actorType && challenge.ExpiresAt > clock.GetUtcNow()
                && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(challenge.Asker), Encoding.UTF8.GetBytes(asker)) ? challenge : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Spends it, with what else the caller writes; false when it was spent already.</summary>
    public static async Task<bool> Spend(Transaction tx, PasskeyChallenge challenge, CancellationToken ct) =>
        await tx.Connection.ExecuteAsync(new CommandDefinition(
            "insert into identity.spent_passkey_challenges (id, expires_at) values (@Id, @ExpiresAt) on conflict do nothing", challenge, tx.Inner, cancellationToken: ct)) == 1;
}
