using Dapper;
using HeadlessPro.Platform.Data;
using Microsoft.Extensions.Logging;

namespace HeadlessPro.Ordering.Checkout;

/// <summary>
/// Finishes checkouts that were cut off: a cart whose lease lapsed had its shopper ask for the order, so the same steps are walked
/// again. It ends in the order, or in a clean cart with nothing held.
/// </summary>
internal sealed partial class FinishCheckouts(Db db, PlaceOrder placeOrder, ILogger<FinishCheckouts> logger)
{
    public async Task Run(CancellationToken ct)
    {
        foreach (var cart in await CutOff(ct))
        {
            ct.ThrowIfCancellationRequested();
            try
            {
                var outcome = await placeOrder.Run(cart, ct);
                if (outcome.Try(out var placed, out var error)) LogFinished(logger, cart, placed.Order.Row.DisplayId);
                else LogCleaned(logger, cart, error.Message);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                // Its lease lapses again: the next round tries once more, and those behind it need not wait for that.
                LogFailed(logger, cart, e);
            }
        }
    }

    private async Task<List<Guid>> CutOff(CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return (await connection.QueryAsync<Guid>(new CommandDefinition("""
            select id from ordering.carts
            where completing_until <= now() and completed_at is null
            order by completing_until limit 100
            """, cancellationToken: ct))).AsList();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Checkout of cart {Cart} had been cut off; finished as order #{Number}")]
    private static partial void LogFinished(ILogger logger, Guid cart, long number);

    [LoggerMessage(Level = LogLevel.Error, Message = "Checkout of cart {Cart} had been cut off, and could not be finished")]
    private static partial void LogFailed(ILogger logger, Guid cart, Exception e);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Checkout of cart {Cart} had been cut off; given up: {Reason}")]
    private static partial void LogCleaned(ILogger logger, Guid cart, string reason);
}
