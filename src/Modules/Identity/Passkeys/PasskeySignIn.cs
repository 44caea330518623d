using System.Buffers.Text;
using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging;

namespace HeadlessPro.Identity.Passkeys;

/// <summary>Whose passkey it must be, if the page knows; answered alike for every address.</summary>
internal sealed record PasskeySignInOptionsRequest(string? Email = null, string? Nonce = null);

/// <summary>
/// Signs in with a passkey: the browser asks for options, then sends <c>{credential, state}</c>. The account is found by the passkey. Where it
/// looked at its owner (a finger, a face, a PIN) that is two factors; where it was only touched, it is one, and a second is asked for as after a
/// password.
/// </summary>
internal sealed partial class PasskeySignIn(Db db, PasskeySettings settings, PasskeyChallenges challenges, ILogger<PasskeySignIn> logger) : ISignInProvider
{
    public const string Provider = "passkey";
    private const string Cookie = "headlesspro.passkey";

    public string Id => Provider;

    public string DisplayName => "Passkey";

    public string Flow => "passkey";

    public bool Serves(string actorType) => settings.For(actorType).Error is null;

    // For whoever asks, the same: neither who is known nor who has a passkey.
    private static Error Refused => Error.Unauthorized("The passkey is not known here, or its answer is not good (any more); ask for new options");

    public static async Task<IResult> Options(string actor, Body<PasskeySignInOptionsRequest> body, PasskeySettings settings, PasskeyChallenges challenges, HttpContext http)
    {
        var request = body.Value;
        if (SignInRoutes.RefuseActor(actor) is { } nobody) return Reply.Error(nobody);
        var email = request.Email is null ? null : EmailAddress.Plain(request.Email);
        if (email is not null && !EmailAddress.IsOne(email)) return Reply.Error(Error.Invalid("Invalid request: Field 'email' must be an e-mail address"));
        if (!settings.For(actor).Try(out var options, out var error)) return Reply.Error(error);
        if (!AskingBrowser.Mark(http, Cookie, request.Nonce, PasskeyChallenges.Lifetime).Try(out var browser, out error)) return Reply.Error(error);
        using var ceremony = new PasskeyCeremony(options, null);
        var asked = await ceremony.Request(http);
        return Reply.Json(
            new PasskeyOptionsResponse(JsonElement.Parse(asked.RequestOptionsJson), challenges.Seal(PasskeyChallenge.SignIn, actor, browser, email, asked.AssertionState!)),
            PasskeyJson.Default.PasskeyOptionsResponse);
    }

    public async Task<Result<SignInOutcome>> SignIn(SignInAttempt attempt, CancellationToken ct)
    {
        if (!attempt.Fields.TryGetValue("credential", out var credential) || credential.ValueKind != JsonValueKind.Object)
            return Error.Invalid("Invalid request: Field 'credential' must be what the browser answered to the options");
        if (settings.For(attempt.ActorType).Error is { } unavailable) return unavailable;
        var browser = AskingBrowser.Of(attempt.Http, Cookie, attempt.Text("nonce"));
        if (challenges.Open(attempt.Text("state"), PasskeyChallenge.SignIn, attempt.ActorType, browser) is not { } challenge) return Refused;
        if (await Find(attempt, credential, challenge, ct) is not { } row) return Refused;
        // Whether it looked at its owner stands in what it signed, which the framework alone reads: an answer good enough where that is required has it.
        foreach (var isVerified in (bool[])[true, false])
        {
            if (!settings.For(attempt.ActorType, isVerified ? "required" : "preferred").Try(out var options, out var error)) return error;
            using var ceremony = new PasskeyCeremony(options, new PasskeyHolder(attempt.ActorType, row.IdentityId, [row.ToInfo()]));
            if (await ceremony.Check(credential.GetRawText(), challenge.State, attempt.Http) is { } passkey)
                return await Use(row.Id, passkey, isVerified, challenge, ct) ? new SignInOutcome(row.IdentityId, HasSecondFactor: isVerified) : Refused;
        }

        return Refused;
    }

    /// <summary>The passkey, if it is one of as what its owner signs in, and of each address that was named.</summary>
    private async Task<PasskeyRow?> Find(SignInAttempt attempt, JsonElement credential, PasskeyChallenge challenge, CancellationToken ct)
    {
        if (IdOf(credential) is not { Length: > 0 } id) return null;
        var emails = new[] { challenge.Email, attempt.Text("email") is { } given ? EmailAddress.Plain(given) : null }.OfType<string>().ToArray();
        await using var connection = await db.Open(ct);
        return await connection.QuerySingleOrDefaultAsync<PasskeyRow>(new CommandDefinition($"""
            select {PasskeyRow.Columns} from identity.passkeys p
            where p.credential_id = @id and p.actor_type = @ActorType and not exists (
                select from unnest(@emails) as named (email)
                where not exists (select from identity.sign_ins s where s.identity_id = p.identity_id and s.provider = '{EmailPassword.Provider}' and s.subject = named.email))
            """, new { id, attempt.ActorType, emails }, cancellationToken: ct));
    }

    private async Task<bool> Use(Guid passkey, UserPasskeyInfo now, bool isVerified, PasskeyChallenge challenge, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        if (!await PasskeyChallenges.Spend(tx, challenge, ct)) return false;
        var isUsed = await tx.Connection.ExecuteAsync(new CommandDefinition("""
            update identity.passkeys set sign_count = @count, is_backed_up = @IsBackedUp, is_user_verified = is_user_verified or @isVerified, last_used_at = now()
            where id = @passkey and (sign_count < @count or (sign_count = 0 and @count = 0))
            """, new { passkey, count = (long)now.SignCount, now.IsBackedUp, isVerified }, tx.Inner, cancellationToken: ct)) == 1;
        if (!isUsed)
        {
            // The same key at another place, or the same answer twice: whichever it is, its owner shall see it.
            await tx.Connection.ExecuteAsync(new CommandDefinition("update identity.passkeys set counter_refused_at = now() where id = @passkey", new { passkey }, tx.Inner, cancellationToken: ct));
            LogCounter(logger, passkey, now.SignCount);
        }

        await tx.Commit(ct);
        return isUsed;
    }

    // What it is found by: the handler compares its own reading with what was found.
    private static byte[]? IdOf(JsonElement credential)
    {
        if (!credential.TryGetProperty("id", out var value) || value.ValueKind != JsonValueKind.String) return null;
        try
        {
            return Base64Url.DecodeFromChars(value.GetString());
        }
        catch (FormatException)
        {
            return null;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Passkey {Passkey} answered with a counter ({Count}) that had not risen; it was refused")]
    private static partial void LogCounter(ILogger logger, Guid passkey, uint count);
}
