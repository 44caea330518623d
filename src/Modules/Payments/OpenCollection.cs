using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Platform.Data;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace HeadlessPro.Payments;

/// <summary>
/// The amount owed for a cart: made at the first call, brought up to date by each later one until it is authorized. The provider of the
/// open session is told, so that the shopper is asked for today's amount; one that cannot be told now is told before money moves.
/// </summary>
internal sealed partial class OpenCollection(Db db, PaymentProviders providers, Books books, ILogger<OpenCollection> logger)
{
    public async Task<Result<PaymentCollection>> Run(OpenPaymentCollection request, CancellationToken ct)
    {
        var collection = await Write(request, ct);
        if (collection.OpenSession() is not { } session || session.IsKnownAsOwed()) return collection;
        var updated = await TellProvider(collection, session, ct);
        if (updated.Error is { } error) LogNotTold(logger, session.ProviderId, session.Id, error.Message);
        return updated.Error is null ? updated : collection;
    }

    /// <summary>Has the provider ask for the session's amount.</summary>
    public async Task<Result<PaymentCollection>> TellProvider(PaymentCollection collection, PaymentSession session, CancellationToken ct)
    {
        if (!providers.TryFind(session.ProviderId, out var provider)) return PaymentErrors.ProviderUnavailable(session.ProviderId);
        var answer = await provider.Open(session.AtProvider(collection), ct);
        if (!answer.Try(out var snapshot, out var error)) return error;
        if (snapshot.Reference != session.Reference) await Replace(session, snapshot.Reference, ct);
        return await books.Apply(session.Id, snapshot, null, tell: true, ct);
    }

    private async Task Replace(PaymentSession session, string? reference, CancellationToken ct)
    {
        await using var command = db.Command("update payments.sessions set reference = $3 where id = $1 and reference is not distinct from $2");
        command.Parameters.Add(new() { Value = session.Id });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text, Value = (object?)session.Reference ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text, Value = (object?)reference ?? DBNull.Value });
        await command.ExecuteNonQueryAsync(ct);
    }

    private Task<PaymentCollection> Write(OpenPaymentCollection request, CancellationToken ct)
    {
        // The open session follows: the amount sent to a provider is the cart's total.
        var command = new NpgsqlBatchCommand("""
            with before as (select currency_code from payments.collections where cart_id = @cart),
            owed as (
                insert into payments.collections as c (id, cart_id, currency_code, amount) values (@id, @cart, @currency, @amount)
                on conflict (cart_id) do update set amount = excluded.amount, currency_code = excluded.currency_code,
                    updated_at = case when (c.amount, c.currency_code) = (excluded.amount, excluded.currency_code) then c.updated_at else now() end
                where not c.is_authorized
                returning c.id)
            update payments.sessions s set amount = @amount, updated_at = now(),
                provider_amount = case when before.currency_code = @currency then s.provider_amount end
            from owed, before
            where s.collection_id = owed.id and s.status in ('pending', 'requires_more') and (s.amount <> @amount or before.currency_code <> @currency)
            """);
        command.Parameters.AddWithValue("id", WireId.New());
        command.Parameters.AddWithValue("cart", request.CartId);
        command.Parameters.AddWithValue("currency", request.CurrencyCode);
        command.Parameters.AddWithValue("amount", request.Amount);
        return CollectionsStore.Make(db, request.CartId, command, ct);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Payment provider {Provider} could not be told the new amount of session {Session}: {Reason}")]
    private static partial void LogNotTold(ILogger logger, string provider, Guid session, string reason);
}
