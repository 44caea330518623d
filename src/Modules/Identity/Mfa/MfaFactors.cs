using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Notifications;
using HeadlessPro.Identity.Mailed;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Platform.Audit;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Mfa;

internal sealed record StartMfaFactorRequest(string Provider, string? Label = null, string? Issuer = null, JsonElement? Metadata = null);

internal sealed record VerifyMfaFactorRequest(string Code);

internal sealed record DisableMfaFactorRequest(string? Method = null, string? Code = null);

internal sealed record MfaFactorMetadataResponse(string? Label);

internal sealed record MfaFactorResponse(string Id, string AuthIdentityId, string Provider, string Status, MfaFactorMetadataResponse Metadata);

internal sealed record MfaFactorEnvelope(MfaFactorResponse MfaFactor);

/// <summary>The secret is shown this once, by hand and as an address to make a picture of.</summary>
internal sealed record MfaSetupResponse(MfaFactorResponse MfaFactor, string Secret, string OtpauthUrl);

internal sealed record MfaFactorsResponse(IReadOnlyList<MfaFactorResponse> MfaFactors);

/// <summary>
/// <c>/auth/mfa/factors</c>: somebody's authenticator apps. One is asked for from its first right code on; whoever was signed in with less, elsewhere,
/// is out then. Only who has proven their address may have one: it would lock out the owner of an address that a stranger registered.
/// </summary>
internal static class MfaFactors
{
    public const string Prefix = "authmfa";
    private const int Most = 5;

    public static async Task<IResult> List(Actor actor, Db db, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"select {Row.Columns} from identity.mfa_factors where identity_id = @IdentityId order by id", new { actor.Session.IdentityId }, cancellationToken: ct));
        return Reply.Json(new MfaFactorsResponse([.. rows.Select(r => r.ToWire())]), MfaJson.Default.MfaFactorsResponse);
    }

    public static async Task<IResult> Start(Body<StartMfaFactorRequest> body, Actor actor, Db db, MfaCodes codes, HttpContext http)
    {
        var (request, ct, identity) = (body.Value, http.RequestAborted, actor.Session.IdentityId);
        Check.OneOf("provider", request.Provider, MfaCodes.Totp);
        Check.Text("label", request.Label, max: 100);
        Check.Text("issuer", request.Issuer, max: 100);
        Check.Json("metadata", request.Metadata);
        if (await VerifyEmail.RefuseUnproven(db, actor.Session, ct) is { } unproven) return Reply.Error(unproven);
        if (await FreshSignIn.Refuse(db, actor.Session.SessionId, ct) is { } no) return Reply.Error(no);
        var secret = Totp.NewSecret();
        await using var tx = await db.Begin(ct);
        await WaysIn.Hold(tx, identity, ct);
        // A setup that was not finished makes way for the next.
        var row = await tx.Connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition($"""
            with unfinished as (delete from identity.mfa_factors where identity_id = @identity and enabled_at is null)
            insert into identity.mfa_factors (id, identity_id, label, secret)
            select @id, @identity, @Label, @secret
            where (select count(*) from identity.mfa_factors where identity_id = @identity and enabled_at is not null) < {Most}
            returning {Row.Columns}
            """, new { id = WireId.New(), identity, request.Label, secret = codes.Seal(secret) }, tx.Inner, cancellationToken: ct));
        if (row is null) return Reply.Error(Error.NotAllowed($"There are {Most} factors already; disable one first", "too_many_factors"));
        await tx.Commit(ct);
        var issuer = Uri.EscapeDataString(request.Issuer ?? codes.Issuer);
        var holder = Uri.EscapeDataString((await VerifyEmail.Find(db, identity, ct))?.EntityId ?? actor.Session.ActorType);
        var text = Totp.ToBase32(secret);
        return Reply.Json(
            new MfaSetupResponse(row.ToWire(), text, $"otpauth://totp/{issuer}:{holder}?secret={text}&issuer={issuer}&algorithm=SHA1&digits=6&period=30"), MfaJson.Default.MfaSetupResponse);
    }

    public static async Task<IResult> Verify(string id, Body<VerifyMfaFactorRequest> body, Actor actor, MailedSecrets mails, Db db, MfaGate gate, HttpContext http)
    {
        var (ct, identity) = (http.RequestAborted, actor.Session.IdentityId);
        // Whoever began it may have had less than who has a second factor by now.
        if (await FreshSignIn.Refuse(db, actor.Session.SessionId, ct) is { } no) return Reply.Error(no);
        if (await Find(db, identity, id, ct) is not { IsEnabled: false } factor) return Reply.Error(Unknown(id));
        return await gate.Through(identity, http, async tx =>
        {
            if (!await gate.Codes.UseOf(tx, factor.Id, factor.Secret, body.Value.Code, ct)) return null;
            var row = await tx.Connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
                $"update identity.mfa_factors set enabled_at = now() where id = @Id and enabled_at is null returning {Row.Columns}", new { factor.Id }, tx.Inner, cancellationToken: ct));
            if (row is null) return null;
            await SessionStore.RevokeIn(tx, identity, null, actor.Session.SessionId, ct);
            tx.Record(new AuditEvent("mfa_enabled", "identity", WireId.Encode(PeopleWire.Identity, identity)) { Details = [("factor", id)] });
            await SessionStore.ShowFactor(tx, actor.Session, ct);
            await TellOwner.Of(tx, mails, NotificationKinds.MfaEnabled, actor.Session, ct);
            return Reply.Json(new MfaFactorEnvelope(row.ToWire()), MfaJson.Default.MfaFactorEnvelope);
        });
    }

    /// <summary>One that is in use goes only with a code: a session alone, perhaps somebody else's, is not enough. With the last go the recovery codes.</summary>
    public static async Task<IResult> Disable(string id, Body<DisableMfaFactorRequest> body, Actor actor, MailedSecrets mails, Db db, MfaGate gate, HttpContext http)
    {
        var (ct, identity) = (http.RequestAborted, actor.Session.IdentityId);
        Check.OneOf("method", body.Value.Method, MfaCodes.Totp, MfaCodes.RecoveryCode);
        if (await Find(db, identity, id, ct) is not { } factor) return Reply.Error(Unknown(id));
        if (!factor.IsEnabled) return await Drop(factor, db, ct) ? Disabled(factor) : Reply.Error(Unknown(id));
        if (body.Value.Code is null) return Reply.Error(Error.Invalid("Invalid request: Field 'code' is required"));
        return await gate.Through(identity, http, async tx =>
        {
            await WaysIn.Hold(tx, identity, ct);
            if (await IsNeeded(tx, factor.Id, ct)) return Reply.Error(Error.NotAllowed("Your role asks for a second factor: set up another one first", "mfa_required"));
            if (!await gate.Codes.Use(tx, identity, body.Value.Method ?? MfaCodes.Totp, body.Value.Code!, ct)) return null;
            await tx.Connection.ExecuteAsync(new CommandDefinition("delete from identity.mfa_factors where id = @Id", new { factor.Id }, tx.Inner, cancellationToken: ct));
            await tx.Connection.ExecuteAsync(new CommandDefinition("""
                delete from identity.recovery_codes where identity_id = @identity
                    and not exists (select from identity.mfa_factors where identity_id = @identity and enabled_at is not null)
                """, new { identity }, tx.Inner, cancellationToken: ct));
            tx.Record(new AuditEvent("mfa_disabled", "identity", WireId.Encode(PeopleWire.Identity, identity)) { Details = [("factor", id)] });
            await TellOwner.Of(tx, mails, NotificationKinds.MfaDisabled, actor.Session, ct);
            return Disabled(factor);
        });
    }

    private static IResult Disabled(Row factor) => Reply.Json(new MfaFactorEnvelope(factor.ToWire() with { Status = "disabled" }), MfaJson.Default.MfaFactorEnvelope);

    // One that was never in use, unless it is by now.
    private static async Task<bool> Drop(Row factor, Db db, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return await connection.ExecuteAsync(new CommandDefinition("delete from identity.mfa_factors where id = @Id and enabled_at is null", new { factor.Id }, cancellationToken: ct)) == 1;
    }

    // The last one of somebody whose role asks for one.
    private static Task<bool> IsNeeded(Transaction tx, Guid factor, CancellationToken ct) => tx.Connection.QuerySingleOrDefaultAsync<bool>(new CommandDefinition($"""
        select not exists (select from identity.mfa_factors o where o.identity_id = f.identity_id and o.id <> f.id and o.enabled_at is not null)
            and {SessionSql.RoleAsksOf("f.identity_id")}
        from identity.mfa_factors f where f.id = @factor
        """, new { factor }, tx.Inner, cancellationToken: ct));

    private static Error Unknown(string id) => Error.NotFound($"MFA factor with id: {id} was not found");

    private static async Task<Row?> Find(Db db, Guid identity, string id, CancellationToken ct)
    {
        if (!WireId.TryDecode(Prefix, id, out var factor)) return null;
        await using var connection = await db.Open(ct);
        return await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            $"select {Row.Columns} from identity.mfa_factors where id = @factor and identity_id = @identity", new { factor, identity }, cancellationToken: ct));
    }

    private sealed record Row(Guid Id, Guid IdentityId, string? Label, string Secret, bool IsEnabled)
    {
        public const string Columns = "id, identity_id, label, secret, enabled_at is not null as is_enabled";

        public MfaFactorResponse ToWire() => new(
            WireId.Encode(Prefix, Id), WireId.Encode(PeopleWire.Identity, IdentityId), MfaCodes.Totp, IsEnabled ? "enabled" : "pending", new MfaFactorMetadataResponse(Label));
    }
}
