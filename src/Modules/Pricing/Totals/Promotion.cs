namespace HeadlessPro.Pricing.Totals;

internal enum PromotionKind { Standard, BuyGet }

internal enum MethodType { Fixed, Percentage }

internal enum TargetType { Items, Order, ShippingMethods }

internal enum Allocation { Each, Across }

internal enum BudgetType { Usage, Spend }

/// <summary>A promotion as the engine and the limits see it.</summary>
/// <param name="Id">Its id; older promotions have smaller ones.</param>
/// <param name="Code">As staff wrote it.</param>
/// <param name="IsAutomatic">Needs no code.</param>
/// <param name="IsTaxInclusive">A fixed value counts tax in.</param>
/// <param name="Kind">Standard or buy X get Y.</param>
/// <param name="StartsAt">Usable from.</param>
/// <param name="EndsAt">Usable until, exclusive.</param>
/// <param name="UseLimit">Orders in total.</param>
/// <param name="Budget">Campaign budget.</param>
/// <param name="Rules">When.</param>
/// <param name="Method">Where and how much.</param>
/// <param name="Document">JSON as carts show it.</param>
internal sealed record Promotion(
    Guid Id, string Code, bool IsAutomatic, bool IsTaxInclusive, PromotionKind Kind, DateTimeOffset? StartsAt, DateTimeOffset? EndsAt,
    long? UseLimit, PromotionBudget? Budget, IReadOnlyList<Rule> Rules, ApplicationMethod Method, string Document)
{
    /// <summary>Whether its dates allow it; status and limits are looked at elsewhere.</summary>
    public bool IsCurrent(DateTimeOffset now) => (StartsAt is null || StartsAt <= now) && (EndsAt is null || now < EndsAt);

    /// <summary>Whether used counts matter.</summary>
    public bool IsLimited => UseLimit is not null || Budget is not null;
}

/// <summary>A campaign's budget: orders, or minor units of discount in one currency; per customer when it has an attribute.</summary>
internal sealed record PromotionBudget(BudgetType Type, long Limit, string? CurrencyCode, string? Attribute);

/// <summary>Where a promotion applies and how much it gives.</summary>
/// <param name="Type">Amount or percentage.</param>
/// <param name="Target">Items, order or shipping methods.</param>
/// <param name="Allocation">Each entry by itself, or one amount across them.</param>
/// <param name="Value">Minor units of <paramref name="CurrencyCode"/>, or a percentage scaled by <see cref="Rounding.PercentScale"/>.</param>
/// <param name="CurrencyCode">Of a fixed value.</param>
/// <param name="MaxQuantity">Most pieces: of an entry (each), of the cart (buy X get Y).</param>
/// <param name="TargetRules">Which entries.</param>
/// <param name="BuyRules">Which lines count as bought.</param>
/// <param name="BuyQuantity">X.</param>
/// <param name="GetQuantity">Y.</param>
internal sealed record ApplicationMethod(
    MethodType Type, TargetType Target, Allocation Allocation, long Value, string? CurrencyCode, long? MaxQuantity,
    IReadOnlyList<Rule> TargetRules, IReadOnlyList<Rule> BuyRules, long BuyQuantity, long GetQuantity);
