using System.Globalization;
using HeadlessPro.Contracts;

namespace HeadlessPro.Catalog;

/// <summary>
/// A chosen price on the wire. A compare-at price is shown as the original price of a sale, for that is how clients strike it through.
/// </summary>
internal static class CalculatedPrices
{
    private const int Precision = 20;

    public static CalculatedPriceResponse Describe(Guid variant, ChosenPrice chosen, StorePriceContext context, decimal? taxRate)
    {
        var (price, original) = (chosen.Calculated, chosen.Original);
        var originalAmount = chosen.StruckThrough ?? original.Amount;
        var comparesOnly = chosen.StruckThrough is not null && price.ListId is null;
        var currency = context.Prices.Currency;
        var calculated = Money.ToMajor(price.Amount, currency);
        var before = Money.ToMajor(originalAmount, currency);
        var answer = new CalculatedPriceResponse(
            WireId.Encode("pset", variant), price.ListId is not null, context.IsTaxInclusive, calculated, Raw(calculated),
            original.ListId is not null, context.IsTaxInclusive, before, Raw(before), currency,
            Origin(price) with { PriceListType = comparesOnly ? "sale" : price.ListType }, Origin(original));
        if (taxRate is { } rate)
        {
            (answer.CalculatedAmountWithTax, answer.CalculatedAmountWithoutTax) = WithAndWithout(price.Amount, rate, context);
            (answer.OriginalAmountWithTax, answer.OriginalAmountWithoutTax) = WithAndWithout(originalAmount, rate, context);
        }

        return answer;
    }

    /// <summary>Tax is rounded half up to minor units, and what is left is exact.</summary>
    private static (decimal With, decimal Without) WithAndWithout(long amount, decimal rate, StorePriceContext context)
    {
        var tax = (long)Math.Round(context.IsTaxInclusive ? amount * rate / (100 + rate) : amount * rate / 100, MidpointRounding.AwayFromZero);
        var (with, without) = context.IsTaxInclusive ? (amount, amount - tax) : (amount + tax, amount);
        return (Money.ToMajor(with, context.Prices.Currency), Money.ToMajor(without, context.Prices.Currency));
    }

    private static PriceOriginResponse Origin(PriceRow price) =>
        new(WireId.Encode("price", price.Id), WireId.EncodeOrNull("plist", price.ListId), price.ListType, price.MinQuantity, price.MaxQuantity);

    private static RawAmount Raw(decimal amount) => new(amount.ToString(CultureInfo.InvariantCulture), Precision);
}
