using Dapper;
using HeadlessPro.Contracts;
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
    // Each stays for ever.
    private const int MostADay = 100;

    public static async Task<IResult> Handle(Body<GiveConsentRequest> body, Actor actor, Db db, PrivacyOptions options, HttpContext http)
    {
        var (request, ct) = (body.Value, http.RequestAborted);
        Check.OneOf("purpose", request.Purpose, options.Purposes);
        Check.Text("text_version", request.TextVersion, max: 100, min: 1);
        await using var tx = await db.Begin(ct);
        // One after the other: what was said last must be what counts.
        await tx.Connection.ExecuteAsync(new CommandDefinition(
            "select pg_advisory_xact_lock(hashtextextended('privacy.consents ' || @Id::text, 0))", new { actor.Id }, tx.Inner, cancellationToken: ct));
        var (isSaid, today) = await tx.Connection.QuerySingleAsync<(bool, long)>(new CommandDefinition("""
            select coalesce((select c.is_granted = @IsGranted and c.text_version = @TextVersion from privacy.consents c
                    where c.customer_id = @Id and c.purpose = @Purpose order by c.id desc limit 1), false),
                (select count(*) from privacy.consents c where c.customer_id = @Id and c.created_at > now() - interval '1 day')
            """, new { actor.Id, request.Purpose, request.IsGranted, request.TextVersion }, tx.Inner, cancellationToken: ct));
        if (isSaid) return await ReadConsents.Answer(actor.Id, db, options, ct);
        if (today >= MostADay) return Reply.Error(Error.TooManyRequests($"At most {MostADay} changes a day", "too_many_consents"));
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            insert into privacy.consents (customer_id, purpose, is_granted, text_version, ip, user_agent)
            values (@Id, @Purpose, @IsGranted, @TextVersion, @ip::inet, nullif(@agent, ''))
            """,
            new
            {
                actor.Id,
                request.Purpose,
                request.IsGranted,
                request.TextVersion,
                ip = ClientAddress.Of(http)?.ToString(),
                agent = ClientAgent.Of(http),
            }, tx.Inner, cancellationToken: ct));
        tx.Publish(new ConsentChanged(actor.Id, request.Purpose, request.IsGranted, request.TextVersion));
        await tx.Commit(ct);
        return await ReadConsents.Answer(actor.Id, db, options, ct);
    }
}
