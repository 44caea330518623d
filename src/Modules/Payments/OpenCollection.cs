using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Payments;

/// <summary>The amount owed for a cart: made at the first call, brought up to date by each later one.</summary>
internal static class OpenCollection
{
    public static async Task<Result<PaymentCollection>> Run(Db db, OpenPaymentCollection request, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        // The open session follows: the amount sent to a provider is the cart's total. What is authorized already is never touched.
        await using var command = new Npgsql.NpgsqlCommand("""
            with owed as (
                insert into payments.collections (id, cart_id, currency_code, amount) values (@id, @cart, @currency, @amount)
                on conflict (cart_id) do update set amount = excluded.amount, currency_code = excluded.currency_code,
                    updated_at = case when (payments.collections.amount, payments.collections.currency_code) = (excluded.amount, excluded.currency_code)
                        then payments.collections.updated_at else now() end
                returning id)
            update payments.sessions s set amount = @amount, updated_at = now()
            from owed where s.collection_id = owed.id and s.status in ('pending', 'requires_more') and s.amount <> @amount
            """, connection);
        command.Parameters.AddWithValue("id", WireId.New());
        command.Parameters.AddWithValue("cart", request.CartId);
        command.Parameters.AddWithValue("currency", request.CurrencyCode);
        command.Parameters.AddWithValue("amount", request.Amount);
        await command.ExecuteNonQueryAsync(ct);
        return (await CollectionsStore.Load(connection, [request.CartId], [], ct))[0];
    }
}
