using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Apps;

/// <summary>Gives a confidential app a new secret, shown in this answer and never again. The old one stays good for some hours, as with API keys.</summary>
internal sealed record RotateAppSecretRequest(int? OverlapHours = null);

internal static class RotateAppSecret
{
    private const int UsualOverlap = 24;
    private const int LongestOverlap = 7 * 24;

    public static Task<IResult> Handle(string id, Body<RotateAppSecretRequest> body, Caller caller, Db db, CancellationToken ct)
    {
        var overlap = body.Value.OverlapHours ?? UsualOverlap;
        Check.Range("overlap_hours", overlap, 0, LongestOverlap);
        return ChangeApp.Change(id, caller, db, ct, async (tx, app) =>
        {
            if (!app.IsConfidential) throw new ErrorException(Error.NotAllowed("Only confidential apps have a secret"));
            var secret = AppRules.NewSecret();
            await tx.Connection.ExecuteAsync(new CommandDefinition(
                "update identity.app_secrets set good_until = least(good_until, now() + make_interval(hours => @overlap)) where app_id = @Id",
                new { app.Id, overlap }, tx.Inner, cancellationToken: ct));
            await CreateApp.KeepSecret(tx, app.Id, secret, ct);
            return Reply.Json(new AppEnvelope((await ReadApps.Find(tx.Connection, app.Id, ct))!.ToWire(secret)), AppJson.Default.AppEnvelope);
        });
    }
}
