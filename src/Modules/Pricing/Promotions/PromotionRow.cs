using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Pricing.Totals;

namespace HeadlessPro.Pricing.Promotions;

/// <summary>A row of <c>pricing.promotions</c>, and what it is to the engine, to carts and to staff.</summary>
internal sealed record PromotionRow(
    Guid Id, string Code, string Type, bool IsAutomatic, bool IsTaxInclusive, string Status, long? UseLimit, long Used, long Spent,
    DateTimeOffset? StartsAt, DateTimeOffset? EndsAt, string? BudgetType, long? BudgetLimit, string? BudgetCurrency, string? BudgetAttribute,
    string? CampaignName, string Rules, Guid MethodId, string MethodType, string TargetType, string Allocation, long? ValueMinor,
    decimal? ValuePercent, string? MethodCurrency, long? MaxQuantity, long? BuyQuantity, long? GetQuantity, string TargetRules, string BuyRules,
    string? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt)
{
    public const string Prefix = "promo";

    public const string MethodPrefix = "proappmet";

    public const string Columns = """
        p.id, p.code, p.type, p.is_automatic, p.is_tax_inclusive, p.status, p.use_limit, p.used, p.spent, p.starts_at, p.ends_at, p.budget_type,
        p.budget_limit, p.budget_currency, p.budget_attribute, p.campaign_name, p.rules, p.method_id, p.method_type, p.target_type, p.allocation,
        p.value_minor, trim_scale(p.value_percent) as value_percent, p.method_currency, p.max_quantity, p.buy_quantity, p.get_quantity,
        p.target_rules, p.buy_rules, p.metadata, p.created_at, p.updated_at, p.deleted_at
        """;

    /// <summary>Whether there is anything to use up, in SQL of promotions <c>p</c>.</summary>
    public const string IsLimited = "(p.use_limit is not null or p.budget_type is not null)";

    /// <summary>As <see cref="Columns"/>, with the uses of promotions without a limit, which are not counted until somebody asks.</summary>
    public static readonly string ColumnsWithUses = Columns.Replace("p.used,", $"""
        case when {IsLimited} then p.used else (select count(*) from pricing.promotion_claims h where h.promotion_id = p.id) end as used,
        """, StringComparison.Ordinal);

    private decimal Value => MethodType == "fixed" ? Money.ToMajor(ValueMinor!.Value, MethodCurrency!) : ValuePercent!.Value;

    private string MethodWireId => WireId.Encode(MethodPrefix, MethodId);

    public static Error NotFound(string id) => Error.NotFound($"Promotion with id: {id} was not found");

    public Promotion ToPromotion() => new(
        Id, Code, IsAutomatic, IsTaxInclusive, Type == "buyget" ? PromotionKind.BuyGet : PromotionKind.Standard, StartsAt, EndsAt, UseLimit,
        BudgetType is null ? null : new PromotionBudget(BudgetType == "usage" ? Totals.BudgetType.Usage : Totals.BudgetType.Spend, BudgetLimit!.Value, BudgetCurrency, BudgetAttribute),
        ToRules(Rules),
        new ApplicationMethod(
            MethodType == "fixed" ? Totals.MethodType.Fixed : Totals.MethodType.Percentage,
            TargetType switch { "items" => Totals.TargetType.Items, "order" => Totals.TargetType.Order, _ => Totals.TargetType.ShippingMethods },
            Allocation == "each" ? Totals.Allocation.Each : Totals.Allocation.Across,
            ValueMinor ?? Rounding.ToScaled(ValuePercent!.Value), MethodCurrency, MaxQuantity, ToRules(TargetRules), ToRules(BuyRules),
            BuyQuantity ?? 0, GetQuantity ?? 0),
        Document());

    public PromotionResponse ToWire() => new(
        WireId.Encode(Prefix, Id), Code, Type, IsAutomatic, IsTaxInclusive, Status, UseLimit, Used, Campaign(), WireRules(Rules),
        new ApplicationMethodResponse(MethodWireId, MethodType, TargetType, Allocation, Value, MethodCurrency, MaxQuantity, WireRules(TargetRules),
            WireRules(BuyRules), BuyQuantity, GetQuantity),
        JsonFields.Parse(Metadata), CreatedAt, UpdatedAt, DeletedAt);

    private string Document() => JsonSerializer.Serialize(
        new CartPromotionDocument(WireId.Encode(Prefix, Id), Code, IsAutomatic, IsTaxInclusive,
            new CartApplicationMethod(Value, MethodType, MethodCurrency, MethodWireId)),
        PricingJson.Default.CartPromotionDocument);

    private CampaignResponse? Campaign()
    {
        if (StartsAt is null && EndsAt is null && BudgetType is null && CampaignName is null) return null;
        CampaignBudgetResponse? budget = null;
        if (BudgetType == "usage") budget = new(BudgetType, BudgetLimit!.Value, Used, null, BudgetAttribute);
        if (BudgetType == "spend")
            budget = new(BudgetType, Money.ToMajor(BudgetLimit!.Value, BudgetCurrency!), Money.ToMajor(Spent, BudgetCurrency!), BudgetCurrency, BudgetAttribute);
        return new CampaignResponse(CampaignName, StartsAt, EndsAt, budget);
    }

    private static List<Rule> ToRules(string json) => Stored(json).ConvertAll(r => RuleReader.Read(r, "rules").Value!);

    private static List<PromotionRuleResponse> WireRules(string json) => Stored(json).ConvertAll(r => r.ToWire());

    private static List<StoredRule> Stored(string json) => JsonSerializer.Deserialize(json, PricingJson.Default.ListStoredRule)!;
}
