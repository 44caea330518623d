using HeadlessPro.Platform.Data;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Inventory;

/// <summary>
/// Drops reservations given back a month ago, carts nobody will come back to, and keys of stock set a month ago. Reservations of orders stay as
/// long as the orders do: they say which location sends each piece, and what is owed.
/// </summary>
internal static class ForgetReservations
{
    public const string Name = "inventory.forget_reservations";

    public static readonly TimeSpan Every = TimeSpan.FromHours(1);

    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    public static async Task Run(IServiceProvider services, CancellationToken ct)
    {
        await using var command = services.GetRequiredService<Db>().Command(
            """
            with forgotten as (delete from inventory.stock_keys where created_at < $1)
            delete from inventory.reservations where status = 'released' and updated_at < $1
            """);
        command.Parameters.Add(new() { Value = services.GetRequiredService<TimeProvider>().GetUtcNow() - Kept });
        await command.ExecuteNonQueryAsync(ct);
    }
}
