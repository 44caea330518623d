using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Identity.Protection;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Identity.Mailed;

/// <summary>
/// Signs in with six digits that are sent by mail: <c>{email}</c> asks for them, <c>{email, code}</c> signs in. The latest code counts, for ten
/// minutes, for five attempts, and once.
/// </summary>
internal sealed class OneTimeCode(Db db, MailedSecrets mails, Throttle throttle, Passwords passwords) : ISignInProvider
{
    private const int MostAttempts = 5;

    public string Id => "one-time-code";

    public string DisplayName => "Code by e-mail";

    public string Flow => "code";

    public async Task<Result<SignInOutcome>> SignIn(SignInAttempt attempt, CancellationToken ct)
    {
        if (!MailRules.Email(attempt).Try(out var email, out var error)) return error;
        if (attempt.Fields.ContainsKey("code")) return await Check(attempt, email, attempt.Text("code") ?? "", ct);
        if (await throttle.Take(Throttle.Mail, attempt.Http, email, ct) is { } refused) return refused;
        await mails.Ask(MailPurpose.OneTimeCode, attempt.ActorType, email, null, ct);
        return new SignInOutcome(null, $"{mails.Pages(attempt.ActorType)}/enter-code");
    }

    private async Task<Result<SignInOutcome>> Check(SignInAttempt attempt, string email, string code, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var tried = await connection.QuerySingleOrDefaultAsync<(Guid Id, string Hash)?>(new CommandDefinition($"""
            update identity.mailed_secrets set attempts = attempts + 1
            where attempts < {MostAttempts} and used_at is null and id = (
                select id from identity.mailed_secrets
                where purpose = @OneTimeCode and actor_type = @ActorType and email = @email and used_at is null and expires_at > now()
                order by created_at desc, id desc limit 1)
            returning id, secret_hash
            """, new { MailPurpose.OneTimeCode, attempt.ActorType, email }, cancellationToken: ct));
        await connection.CloseAsync();
        var (isRight, _) = await passwords.Check(tried?.Hash, code, ct);
        if (!isRight) return Wrong;
        var identity = await ProvenEmail.SignIn(db, tx => tx.Connection.QuerySingleOrDefaultAsync<string>(new CommandDefinition(
            "update identity.mailed_secrets set used_at = now() where id = @Id and used_at is null and expires_at > now() returning email",
            new { tried!.Value.Id }, tx.Inner, cancellationToken: ct)), ct);
        return identity is null ? Wrong : new SignInOutcome(identity);
    }

    private static Error Wrong => Error.Unauthorized("The code is wrong, or no longer valid");
}
