using Dapper;
using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Platform.Data;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Payments;

/// <summary>
/// An order costs something else now. Less than was promised: that much is captured when it is due, the rest let go. More: the shopper is asked
/// for a further promise (<see cref="OpenSession"/> on the same collection), and what there is is captured when it is due. Staff see what is
/// owed either way (<see cref="ReadPayments"/>).
/// </summary>
internal static class OnOrderEdited
{
    public const string Name = "payments.on_order_edited";

    public static async Task Handle(IServiceProvider services, OrderEdited edited, CancellationToken ct)
    {
        await using var connection = await services.GetRequiredService<Db>().Open(ct);
        await connection.ExecuteAsync(new CommandDefinition("""
            update payments.collections set amount = @Total, order_version = @Version, updated_at = now()
            where cart_id = @CartId and order_version < @Version
            """, new { edited.Total, edited.Version, edited.CartId }, cancellationToken: ct));
    }
}
