using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Payments.Fraud;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Payments;

/// <summary>
/// Brings the books to what a session's provider holds, whoever has reason to look: a webhook, a job, the nightly comparison. What the
/// shopper has approved there and nobody asked for yet is asked for; what is closed here and could still be paid there is closed there.
/// </summary>
internal sealed class Settle(Db db, PaymentProviders providers, Books books, Attempts attempts)
{
    private const string Sql = """
        select s.id, s.provider_id, s.status in ('pending', 'requires_more') as is_open, s.status = 'canceled' as is_closed, s.reference, s.amount, s.data::text as data,
            c.cart_id, c.currency_code, exists (select from payments.payments d where d.session_id = s.id and d.disputed > 0) as is_disputed
        from payments.sessions s
        join payments.collections c on c.id = s.collection_id
        """;

    /// <summary>The session by its id, or by a provider's name of it or its payment; false when there is none.</summary>
    public async Task<Result<bool>> Run(ProviderEvent told, CancellationToken ct)
    {
        var found = await Find(told.SessionId, told.References.ToArray(), ct);
        foreach (var row in found)
        {
            if (!(await Run(row with { IsDisputed = row.IsDisputed || told.IsOfDispute }, ct)).Try(out var held, out var error)) return error;
            await FinishDecided(row.Id, ct);
            if (held is { State: ProviderState.Pending, Reason: not null }) await attempts.NoteRefused(row.Id, null, held, ct);
        }

        return found.Count > 0;
    }

    /// <summary>Settles, and answers in what the provider still differs from the books, in a sentence each; none when all is even.</summary>
    public async Task<Result<IReadOnlyList<string>>> Compare(Guid session, CancellationToken ct)
    {
        if ((await Find(session, [], ct)) is not [var row]) return Array.Empty<string>();
        if (!(await Run(row, ct)).Try(out var held, out var error)) return error;
        await using var connection = await db.Open(ct);
        if (held.PaymentReference is null)
        {
            var promised = await connection.QueryAsync<string>(new CommandDefinition(
                "select reference from payments.payments where session_id = @session and canceled_at is null and not is_stray", new { session }, cancellationToken: ct));
            return promised.Select(reference => $"payment {reference}: {row.ProviderId} holds nothing, the books a promise").ToArray();
        }

        var ours = await connection.QuerySingleAsync<Sums>(new CommandDefinition(
            "select amount, captured, released, refunded, disputed from payments.payments where session_id = @session and reference = @reference",
            new { session, reference = held.PaymentReference }, cancellationToken: ct));
        var there = Sums.Of(held);
        return there == ours ? Array.Empty<string>() : new[] { $"payment {held.PaymentReference}: {row.ProviderId} holds {there}, the books {ours}" };
    }

    private async Task<Result<ProviderSnapshot>> Run(Row row, CancellationToken ct)
    {
        if (!providers.TryFind(row.ProviderId, out var provider)) return PaymentErrors.ProviderUnavailable(row.ProviderId);
        var session = new ProviderSession(row.Id, row.CartId, row.Reference, row.Amount, row.CurrencyCode, row.Data) { IsDisputed = row.IsDisputed };
        var answer = row.IsOpen ? await provider.Authorize(session, ct) : await provider.Find(session, ct);
        if (row.IsClosed && answer.Value is { State: ProviderState.Pending or ProviderState.RequiresMore }) answer = await provider.Close(session, ct);
        if (answer.Try(out var snapshot, out _)) await books.Apply(row.Id, snapshot, null, tell: true, ct);
        return answer;
    }

    /// <summary>What waits for the provider's decision about a capture is asked about now: that may be what was told.</summary>
    private async Task FinishDecided(Guid session, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        await connection.ExecuteAsync(new CommandDefinition("""
            update payments.operations o set taken_at = '-infinity' from payments.payments p
            where p.session_id = @session and o.payment_id = p.id and o.kind in ('capture', 'void') and o.status = 'open' and o.taken_at > now()
            """, new { session }, cancellationToken: ct));
    }

    private async Task<List<Row>> Find(Guid? session, string[] references, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return (await connection.QueryAsync<Row>(new CommandDefinition(
            Sql + """
             where s.id in (
                select @session
                union select id from payments.sessions where reference = any (@references)
                union select session_id from payments.payments where reference = any (@references))
            """, new { session, references }, cancellationToken: ct))).AsList();
    }

    private sealed record Sums(long Amount, long Captured, long Released, long Refunded, long Disputed)
    {
        public static Sums Of(ProviderSnapshot held)
        {
            long Of(MovementKind kind) => held.Movements.Where(m => m.Kind == kind).Sum(m => m.Amount);
            return new Sums(
                held.Amount, Of(MovementKind.Capture), Of(MovementKind.Void), Of(MovementKind.Refund) - Of(MovementKind.RefundReversal),
                Of(MovementKind.Dispute) - Of(MovementKind.DisputeReversal));
        }
    }

    private sealed record Row(Guid Id, string ProviderId, bool IsOpen, bool IsClosed, string? Reference, long Amount, string Data, Guid CartId, string CurrencyCode, bool IsDisputed);
}
