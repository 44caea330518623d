using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Privacy.Consents;

/// <summary>What a customer agrees to now, each of the shop's purposes once, and how it came about: the latest 200 changes, newest first; the export has all.</summary>
internal sealed record CustomerConsentsResponse(IReadOnlyList<PurposeConsentResponse> Consents, IReadOnlyList<ConsentChangeResponse> History);

/// <summary>Where a purpose stands. Who was never asked has agreed to nothing.</summary>
internal sealed record PurposeConsentResponse(string Purpose, bool IsGranted, string? TextVersion, DateTimeOffset? ChangedAt);

/// <summary>Something that was agreed to, or taken back.</summary>
internal sealed record ConsentChangeResponse(string Purpose, bool IsGranted, string TextVersion, string? Ip, string? UserAgent, DateTimeOffset CreatedAt);

/// <summary>…/consents: the present state and the history.</summary>
internal static class ReadConsents
{
    public static Task<IResult> Mine(Actor actor, Db db, PrivacyOptions options, CancellationToken ct) => Answer(actor.Id, db, options, ct);

    public static async Task<IResult> OfCustomer(string id, ApiQuery query, Db db, PrivacyOptions options, CancellationToken ct)
    {
        query.RejectUnknown();
        return WireId.TryDecode(PrivacyIds.Customer, id, out var customer) ? await Answer(customer, db, options, ct) : Reply.Error(PrivacyErrors.NoCustomer(id));
    }

    public static async Task<IResult> Answer(Guid customer, Db db, PrivacyOptions options, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        const string columns = "c.purpose, c.is_granted, c.text_version, host(c.ip) as ip, c.user_agent, c.created_at";
        await using var both = await connection.QueryMultipleAsync(new CommandDefinition($"""
            select {columns} from privacy.consents c where c.customer_id = @customer order by c.id desc limit 200;
            select distinct on (c.purpose) {columns} from privacy.consents c where c.customer_id = @customer order by c.purpose, c.id desc
            """, new { customer }, cancellationToken: ct));
        var history = (await both.ReadAsync<ConsentChangeResponse>()).AsList();
        var latest = (await both.ReadAsync<ConsentChangeResponse>()).ToDictionary(h => h.Purpose, StringComparer.Ordinal);
        // One that the shop no longer has is shown as long as somebody has said something to it.
        var state = options.Purposes.Union(latest.Keys, StringComparer.Ordinal).Select(p => latest.GetValueOrDefault(p) is { } last
            ? new PurposeConsentResponse(p, last.IsGranted, last.TextVersion, last.CreatedAt)
            : new PurposeConsentResponse(p, false, null, null));
        return Reply.Json(new CustomerConsentsResponse([.. state], history), PrivacyJson.Default.CustomerConsentsResponse);
    }
}
