using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Pricing.Totals;

namespace HeadlessPro.Pricing.Quotes;

/// <summary>How much of a limited promotion is gone, the asking cart's own uses left out.</summary>
internal sealed record UsedCount(Guid Id, long Used, long Spent, long CustomerUsed, long CustomerSpent)
{
    /// <summary>Used counts of the promotions that have limits; no statement when none has.</summary>
    public static async Task<IReadOnlyDictionary<Guid, UsedCount>> Read(
        Db db, IEnumerable<Promotion> promotions, Guid? cartId, Guid? customerId, string? email, CancellationToken ct)
    {
        var ids = promotions.Where(p => p.IsLimited).Select(p => p.Id).Distinct().ToArray();
        if (ids.Length == 0) return new Dictionary<Guid, UsedCount>();
        await using var connection = await db.Open(ct);
        var rows = await connection.QueryAsync<UsedCount>(new CommandDefinition("""
            select p.id, p.used - (own.key is not null)::int as used, p.spent - coalesce(own.amount, 0) as spent,
                (coalesce(c.used, 0) - (own.customer = any (@customers) is true)::int)::bigint as customer_used,
                (coalesce(c.spent, 0) - case when own.customer = any (@customers) then own.amount else 0 end)::bigint as customer_spent
            from pricing.promotions p
            left join pricing.promotion_claims own on own.key = @cartId and own.promotion_id = p.id
            left join lateral (
                select sum(u.used) as used, sum(u.spent) as spent from pricing.promotion_customers u
                where u.promotion_id = p.id and u.customer = any (@customers)) c on true
            where p.id = any (@ids)
            """, new { ids, cartId, customers = NamesOf(customerId, email) }, cancellationToken: ct));
        return rows.ToDictionary(r => r.Id);
    }

    /// <summary>Whether a limit is used up; a <c>spend</c> budget only when nothing is left of it.</summary>
    public bool IsUsedUp(Promotion promotion)
    {
        if (Used >= promotion.UseLimit) return true;
        return promotion.Budget switch
        {
            { Type: BudgetType.Usage } budget => (budget.Attribute is null ? Used : CustomerUsed) >= budget.Limit,
            { Type: BudgetType.Spend } budget => LeftToSpend(budget) <= 0,
            _ => false,
        };
    }

    /// <summary>What is left of a <c>spend</c> budget, minor units.</summary>
    public long LeftToSpend(PromotionBudget budget) => budget.Limit - (budget.Attribute is null ? Spent : CustomerSpent);

    /// <summary>The names a claim may have counted a customer by.</summary>
    private static string[] NamesOf(Guid? customerId, string? email)
    {
        var names = new List<string>(3);
        if (!string.IsNullOrEmpty(email)) names.Add(email.ToLowerInvariant());
        if (customerId is { } id) names.AddRange([id.ToString(), WireId.Encode("cus", id).ToLowerInvariant()]);
        return [.. names];
    }
}
