using HeadlessPro.Contracts;
using HeadlessPro.Ordering.Carts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Events;
using Npgsql;

namespace HeadlessPro.Ordering.Checkout;

/// <summary>
/// Whose turn it is to complete a cart. A lease is a token and a time on the cart's row: while it lasts the cart cannot be changed and
/// nobody else completes it; a host that dies lets it lapse. The token is also the fence: FINALIZE happens only while the cart carries
/// it, and every undo is preceded by making sure of it.
/// </summary>
internal sealed class CheckoutLease(Db db, CartStore carts, CheckoutOptions options)
{
    private static readonly string TakeIt = $"""
        update ordering.carts c set completing_token = $2, completing_until = now() + $3
        where c.id = $1 and c.completed_at is null and (c.completing_until is null or c.completing_until <= now())
        returning {CartStore.Columns},
            nextval('ordering.order_numbers') as number, (select b.completing_token is not null from ordering.carts b where b.id = $1) as resumed
        """;

    /// <summary>Takes the lease, an order number, and the cart as it stays; null when it is gone, completed, or somebody else holds it.</summary>
    public async Task<Claim?> Take(Guid cartId, CancellationToken ct)
    {
        var token = WireId.New();
        await using var batch = db.Batch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(TakeIt) { Parameters = { new() { Value = cartId }, new() { Value = token }, new() { Value = options.Lease } } });
        // A statement of its own: that one may have waited for a writer, and would tell the version from before the wait.
        batch.BatchCommands.Add(TopicVersion.Read("catalog"));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct)) return null;
        var (cart, number, resumed) = (carts.Read(reader), reader.GetInt64(reader.GetOrdinal("number")), reader.GetBoolean(reader.GetOrdinal("resumed")));
        await reader.NextResultAsync(ct);
        await reader.ReadAsync(ct);
        return new Claim(cart with { CatalogVersion = reader.GetInt64(0) }, token, number, resumed);
    }

    /// <summary>Makes sure the lease is still ours and will last through the next step.</summary>
    public async Task<bool> Extend(Claim claim, CancellationToken ct)
    {
        await using var command = db.Command("""
            update ordering.carts set completing_until = now() + $3 where id = $1 and completing_token = $2 and completed_at is null
            """);
        command.Parameters.Add(new() { Value = claim.CartId });
        command.Parameters.Add(new() { Value = claim.Token });
        command.Parameters.Add(new() { Value = options.Lease });
        return await command.ExecuteNonQueryAsync(ct) == 1;
    }

    /// <summary>Gives the cart back to the shopper.</summary>
    public async Task End(Claim claim, CancellationToken ct)
    {
        await using var command = db.Command("""
            update ordering.carts set completing_token = null, completing_until = null where id = $1 and completing_token = $2 and completed_at is null
            """);
        command.Parameters.Add(new() { Value = claim.CartId });
        command.Parameters.Add(new() { Value = claim.Token });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Whether there is such a cart at all.</summary>
    public async Task<bool> CartExists(Guid cartId, CancellationToken ct)
    {
        await using var command = db.Command("select exists (select from ordering.carts where id = $1)");
        command.Parameters.Add(new() { Value = cartId });
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }
}

/// <summary>A held lease.</summary>
/// <param name="Cart">The cart.</param>
/// <param name="Token">The fence.</param>
/// <param name="OrderNumber">The number of the order to be; numbers of checkouts that fail are lost, which is allowed.</param>
/// <param name="Resumed">An earlier attempt was cut off and may hold stock, promotions and money; prices and promotions may have changed since.</param>
internal sealed record Claim(CartState Cart, Guid Token, long OrderNumber, bool Resumed)
{
    public Guid CartId => Cart.Id;
}

/// <summary>Configuration section <c>Checkout</c>.</summary>
internal sealed class CheckoutOptions
{
    /// <summary>How long a dead host keeps a cart from being completed by another.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long stock stays held for a checkout that nobody finishes.</summary>
    public TimeSpan Reservation { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a second caller waits for the first to finish the same cart.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often checkouts that were cut off are looked for.</summary>
    public TimeSpan Sweep { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For drills in test environments: the process kills itself when a checkout has reached this step.</summary>
    public CheckoutStep? KillAt { get; init; }
}

/// <summary>The named steps of a checkout, each the end of one.</summary>
internal enum CheckoutStep
{
    Claimed,
    Prepared,
    StockReserved,
    PromotionsClaimed,
    Paid,
    Finalized,
}
