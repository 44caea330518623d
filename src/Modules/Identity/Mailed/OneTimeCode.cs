using HeadlessPro.Contracts;
using HeadlessPro.Identity.Protection;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Identity.Mailed;

/// <summary>
/// Signs in with six digits that are sent by mail or SMS: <c>{email}</c> or <c>{phone}</c> asks for them, with <c>code</c> it signs in. The latest
/// code counts, for ten minutes, for five attempts, and once. Numbers are those that people have added to their account (<see cref="Phones"/>).
/// </summary>
internal sealed class OneTimeCode(Db db, MailedSecrets mails, Throttle throttle) : ISignInProvider
{
    public string Id => "one-time-code";

    public string DisplayName => "Code by e-mail or SMS";

    public string Flow => "code";

    public string? AccountOf(SignInAttempt attempt) => MailRules.Recipient(attempt).Try(out var recipient, out _) ? recipient : null;

    public string Counted => Throttle.Code;

    public async Task<Result<SignInOutcome>> SignIn(SignInAttempt attempt, CancellationToken ct)
    {
        if (!MailRules.Recipient(attempt).Try(out var recipient, out var error)) return error;
        if (attempt.Fields.ContainsKey("code")) return await Check(attempt, recipient, attempt.Text("code") ?? "", ct);
        if (await throttle.Take(Throttle.Mail, attempt.Http, recipient, ct) is { } refused) return refused;
        await mails.Ask(MailPurpose.OneTimeCode, attempt.ActorType, recipient, null, ct);
        return new SignInOutcome(null, $"{mails.Pages(attempt.ActorType)}/enter-code");
    }

    private async Task<Result<SignInOutcome>> Check(SignInAttempt attempt, string recipient, string code, CancellationToken ct)
    {
        if (await mails.CheckCode(MailPurpose.OneTimeCode, attempt.ActorType, recipient, null, code, ct) is not { } right) return MailRules.WrongCode;
        return await ProvenAddress.SignIn(db, tx => MailedSecrets.UseCode(tx, right, ct), ct) is { } proven ? proven : MailRules.WrongCode;
    }
}
