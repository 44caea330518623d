using HeadlessPro.Contracts;
using HeadlessPro.Identity.Protection;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Identity.Mailed;

/// <summary>
/// Signs in with a link that is sent by mail, in the browser that asked (<see cref="AskingBrowser"/>). A link that somebody else opens, or a
/// program that looks into mails, does nothing.
/// </summary>
internal sealed class MagicLink(Db db, MailedSecrets mails, Throttle throttle) : ISignInProvider
{
    private const string Cookie = "headlesspro.link";

    public string Id => "magic-link";

    public string DisplayName => "Link by e-mail";

    public string Flow => "redirect";

    public async Task<Result<SignInOutcome>> SignIn(SignInAttempt attempt, CancellationToken ct)
    {
        if (!MailRules.Email(attempt).Try(out var email, out var error)) return error;
        if (!AskingBrowser.Mark(attempt.Http, Cookie, attempt.Text("nonce"), MailedSecrets.SignInLifetime).Try(out var browser, out error)) return error;
        if (await throttle.Take(Throttle.Mail, attempt.Http, email, ct) is { } refused) return refused;
        await mails.Ask(MailPurpose.MagicLink, attempt.ActorType, email, browser, ct);
        return new SignInOutcome(null, $"{mails.Pages(attempt.ActorType)}/check-email");
    }

    public async Task<Result<SignInOutcome>> Callback(SignInAttempt attempt, CancellationToken ct)
    {
        var browser = AskingBrowser.Of(attempt.Http, Cookie, attempt.Text("nonce"));
        return await ProvenAddress.SignIn(db, tx => MailedSecrets.Use(tx, MailPurpose.MagicLink, attempt.ActorType, attempt.Text("token"), browser, ct), ct) is { } proven
            ? proven : Error.Unauthorized("The link is not valid in this browser, or no longer; ask for another");
    }
}

/// <summary>What the ways in by mail and SMS ask of a request.</summary>
internal static class MailRules
{
    public static Error WrongCode => Error.Unauthorized("The code is wrong, or no longer valid");

    /// <summary>A phone number, where one was sent, or else an e-mail address.</summary>
    public static Result<string> Recipient(SignInAttempt attempt) =>
        attempt.Text("phone") is not { } phone ? Email(attempt)
        : Phones.Plain(phone) is { } number ? number
        : Phones.Wrong;

    public static Result<string> Email(SignInAttempt attempt)
    {
        if (attempt.Text("email") is not { } given) return Error.Unauthorized("Email should be a string");
        var email = EmailAddress.Plain(given);
        return EmailAddress.IsOne(email) ? email : Error.Invalid("Invalid request: Field 'email' must be an e-mail address");
    }
}
