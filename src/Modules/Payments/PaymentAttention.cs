using Dapper;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Payments;

/// <summary>What staff should look at: a sentence on the payment, found by <c>GET /admin/payments?needs_attention=true</c>.</summary>
internal static class PaymentAttention
{
    public static async Task Note(Db db, Guid payment, string sentence, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            "update payments.payments set attention = @sentence, updated_at = now() where id = @payment", new { payment, sentence }, cancellationToken: ct));
    }
}
