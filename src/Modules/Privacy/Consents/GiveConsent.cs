using Dapper;
using HeadlessPro.Contracts.Privacy;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Privacy.Consents;

/// <summary>What somebody says to a purpose. <paramref name="TextVersion"/> names the text they were shown.</summary>
internal sealed record GiveConsentRequest(string Purpose, bool IsGranted, string TextVersion);

/// <summary>POST /store/customers/me/consents: a customer agrees, or takes it back. Saying again what was said last, to the same text, adds nothing.</summary>
internal static class GiveConsent
{
    private const int LongestAgent = 255;

    public static async Task<IResult> Handle(Body<GiveConsentRequest> body, Actor actor, Db db, PrivacyOptions options, HttpContext http)
    {
        var (request, ct) = (body.Value, http.RequestAborted);
        Check.OneOf("purpose", request.Purpose, options.Purposes);
        Check.Text("text_version", request.TextVersion, max: 100, min: 1);
        var agent = http.Request.Headers.UserAgent.ToString().Replace("\0", "", StringComparison.Ordinal);
        await using var tx = await db.Begin(ct);
        // One after the other: what was said last must be what counts.
        var isNew = await tx.Connection.ExecuteAsync(new CommandDefinition("""
            select pg_advisory_xact_lock(hashtextextended('privacy.consents ' || @Id::text, 0));
            insert into privacy.consents (customer_id, purpose, is_granted, text_version, ip, user_agent)
            select @Id, @Purpose, @IsGranted, @TextVersion, @ip::inet, nullif(@agent, '')
            where not exists (
                select from (select c.is_granted, c.text_version from privacy.consents c where c.customer_id = @Id and c.purpose = @Purpose order by c.id desc limit 1) last
                where last.is_granted = @IsGranted and last.text_version = @TextVersion)
            """,
            new
            {
                actor.Id,
                request.Purpose,
                request.IsGranted,
                request.TextVersion,
                ip = ClientAddress.Of(http)?.ToString(),
                agent = agent.Length > LongestAgent ? agent[..LongestAgent] : agent,
            }, tx.Inner, cancellationToken: ct)) > 0;
        if (isNew) tx.Publish(new ConsentChanged(actor.Id, request.Purpose, request.IsGranted, request.TextVersion));
        await tx.Commit(ct);
        return await ReadConsents.Answer(actor.Id, db, options, ct);
    }
}
