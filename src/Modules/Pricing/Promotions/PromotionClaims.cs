using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Pricing.Promotions;

/// <summary>
/// Uses promotions up for a cart, and gives them back. Both are one transaction of one round trip: the cart's key and the promotions (in id order)
/// are locked, counters move by the difference between what the key holds and what it should hold, and only within the limits. Repeating changes nothing.
/// A promotion without a limit is locked in common and not counted: every order of a shop may carry it.
/// </summary>
internal static class PromotionClaims
{
    /// <summary>Whoever else changes what <c>@key</c> holds is waited for.</summary>
    public const string LockKey = "select pg_advisory_xact_lock(hashtextextended('pricing.claim ' || @key::text, 0))";

    public static async Task<Result<Done>> Claim(ClaimPromotions request, Db db, CancellationToken ct)
    {
        var uses = request.Uses.GroupBy(u => u.PromotionId).Select(g => new PromotionUse(g.Key, g.Sum(u => u.Amount))).OrderBy(u => u.PromotionId).ToList();
        await using var tx = await db.Begin(ct);
        await using var batch = Statements(tx, request.Key, request.Customer.ToLowerInvariant(), request.CurrencyCode, uses);
        await using (var reader = await batch.ExecuteReaderAsync(ct))
        {
            await reader.NextResultAsync(ct);
            var promotions = new Dictionary<Guid, (string Code, bool PerCustomer, bool IsFree)>();
            for (var locked = 0; locked < 2; locked++)
            {
                while (await reader.ReadAsync(ct)) promotions[reader.GetGuid(0)] = (reader.GetString(1), reader.GetBoolean(2), reader.GetBoolean(3));
                await reader.NextResultAsync(ct);
            }

            var counted = await ReadIds(reader, ct);
            await reader.NextResultAsync(ct);
            var countedPerCustomer = await ReadIds(reader, ct);

            foreach (var use in uses)
            {
                if (!promotions.TryGetValue(use.PromotionId, out var promotion))
                    return Error.NotFound($"Promotion with id: {WireId.Encode(PromotionRow.Prefix, use.PromotionId)} was not found");
                if (promotion.IsFree) continue;
                if (!counted.Contains(use.PromotionId) || (promotion.PerCustomer && !countedPerCustomer.Contains(use.PromotionId)))
                    return Error.NotAllowed($"The promotion code {promotion.Code} has been used up", "promotion_limit_exceeded");
            }
        }

        await tx.Commit(ct);
        return new Done();
    }

    public static Task<Result<Done>> Release(ReleasePromotions request, Db db, CancellationToken ct) =>
        Claim(new ClaimPromotions(request.Key, "", [], ""), db, ct);

    private static async Task<HashSet<Guid>> ReadIds(NpgsqlDataReader reader, CancellationToken ct)
    {
        var ids = new HashSet<Guid>();
        while (await reader.ReadAsync(ct)) ids.Add(reader.GetGuid(0));
        return ids;
    }

    private static NpgsqlBatch Statements(Transaction tx, Guid key, string customer, string currency, List<PromotionUse> uses)
    {
        var ids = uses.Select(u => u.PromotionId).ToArray();
        var amounts = uses.Select(u => u.Amount).ToArray();
        var batch = tx.Batch();
        Add(LockKey);
        // Each statement below sees what others committed before these locks were given.
        Add($"""
            select p.id, p.code, false, p.deleted_at is null and p.status = 'active'
                or exists (select from pricing.promotion_claims h where h.key = @key and h.promotion_id = p.id)
            from pricing.promotions p
            where p.id = any (@ids) and not {PromotionRow.IsLimited} order by p.id for share
            """);
        Add($"""
            select p.id, p.code, p.budget_attribute is not null, false from pricing.promotions p
            where (p.id = any (@ids) or p.id in (select h.promotion_id from pricing.promotion_claims h where h.key = @key)) and {PromotionRow.IsLimited}
            order by p.id for update
            """);
        Add($"""
            update pricing.promotions p set used = p.used + d.uses, spent = p.spent + d.amount
            from (
                select coalesce(w.id, h.promotion_id) as id, (w.id is not null)::int - (h.key is not null)::int as uses,
                    coalesce(w.amount, 0) - coalesce(h.amount, 0) as amount
                from unnest(@ids, @amounts) as w (id, amount)
                full join (select * from pricing.promotion_claims where key = @key) h on h.promotion_id = w.id) d
            where p.id = d.id and {PromotionRow.IsLimited}
                and (d.uses <= 0 or (p.deleted_at is null and p.status = 'active' and (p.use_limit is null or p.used + d.uses <= p.use_limit)))
                and (p.budget_type is null or p.budget_attribute is not null
                    or (p.budget_type = 'usage' and (d.uses <= 0 or p.used + d.uses <= p.budget_limit))
                    or (p.budget_type = 'spend' and (d.amount <= 0 or (p.spent + d.amount <= p.budget_limit and p.budget_currency = @currency))))
            returning p.id
            """);
        Add("""
            with changed as (
                select c.id, c.customer, sum(c.uses) as uses, sum(c.amount) as amount
                from (
                    select w.id, @customer as customer, 1 as uses, w.amount from unnest(@ids, @amounts) as w (id, amount)
                    union all
                    select h.promotion_id, h.customer, -1, -h.amount from pricing.promotion_claims h where h.key = @key) c
                group by c.id, c.customer),
            counters as (
                insert into pricing.promotion_customers as u (promotion_id, customer, used, spent)
                select d.id, d.customer, greatest(d.uses, 0), greatest(d.amount, 0)
                from changed d join pricing.promotions p on p.id = d.id
                left join pricing.promotion_customers k on k.promotion_id = d.id and k.customer = d.customer
                where p.budget_attribute is not null
                    and ((p.budget_type = 'usage' and (d.uses <= 0 or coalesce(k.used, 0) + d.uses <= p.budget_limit))
                        or (p.budget_type = 'spend' and (d.amount <= 0 or (coalesce(k.spent, 0) + d.amount <= p.budget_limit and p.budget_currency = @currency))))
                order by d.id, d.customer
                on conflict (promotion_id, customer) do update set
                    used = u.used + (select c.uses from changed c where c.id = u.promotion_id and c.customer = u.customer),
                    spent = u.spent + (select c.amount from changed c where c.id = u.promotion_id and c.customer = u.customer)
                returning u.promotion_id, u.customer)
            select c.promotion_id from counters c where c.customer = @customer
            """);
        Add("delete from pricing.promotion_claims where key = @key and promotion_id <> all (@ids)");
        Add("""
            insert into pricing.promotion_claims (key, promotion_id, customer, amount, currency_code)
            select @key, w.id, @customer, w.amount, @currency from unnest(@ids, @amounts) as w (id, amount)
            where exists (select from pricing.promotions p where p.id = w.id)
            on conflict (key, promotion_id) do update set customer = excluded.customer, amount = excluded.amount, currency_code = excluded.currency_code
            """);
        return batch;

        void Add(string sql)
        {
            var command = new NpgsqlBatchCommand(sql);
            if (sql.Contains("@key", StringComparison.Ordinal)) command.Parameters.Add(new NpgsqlParameter<Guid>("key", key));
            if (sql.Contains("@ids", StringComparison.Ordinal)) command.Parameters.Add(new NpgsqlParameter<Guid[]>("ids", ids));
            if (sql.Contains("@amounts", StringComparison.Ordinal)) command.Parameters.Add(new NpgsqlParameter<long[]>("amounts", amounts));
            if (sql.Contains("@customer", StringComparison.Ordinal)) command.Parameters.Add(new NpgsqlParameter<string>("customer", customer));
            if (sql.Contains("@currency", StringComparison.Ordinal)) command.Parameters.Add(new NpgsqlParameter<string>("currency", currency));
            batch.BatchCommands.Add(command);
        }
    }
}
