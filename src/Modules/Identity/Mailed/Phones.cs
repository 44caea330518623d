using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Contracts.Notifications;
using HeadlessPro.Identity.Protection;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Platform.Audit;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Mailed;

/// <summary>Asks for a code by SMS, to a number that is to be one's own.</summary>
internal sealed record AddPhoneRequest(string Phone);

/// <summary>The code that came.</summary>
internal sealed record ConfirmPhoneRequest(string Phone, string Code);

/// <summary>The number that codes to sign in can be sent to; null for none.</summary>
internal sealed record PhoneResponse(string? Phone);

/// <summary>
/// <c>/auth/phone</c>: the number of who is signed in, proven by a code. Messages to sign in go to such numbers only: whoever sends to any number
/// that is asked for pays for strangers. Only who has proven their address may have one: it would be a stranger's way into an account that they made in
/// somebody's name.
/// </summary>
internal static class Phones
{
    /// <summary>The provider of customers' sign-ins.</summary>
    public const string Provider = "phone";

    /// <summary>The provider of staff's: nothing done as a customer makes a way in for staff.</summary>
    public const string StaffProvider = "phone-staff";

    public static Error Wrong => Error.Invalid("Invalid request: Field 'phone' must be a phone number with its country, such as +27831234567");

    /// <summary>Which provider a recipient of links and codes signs in by.</summary>
    public static string ProviderOf(string recipient, string actorType) => IsOne(recipient) ? ProviderOf(actorType) : EmailPassword.Provider;

    private static string ProviderOf(string actorType) => actorType == ActorTypes.User ? StaffProvider : Provider;

    public static bool IsOne(string recipient) => recipient.StartsWith('+');

    /// <summary>As it is kept, <c>+27831234567</c>; null when it is none.</summary>
    public static string? Plain(string phone)
    {
        if (phone.Length > 40) return null;
        var plain = string.Concat(phone.Where(c => c is not (' ' or '-' or '(' or ')' or '.')));
        return plain.Length is >= 8 and <= 16 && plain[0] == '+' && plain[1] != '0' && plain.Skip(1).All(char.IsAsciiDigit) ? plain : null;
    }

    public static async Task<IResult> Read(Actor actor, Db db, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return Answer(await connection.QuerySingleOrDefaultAsync<string>(new CommandDefinition(
            "select subject from identity.sign_ins where identity_id = @IdentityId and provider = @provider",
            new { actor.Session.IdentityId, provider = ProviderOf(actor.Session.ActorType) }, cancellationToken: ct)));
    }

    public static async Task<IResult> Add(Body<AddPhoneRequest> body, Actor actor, MailedSecrets mails, Throttle throttle, Db db, HttpContext http)
    {
        var ct = http.RequestAborted;
        if (Plain(body.Value.Phone) is not { } phone) return Reply.Error(Wrong);
        if (await Refuse(db, actor, ct) is { } no) return Reply.Error(no);
        if (await throttle.Take(Throttle.Mail, http, phone, ct) is { } refused) return Reply.Error(refused);
        // Neither does one person ask for codes to many numbers.
        if (await throttle.Take(Throttle.Mail, http, $"phone {actor.Session.IdentityId:N}", ct) is { } many) return Reply.Error(many);
        await mails.Ask(MailPurpose.Phone, actor.Session.ActorType, phone, Asker(actor), ct);
        return Answer(phone, StatusCodes.Status202Accepted);
    }

    /// <summary>The number is theirs from now on, and nobody else's: numbers change hands.</summary>
    public static async Task<IResult> Confirm(Body<ConfirmPhoneRequest> body, Actor actor, MailedSecrets mails, Throttle throttle, Db db, HttpContext http)
    {
        var (ct, identity) = (http.RequestAborted, actor.Session.IdentityId);
        if (Plain(body.Value.Phone) is not { } phone) return Reply.Error(Wrong);
        if (await Refuse(db, actor, ct) is { } no) return Reply.Error(no);
        if (await throttle.Take(Throttle.Code, http, phone, ct) is { } refused) return Reply.Error(refused);
        if (await mails.CheckCode(MailPurpose.Phone, actor.Session.ActorType, phone, Asker(actor), body.Value.Code, ct) is not { } code) return Reply.Error(MailRules.WrongCode);
        await using var tx = await db.Begin(ct);
        if (await MailedSecrets.UseCode(tx, code, ct) is null) return Reply.Error(MailRules.WrongCode);
        var provider = ProviderOf(phone, actor.Session.ActorType);
        var former = await tx.Connection.QueryAsync<Guid>(new CommandDefinition("""
            delete from identity.sign_ins where provider = @provider and (identity_id = @identity or subject = @phone) returning identity_id
            """, new { provider, identity, phone }, tx.Inner, cancellationToken: ct));
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            insert into identity.sign_ins (id, identity_id, provider, subject, verified_at) values (@id, @identity, @provider, @phone, now())
            on conflict (provider, subject) do update set identity_id = excluded.identity_id, verified_at = now(), updated_at = now()
            """, new { id = WireId.New(), identity, provider, phone }, tx.Inner, cancellationToken: ct));
        foreach (var before in former.Where(f => f != identity)) await Tell(tx, mails, "phone_removed", NotificationKinds.PhoneRemoved, before, actor, ct);
        await Tell(tx, mails, "phone_added", NotificationKinds.PhoneAdded, identity, actor, ct);
        await tx.Commit(ct);
        await throttle.GiveBack(Throttle.Code, http, phone, ct);
        return Answer(phone);
    }

    /// <summary>Other sessions, which it may have opened, go with it. The last way in stays.</summary>
    public static async Task<IResult> Remove(Actor actor, MailedSecrets mails, Db db, CancellationToken ct)
    {
        var session = actor.Session;
        if (await FreshSignIn.Refuse(db, session.SessionId, ct) is { } no) return Reply.Error(no);
        await using var tx = await db.Begin(ct);
        await WaysIn.Hold(tx, session.IdentityId, ct);
        if (await tx.Connection.ExecuteAsync(new CommandDefinition(
            "delete from identity.sign_ins where identity_id = @IdentityId and provider = @provider",
            new { session.IdentityId, provider = ProviderOf(session.ActorType) }, tx.Inner, cancellationToken: ct)) == 0) return Answer(null);
        if (await WaysIn.RefuseLast(tx, session, ct) is { } last) return Reply.Error(last);
        await SessionStore.RevokeIn(tx, session.IdentityId, null, session.SessionId, ct);
        await Tell(tx, mails, "phone_removed", NotificationKinds.PhoneRemoved, session.IdentityId, actor, ct);
        await tx.Commit(ct);
        return Answer(null);
    }

    private static Task Tell(Transaction tx, MailedSecrets mails, string action, string kind, Guid identity, Actor actor, CancellationToken ct)
    {
        tx.Record(new AuditEvent(action, "identity", WireId.Encode(PeopleWire.Identity, identity)));
        return TellOwner.Of(tx, mails, kind, identity, actor.Session.ActorType, ct);
    }

    private static async Task<Error?> Refuse(Db db, Actor actor, CancellationToken ct) =>
        await VerifyEmail.RefuseUnproven(db, actor.Session, ct) ?? await FreshSignIn.Refuse(db, actor.Session.SessionId, ct);

    // A code is good in the session that asked: in no other does it say whose number it is.
    private static string Asker(Actor actor) => MailedSecrets.Hash(actor.Session.SessionId.ToString("N"));

    private static IResult Answer(string? phone, int status = StatusCodes.Status200OK) => Reply.Json(new PhoneResponse(phone), MailedJson.Default.PhoneResponse, status);
}
