using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Contracts.Notifications;
using HeadlessPro.Identity.Mailed;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Platform.Audit;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.SignIn.OpenId;

internal sealed record AuthIdentityResponse(string Id, string Provider, string? Email, DateTimeOffset CreatedAt);

internal sealed record AuthIdentitiesResponse(IReadOnlyList<AuthIdentityResponse> Identities, int Count);

/// <summary>Adds a provider to the ways in: the browser goes to <c>location</c>, and comes back to the provider's callback as at a sign-in.</summary>
internal sealed record AddIdentityRequest(string Provider, string? CallbackUrl = null, string? Nonce = null, string? LoginHint = null);

internal sealed record AddIdentityResponse(string Location);

/// <summary><c>/auth/identities</c>: the password's address and the providers that whoever is signed in signs in with.</summary>
internal static class ListIdentities
{
    public static async Task<IResult> Handle(Actor actor, IEnumerable<ISignInProvider> providers, Db db, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition("""
            select id, provider, subject, profile->>'email' as email, created_at from identity.sign_ins
            where identity_id = @IdentityId and provider in (@EmailPassword, @OpenId) order by id limit 100
            """, new { actor.Session.IdentityId, EmailPassword = EmailPassword.Provider, OpenId = KindOf(actor) }, cancellationToken: ct));
        var known = providers.OfType<OpenIdSignIn>().Where(p => p.Serves(actor.Session.ActorType)).OrderBy(p => p.IsAlias).ToList();
        var identities = rows.Select(r => r.Provider == EmailPassword.Provider
            ? new AuthIdentityResponse(WireId.Encode(Prefix, r.Id), r.Provider, r.Subject, r.CreatedAt)
            : new AuthIdentityResponse(WireId.Encode(Prefix, r.Id), known.Find(p => p.Issues(r.Issuer))?.Id ?? r.Issuer, r.Email, r.CreatedAt)).ToList();
        return Reply.Json(new AuthIdentitiesResponse(identities, identities.Count), OpenIdWireJson.Default.AuthIdentitiesResponse);
    }

    public const string Prefix = "provid";

    /// <summary>Sign-ins at providers of that kind of person.</summary>
    public static string KindOf(Actor actor) => actor.Session.ActorType == ActorTypes.User ? OpenIdStaff.Provider : OpenIdCustomers.Provider;

    private sealed record Row(Guid Id, string Provider, string Subject, string? Email, DateTimeOffset CreatedAt)
    {
        public string Issuer => Subject.Split(' ')[0];
    }
}

internal static class AddIdentity
{
    /// <summary>A session that lies open somewhere is not enough, and neither is an address that may be somebody else's: its owner would not get rid of it.</summary>
    public static async Task<IResult> Handle(Body<AddIdentityRequest> body, Actor actor, IEnumerable<ISignInProvider> providers, Db db, HttpContext http)
    {
        var (request, session, ct) = (body.Value, actor.Session, http.RequestAborted);
        if (providers.OfType<OpenIdSignIn>().FirstOrDefault(p => p.Id == request.Provider && p.Serves(session.ActorType)) is not { } provider)
            return Reply.Error(Error.Invalid("Invalid request: Field 'provider' must be one of GET /auth/{actor}/providers whose flow is 'redirect'"));
        if (await FreshSignIn.Refuse(db, session.SessionId, ct) is { } no) return Reply.Error(no);
        if (await VerifyEmail.RefuseUnproven(db, session, ct) is { } unproven) return Reply.Error(unproven);
        var sent = new (string Name, string? Value)[] { ("callback_url", request.CallbackUrl), ("nonce", request.Nonce), ("login_hint", request.LoginHint) };
        var fields = sent.Where(f => f.Value is not null).ToDictionary(f => f.Name, f => JsonSerializer.SerializeToElement(f.Value!, PeopleJson.Default.String), StringComparer.Ordinal);
        if (!(await provider.Begin(new SignInAttempt(session.ActorType, fields, http), session.SessionId, ct)).Try(out var outcome, out var error)) return Reply.Error(error);
        return Reply.Json(new AddIdentityResponse(outcome.Location!), OpenIdWireJson.Default.AddIdentityResponse);
    }
}

internal static class RemoveIdentity
{
    /// <summary>Other sessions, which it may have opened, go with it. The last way in stays.</summary>
    public static async Task<IResult> Handle(string id, Actor actor, MailedSecrets mails, Db db, HttpContext http)
    {
        var (session, ct) = (actor.Session, http.RequestAborted);
        var unknown = Error.NotFound($"Identity with id: {id} was not found");
        if (!WireId.TryDecode(ListIdentities.Prefix, id, out var signIn)) return Reply.Error(unknown);
        if (await FreshSignIn.Refuse(db, session.SessionId, ct) is { } no) return Reply.Error(no);
        await using var tx = await db.Begin(ct);
        await WaysIn.Hold(tx, session.IdentityId, ct);
        if (await tx.Connection.ExecuteAsync(new CommandDefinition(
            "delete from identity.sign_ins where id = @signIn and identity_id = @IdentityId and provider = @Kind",
            new { signIn, session.IdentityId, Kind = ListIdentities.KindOf(actor) }, tx.Inner, cancellationToken: ct)) == 0) return Reply.Error(unknown);
        if (await WaysIn.RefuseLast(tx, session, ct) is { } last) return Reply.Error(last);
        await SessionStore.RevokeIn(tx, session.IdentityId, null, session.SessionId, ct);
        tx.Record(new AuditEvent("provider_removed", "identity", WireId.Encode(PeopleWire.Identity, session.IdentityId)) { Details = [("sign_in", id)] });
        await TellOwner.Of(tx, mails, NotificationKinds.ProviderRemoved, session, ct);
        await tx.Commit(ct);
        return Reply.Deleted(id, "identity");
    }
}
