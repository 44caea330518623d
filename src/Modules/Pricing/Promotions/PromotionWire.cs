using System.Text.Json;
using HeadlessPro.Contracts;

namespace HeadlessPro.Pricing.Promotions;

/// <summary>One condition as staff write it; values are texts, numbers, or objects with a <c>value</c>, one or an array of them.</summary>
internal sealed record PromotionRuleRequest(
    string Attribute, string Operator, JsonElement Values, string? Id = null, string? Description = null);

/// <summary>Where and how much, on the way in. Fields left out keep their value in an update.</summary>
internal sealed record ApplicationMethodRequest(
    string? Type = null, string? TargetType = null, string? Allocation = null, decimal? Value = null, string? CurrencyCode = null,
    long? MaxQuantity = null, IReadOnlyList<PromotionRuleRequest>? TargetRules = null, IReadOnlyList<PromotionRuleRequest>? BuyRules = null,
    long? BuyRulesMinQuantity = null, long? ApplyToQuantity = null, string? Id = null);

/// <summary>Dates and a budget of a promotion.</summary>
internal sealed record CampaignRequest(
    DateTimeOffset? StartsAt = null, DateTimeOffset? EndsAt = null, CampaignBudgetRequest? Budget = null, string? Name = null);

/// <summary><c>usage</c> limits orders, <c>spend</c> amounts of <paramref name="CurrencyCode"/>; per customer with an attribute.</summary>
internal sealed record CampaignBudgetRequest(string Type, decimal Limit, string? CurrencyCode = null, string? Attribute = null);

internal sealed record PromotionRuleValueResponse(string Value);

internal sealed record PromotionRuleResponse(string Id, string Attribute, string Operator, IReadOnlyList<PromotionRuleValueResponse> Values);

internal sealed record ApplicationMethodResponse(
    string Id, string Type, string TargetType, string Allocation, decimal Value, string? CurrencyCode, long? MaxQuantity,
    IReadOnlyList<PromotionRuleResponse> TargetRules, IReadOnlyList<PromotionRuleResponse> BuyRules, long? BuyRulesMinQuantity, long? ApplyToQuantity);

internal sealed record CampaignBudgetResponse(string Type, decimal Limit, decimal Used, string? CurrencyCode, string? Attribute);

internal sealed record CampaignResponse(string? Name, DateTimeOffset? StartsAt, DateTimeOffset? EndsAt, CampaignBudgetResponse? Budget);

/// <summary>A promotion as staff see it.</summary>
internal sealed record PromotionResponse(
    string Id, string Code, string Type, bool IsAutomatic, bool IsTaxInclusive, string Status, long? Limit, long Used, CampaignResponse? Campaign,
    IReadOnlyList<PromotionRuleResponse> Rules, ApplicationMethodResponse ApplicationMethod, JsonElement? Metadata,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt);

internal sealed record PromotionEnvelope(PromotionResponse Promotion);

/// <summary>A promotion as carts show it (recording 048).</summary>
internal sealed record CartPromotionDocument(
    string Id, string Code, bool IsAutomatic, bool IsTaxInclusive, CartApplicationMethod ApplicationMethod);

internal sealed record CartApplicationMethod(decimal Value, string Type, string? CurrencyCode, string Id);

/// <summary>A rule as the promotion's row keeps it.</summary>
internal sealed record StoredRule(string Id, string Attribute, string Operator, string[] Values)
{
    public PromotionRuleResponse ToWire() => new(Id, Attribute, Operator, Values.Select(v => new PromotionRuleValueResponse(v)).ToList());

    public static string NewId() => WireId.Encode("prorul", WireId.New());
}
