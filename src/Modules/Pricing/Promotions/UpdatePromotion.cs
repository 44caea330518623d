using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Pricing.Promotions;

internal sealed record UpdatePromotionRequest(
    string? Code = null, string? Type = null, ApplicationMethodRequest? ApplicationMethod = null, bool? IsAutomatic = null, bool? IsTaxInclusive = null,
    string? Status = null, Optional<long?> Limit = default, Optional<CampaignRequest?> Campaign = default,
    IReadOnlyList<PromotionRuleRequest>? Rules = null, Optional<JsonElement?> Metadata = default);

/// <summary>
/// Changes a promotion. What is left out stays; lists of rules, when sent, replace those there are; <c>campaign</c> is replaced as a whole, null removes it.
/// A limit below what is used already is allowed: it means no more uses.
/// </summary>
internal static class UpdatePromotion
{
    public static async Task<IResult> Handle(string id, Body<UpdatePromotionRequest> body, Db db, CancellationToken ct)
    {
        if (!WireId.TryDecode(PromotionRow.Prefix, id, out var key)) return Reply.Error(PromotionRow.NotFound(id));
        var request = body.Value;
        Check.Json("metadata", request.Metadata.Or(null));

        await using var tx = await db.Begin(ct);
        var current = await tx.Connection.QuerySingleOrDefaultAsync<PromotionRow>(new CommandDefinition(
            $"select {PromotionRow.Columns} from pricing.promotions p where p.id = @key and p.deleted_at is null for update", new { key }, tx.Inner, cancellationToken: ct));
        if (current is null) return Reply.Error(PromotionRow.NotFound(id));
        if (!Merge(current, request).Try(out var fields, out var badRules)) return Reply.Error(badRules);
        if (!PromotionDraft.CheckFields(fields).Try(out var draft, out var problem)) return Reply.Error(problem);
        if (!(await PromotionsStore.Write(tx, key, draft, false, ct)).Try(out var row, out var refused)) return Reply.Error(refused);
        if (!SameLimits(current, row)) row = await Recount(tx, row, ct);
        tx.Publish(new PricingChanged());
        await tx.Commit(ct);
        return Reply.Json(new PromotionEnvelope(row.ToWire()), PricingJson.Default.PromotionEnvelope);
    }

    private static bool SameLimits(PromotionRow a, PromotionRow b) =>
        (a.UseLimit is null, a.BudgetType, a.BudgetCurrency, a.BudgetAttribute) == (b.UseLimit is null, b.BudgetType, b.BudgetCurrency, b.BudgetAttribute);

    /// <summary>The counters as the claims say, for another kind of limit counts other things. Claims wait for the row that is locked here.</summary>
    private static Task<PromotionRow> Recount(Transaction tx, PromotionRow row, CancellationToken ct) =>
        tx.Connection.QuerySingleAsync<PromotionRow>(new CommandDefinition($"""
            with claims as (
                select h.customer, count(*) as used, coalesce(sum(h.amount) filter (where h.currency_code = @BudgetCurrency), 0)::bigint as spent
                from pricing.promotion_claims h where h.promotion_id = @Id group by h.customer),
            gone as (
                delete from pricing.promotion_customers u where u.promotion_id = @Id and u.customer not in (select customer from claims)),
            customers as (
                insert into pricing.promotion_customers as u (promotion_id, customer, used, spent)
                select @Id, customer, used, spent from claims where @BudgetAttribute::text is not null
                on conflict (promotion_id, customer) do update set used = excluded.used, spent = excluded.spent)
            update pricing.promotions p set used = (select coalesce(sum(used), 0) from claims), spent = (select coalesce(sum(spent), 0) from claims)
            where p.id = @Id
            returning {PromotionRow.Columns}
            """, new { row.Id, row.BudgetCurrency, row.BudgetAttribute }, tx.Inner, cancellationToken: ct));

    private static Result<PromotionFields> Merge(PromotionRow row, UpdatePromotionRequest request)
    {
        var old = row.ToWire();
        var (before, sent) = (old.ApplicationMethod, request.ApplicationMethod ?? new ApplicationMethodRequest());
        var type = request.Type ?? old.Type;
        var allocation = sent.Allocation ?? before.Allocation;
        var targetType = sent.TargetType ?? before.TargetType;
        var method = new ApplicationMethodRequest(
            sent.Type ?? before.Type, targetType, allocation, sent.Value ?? before.Value, sent.CurrencyCode ?? before.CurrencyCode,
            sent.MaxQuantity ?? (allocation == "each" ? before.MaxQuantity : null),
            BuyRulesMinQuantity: sent.BuyRulesMinQuantity ?? (type == "buyget" ? before.BuyRulesMinQuantity : null),
            ApplyToQuantity: sent.ApplyToQuantity ?? (type == "buyget" ? before.ApplyToQuantity : null));

        if (!Rules("rules", request.Rules, row.Rules, RulePlace.Cart).Try(out var rules, out var badRules)) return badRules;
        var place = targetType == "shipping_methods" ? RulePlace.ShippingMethods : RulePlace.Items;
        // Rules on items say nothing about shipping methods, and the other way round.
        var keptTargets = (targetType == "shipping_methods") == (before.TargetType == "shipping_methods") ? row.TargetRules : "[]";
        if (!Rules("application_method, target_rules", sent.TargetRules, keptTargets, place).Try(out var targets, out var badTargets)) return badTargets;
        var keptBuys = type == "buyget" ? row.BuyRules : "[]";
        if (!Rules("application_method, buy_rules", sent.BuyRules, keptBuys, RulePlace.Items).Try(out var buys, out var badBuys)) return badBuys;

        return new PromotionFields(
            request.Code ?? old.Code, type, request.IsAutomatic ?? old.IsAutomatic, request.IsTaxInclusive ?? old.IsTaxInclusive,
            request.Status ?? old.Status, request.Limit.Or(old.Limit), request.Campaign.Or(Campaign(old.Campaign)), rules, method, targets, buys,
            request.Metadata.IsSet ? Check.JsonText(request.Metadata.Value) : row.Metadata);
    }

    private static Result<List<StoredRule>> Rules(string field, IReadOnlyList<PromotionRuleRequest>? sent, string stored, RulePlace place) =>
        sent is null ? JsonSerializer.Deserialize(stored, PricingJson.Default.ListStoredRule)! : RuleReader.CheckRules(field, sent, place);

    private static CampaignRequest? Campaign(CampaignResponse? campaign) => campaign is null
        ? null
        : new CampaignRequest(campaign.StartsAt, campaign.EndsAt,
            campaign.Budget is { } b ? new CampaignBudgetRequest(b.Type, b.Limit, b.CurrencyCode, b.Attribute) : null, campaign.Name);
}
