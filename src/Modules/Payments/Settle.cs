using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Payments;

/// <summary>
/// Brings the books to what a session's provider holds, whoever has reason to look: a webhook, a job, the nightly comparison. What the
/// shopper has approved there and nobody asked for yet is asked for.
/// </summary>
internal sealed class Settle(Db db, PaymentProviders providers, Books books)
{
    private const string Sql = """
        select s.id, s.provider_id, s.status in ('pending', 'requires_more') as is_open, s.reference, s.amount, s.data::text as data,
            c.cart_id, c.currency_code
        from payments.sessions s
        join payments.collections c on c.id = s.collection_id
        """;

    /// <summary>The session by its id, or by a provider's name of it or its payment; false when there is none.</summary>
    public async Task<Result<bool>> Run(Guid? session, IReadOnlyList<string> references, CancellationToken ct)
    {
        var found = await Find(session, references.ToArray(), ct);
        foreach (var row in found)
            if ((await Run(row, ct)).Error is { } error) return error;
        return found.Count > 0;
    }

    private async Task<Result<Done>> Run(Row row, CancellationToken ct)
    {
        if (!providers.TryFind(row.ProviderId, out var provider)) return PaymentErrors.ProviderUnavailable(row.ProviderId);
        var session = new ProviderSession(row.Id, row.CartId, row.Reference, row.Amount, row.CurrencyCode, row.Data);
        var answer = row.IsOpen ? await provider.Authorize(session, ct) : await provider.Find(session, ct);
        if (!answer.Try(out var snapshot, out var error)) return error;
        await books.Apply(row.Id, snapshot, null, tell: true, ct);
        return default(Done);
    }

    private async Task<List<Row>> Find(Guid? session, string[] references, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return (await connection.QueryAsync<Row>(new CommandDefinition(
            Sql + """
             where s.id = @session or s.id in (
                select id from payments.sessions where reference = any (@references)
                union select session_id from payments.payments where reference = any (@references))
            """, new { session, references }, cancellationToken: ct))).AsList();
    }

    private sealed record Row(Guid Id, string ProviderId, bool IsOpen, string? Reference, long Amount, string Data, Guid CartId, string CurrencyCode);
}
