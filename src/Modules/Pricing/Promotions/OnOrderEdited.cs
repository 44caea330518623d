using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Platform.Data;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace HeadlessPro.Pricing.Promotions;

/// <summary>
/// An order was edited: what its promotions have spent on it follows, under the locks of <see cref="PromotionClaims"/>. It was sold with them, so
/// it may take a budget beyond its limit; whoever comes after is refused. Its uses stay taken, one an order, until it is canceled. An edit that
/// is heard again, or after a later one, changes nothing.
/// </summary>
internal static class OnOrderEdited
{
    public const string Name = "pricing.on_order_edited";

    // As in PromotionClaims: promotions without a limit are locked in common and not counted.
    private const string LockFree = $"""
        select from pricing.promotions p
        where p.id in (select h.promotion_id from pricing.promotion_claims h where h.key = @key) and not {PromotionRow.IsLimited} order by p.id for share
        """;

    private const string LockLimited = $"""
        select from pricing.promotions p
        where p.id in (select h.promotion_id from pricing.promotion_claims h where h.key = @key) and {PromotionRow.IsLimited} order by p.id for update
        """;

    private const string Follow = $"""
        with followed as (
            update pricing.promotion_claims h set amount = d.amount, order_version = @version
            from (
                select b.promotion_id, b.amount as before, coalesce(w.amount, 0) as amount
                from pricing.promotion_claims b left join unnest(@ids, @amounts) as w (id, amount) on w.id = b.promotion_id
                where b.key = @key) d
            where h.key = @key and h.promotion_id = d.promotion_id and h.order_version < @version
            returning h.promotion_id, h.customer, h.currency_code, d.amount - d.before as more),
        counted as (
            update pricing.promotions p set spent = p.spent + f.more
            from followed f
            where p.id = f.promotion_id and {PromotionRow.IsLimited} and f.currency_code = coalesce(p.budget_currency, f.currency_code)
            returning p.id, p.budget_attribute)
        update pricing.promotion_customers u set spent = u.spent + f.more
        from followed f join counted c on c.id = f.promotion_id
        where u.promotion_id = f.promotion_id and u.customer = f.customer and c.budget_attribute is not null
        """;

    public static async Task Handle(IServiceProvider services, OrderEdited edited, CancellationToken ct)
    {
        await using var tx = await services.GetRequiredService<Db>().Begin(ct);
        await using var batch = tx.Batch();
        foreach (var sql in (ReadOnlySpan<string>)[PromotionClaims.LockKey, LockFree, LockLimited])
            batch.BatchCommands.Add(new NpgsqlBatchCommand(sql) { Parameters = { new NpgsqlParameter<Guid>("key", edited.CartId) } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Follow)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid>("key", edited.CartId), new NpgsqlParameter<long>("version", edited.Version),
                new NpgsqlParameter<Guid[]>("ids", [.. edited.Discounts.Select(d => d.PromotionId)]),
                new NpgsqlParameter<long[]>("amounts", [.. edited.Discounts.Select(d => d.Amount)]),
            },
        });
        await batch.ExecuteNonQueryAsync(ct);
        await tx.Commit(ct);
    }
}
