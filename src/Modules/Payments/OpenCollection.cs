using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Payments;

/// <summary>The amount owed for a cart: made at the first call, brought up to date by each later one until it is authorized.</summary>
internal static class OpenCollection
{
    public static async Task<Result<PaymentCollection>> Run(Db db, OpenPaymentCollection request, CancellationToken ct)
    {
        // The open session follows: the amount sent to a provider is the cart's total.
        var command = new NpgsqlBatchCommand("""
            with owed as (
                insert into payments.collections as c (id, cart_id, currency_code, amount) values (@id, @cart, @currency, @amount)
                on conflict (cart_id) do update set amount = excluded.amount, currency_code = excluded.currency_code,
                    updated_at = case when (c.amount, c.currency_code) = (excluded.amount, excluded.currency_code) then c.updated_at else now() end
                where not c.is_authorized
                returning c.id)
            update payments.sessions s set amount = @amount, updated_at = now()
            from owed where s.collection_id = owed.id and s.status in ('pending', 'requires_more') and s.amount <> @amount
            """);
        command.Parameters.AddWithValue("id", WireId.New());
        command.Parameters.AddWithValue("cart", request.CartId);
        command.Parameters.AddWithValue("currency", request.CurrencyCode);
        command.Parameters.AddWithValue("amount", request.Amount);
        return await CollectionsStore.Make(db, request.CartId, command, ct);
    }
}
