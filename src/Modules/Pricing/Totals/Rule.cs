using System.Globalization;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;

namespace HeadlessPro.Pricing.Totals;

internal enum RuleOperator { Eq, Ne, In, Gt, Gte, Lt, Lte }

/// <summary>What a rule looks at; several spellings may name one.</summary>
internal enum RuleSubject
{
    Currency, Region, Customer, CustomerGroup, Email, Country, ItemTotal,
    Product, Variant, Category, Collection, ProductType, Tag,
    ShippingOption, ShippingOptionType,
}

/// <summary>One condition. Ids are decoded, texts lower case, numbers major units: as the checks of the admin routes left them.</summary>
internal sealed record Rule(RuleSubject Subject, RuleOperator Operator, IReadOnlyList<Guid> Ids, IReadOnlyList<string> Texts, decimal Number)
{
    /// <summary>Whether the cart as it came matches.</summary>
    public bool Matches(QuoteRequest cart) => Subject switch
    {
        RuleSubject.Currency => MatchText(cart.CurrencyCode),
        RuleSubject.Region => MatchId(cart.RegionId),
        RuleSubject.Customer => MatchId(cart.CustomerId),
        RuleSubject.CustomerGroup => MatchIds(cart.CustomerGroupIds),
        RuleSubject.Email => MatchText(cart.Email),
        RuleSubject.Country => MatchText(cart.CountryCode),
        RuleSubject.ItemTotal => MatchNumber(Money.ToMajor(cart.Lines.Sum(l => l.UnitPrice * l.Quantity), cart.CurrencyCode)),
        _ => false,
    };

    /// <summary>Whether a line matches.</summary>
    public bool Matches(QuoteLine line) => Subject switch
    {
        RuleSubject.Product => MatchId(line.ProductId),
        RuleSubject.Variant => MatchId(line.VariantId),
        RuleSubject.Category => MatchIds(line.CategoryIds),
        RuleSubject.Collection => MatchId(line.CollectionId),
        RuleSubject.ProductType => MatchId(line.TypeId),
        RuleSubject.Tag => MatchIds(line.TagIds),
        _ => false,
    };

    /// <summary>Whether a shipping method matches.</summary>
    public bool Matches(QuoteShipping method) => Subject switch
    {
        RuleSubject.ShippingOption => MatchId(method.OptionId),
        RuleSubject.ShippingOptionType => MatchId(method.TypeId),
        _ => false,
    };

    private bool MatchId(Guid? id) => (id is { } value && Ids.Contains(value)) != (Operator == RuleOperator.Ne);

    private bool MatchIds(IReadOnlyList<Guid> ids)
    {
        foreach (var id in ids)
            if (Ids.Contains(id)) return Operator != RuleOperator.Ne;
        return Operator == RuleOperator.Ne;
    }

    private bool MatchText(string? text) => (text is not null && Texts.Contains(text.ToLower(CultureInfo.InvariantCulture))) != (Operator == RuleOperator.Ne);

    private bool MatchNumber(decimal number) => Operator switch
    {
        RuleOperator.Gt => number > Number,
        RuleOperator.Gte => number >= Number,
        RuleOperator.Lt => number < Number,
        RuleOperator.Lte => number <= Number,
        RuleOperator.Ne => number != Number,
        _ => number == Number,
    };
}
