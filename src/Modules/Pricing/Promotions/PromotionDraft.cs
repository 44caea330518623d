using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;
using HeadlessPro.Pricing.Totals;

namespace HeadlessPro.Pricing.Promotions;

/// <summary>What staff ask a promotion to be. In an update, null means: as it is.</summary>
internal sealed record PromotionFields(
    string Code, string Type, bool IsAutomatic, bool IsTaxInclusive, string Status, long? Limit, CampaignRequest? Campaign,
    IReadOnlyList<StoredRule> Rules, ApplicationMethodRequest Method, IReadOnlyList<StoredRule> TargetRules, IReadOnlyList<StoredRule> BuyRules,
    string? Metadata);

/// <summary>A promotion checked and ready to be written; names are the columns'.</summary>
internal sealed record PromotionDraft(
    string Code, string Type, bool IsAutomatic, bool IsTaxInclusive, string Status, long? UseLimit, DateTimeOffset? StartsAt, DateTimeOffset? EndsAt,
    string? BudgetType, long? BudgetLimit, string? BudgetCurrency, string? BudgetAttribute, string? CampaignName, string Rules, string MethodType,
    string TargetType, string Allocation, long? ValueMinor, decimal? ValuePercent, string? MethodCurrency, long? MaxQuantity, long? BuyQuantity,
    long? GetQuantity, string TargetRules, string BuyRules, string? Metadata)
{
    private const long MostPieces = QuoteLimits.MaxQuantity;

    /// <summary>Everything about a promotion that can be wrong, but for what only the database knows (code taken, currency unknown).</summary>
    public static Result<PromotionDraft> CheckFields(PromotionFields fields)
    {
        var method = fields.Method;
        Check.Text("code", fields.Code, 100, min: 1);
        if (fields.Code.Any(char.IsControl)) return Error.Invalid("Invalid request: Field 'code' contains a control character");
        Check.OneOf("type", fields.Type, "standard", "buyget");
        Check.OneOf("status", fields.Status, "draft", "active", "inactive");
        Check.Range("limit", fields.Limit, 1, long.MaxValue);

        if (method.Type is null) return Required("application_method, type");
        Check.OneOf("application_method, type", method.Type, "fixed", "percentage");
        if (method.TargetType is null) return Required("application_method, target_type");
        Check.OneOf("application_method, target_type", method.TargetType, "items", "order", "shipping_methods");
        if (method.Value is null) return Required("application_method, value");
        var isBuyGet = fields.Type == "buyget";
        var allocation = method.Allocation ?? (isBuyGet ? "each" : "across");
        Check.OneOf("application_method, allocation", allocation, "each", "across");
        Check.Range("application_method, max_quantity", method.MaxQuantity, 1, MostPieces);
        if (method.MaxQuantity is not null && allocation == "across")
            return Error.Invalid("Invalid request: Field 'application_method, max_quantity' is only for allocation 'each'");
        if (method.TargetType == "order" && allocation == "each")
            return Error.Invalid("Invalid request: Value for field 'application_method, allocation' must be 'across' for target_type 'order'");
        if (CheckBuyGet(fields, isBuyGet, allocation) is { } badBuyGet) return badBuyGet;

        var currency = method.CurrencyCode?.ToLowerInvariant();
        long? minor = null;
        decimal? percent = null;
        if (method.Type == "fixed")
        {
            if (currency is null) return Required("application_method, currency_code");
            if (!CheckAmount("application_method, value", method.Value.Value, currency).Try(out var amount, out var badAmount)) return badAmount;
            minor = amount;
        }
        else
        {
            percent = method.Value.Value;
            if (percent is <= 0 or > 100 || percent * Rounding.PercentScale % 1 != 0)
                return Error.Invalid("Invalid request: Value for field 'application_method, value' must be a percentage above 0, at most 100, with at most 4 decimals");
        }

        if (!CheckCampaign(fields.Campaign).Try(out var budget, out var badCampaign)) return badCampaign;
        return new PromotionDraft(
            fields.Code.Trim(), fields.Type, fields.IsAutomatic, fields.IsTaxInclusive, fields.Status, fields.Limit,
            fields.Campaign?.StartsAt?.ToUniversalTime(), fields.Campaign?.EndsAt?.ToUniversalTime(),
            budget.Type, budget.Limit, budget.Currency, fields.Campaign?.Budget?.Attribute, fields.Campaign?.Name, Json(fields.Rules), method.Type,
            method.TargetType, allocation, minor, percent, currency, method.MaxQuantity, isBuyGet ? method.BuyRulesMinQuantity : null,
            isBuyGet ? method.ApplyToQuantity : null, Json(fields.TargetRules), Json(fields.BuyRules), fields.Metadata);
    }

    private static Error? CheckBuyGet(PromotionFields fields, bool isBuyGet, string allocation)
    {
        var method = fields.Method;
        if (!isBuyGet)
        {
            return fields.BuyRules.Count > 0 || method.BuyRulesMinQuantity is not null || method.ApplyToQuantity is not null
                ? Error.Invalid("Invalid request: Fields 'application_method, buy_rules', 'buy_rules_min_quantity' and 'apply_to_quantity' are only for type 'buyget'")
                : null;
        }

        if (method.TargetType != "items") return Error.Invalid("Invalid request: Value for field 'application_method, target_type' must be 'items' for type 'buyget'");
        if (allocation != "each") return Error.Invalid("Invalid request: Value for field 'application_method, allocation' must be 'each' for type 'buyget'");
        if (fields.BuyRules.Count == 0) return Required("application_method, buy_rules");
        if (fields.TargetRules.Count == 0) return Required("application_method, target_rules");
        if (method.BuyRulesMinQuantity is null) return Required("application_method, buy_rules_min_quantity");
        if (method.ApplyToQuantity is null) return Required("application_method, apply_to_quantity");
        Check.Range("application_method, buy_rules_min_quantity", method.BuyRulesMinQuantity, 1, MostPieces);
        Check.Range("application_method, apply_to_quantity", method.ApplyToQuantity, 1, MostPieces);
        return null;
    }

    private static Result<(string? Type, long? Limit, string? Currency)> CheckCampaign(CampaignRequest? campaign)
    {
        if (campaign is null) return (null, null, null);
        Check.Text("campaign, name", campaign.Name, min: 1);
        if (campaign.StartsAt >= campaign.EndsAt) return Error.Invalid("Invalid request: Field 'campaign, ends_at' must be after 'starts_at'");
        if (campaign.Budget is not { } budget) return (null, null, null);
        Check.OneOf("campaign, budget, type", budget.Type, "usage", "spend");
        Check.OneOf("campaign, budget, attribute", budget.Attribute, "customer_id", "customer_email");
        if (budget.Type == "usage")
        {
            return budget.Limit >= 1 && budget.Limit % 1 == 0 && budget.Limit <= 1_000_000_000_000m
                ? (budget.Type, (long)budget.Limit, null)
                : Error.Invalid("Invalid request: Value for field 'campaign, budget, limit' must be a whole number, at least: '1'");
        }

        if (budget.CurrencyCode is null) return Required("campaign, budget, currency_code");
        var currency = budget.CurrencyCode.ToLowerInvariant();
        return CheckAmount("campaign, budget, limit", budget.Limit, currency).Try(out var limit, out var badLimit) ? (budget.Type, limit, currency) : badLimit;
    }

    private static Result<long> CheckAmount(string field, decimal value, string currency)
    {
        if (value <= 0) return Error.Invalid($"Invalid request: Value for field '{field}' too small, expected more than: '0'");
        return Money.TryToMinor(value, currency, out var minor) && minor <= QuoteLimits.MaxTotal
            ? minor
            : Error.Invalid($"Invalid request: Value for field '{field}' is too large or has more than {Money.Exponent(currency)} decimals, as many as '{currency}' has");
    }

    private static Error Required(string field) => Error.Invalid($"Invalid request: Field '{field}' is required");

    private static string Json(IReadOnlyList<StoredRule> rules) => JsonSerializer.Serialize([.. rules], PricingJson.Default.ListStoredRule);
}
