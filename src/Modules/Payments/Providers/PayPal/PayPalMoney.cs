using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json.Serialization;
using HeadlessPro.Contracts;

namespace HeadlessPro.Payments.Providers.PayPal;

/// <summary>An amount as PayPal writes it: <c>{"currency_code": "EUR", "value": "12.30"}</c>.</summary>
internal sealed record PayPalMoney(string CurrencyCode, string Value)
{
    // https://developer.paypal.com/api/rest/reference/currency-codes/
    private static readonly FrozenSet<string> Currencies = FrozenSet.Create(
        "aud", "brl", "cad", "chf", "cny", "czk", "dkk", "eur", "gbp", "hkd", "huf", "ils", "jpy", "mxn", "myr", "nok", "nzd", "php", "pln", "sek", "sgd",
        "thb", "twd", "usd");

    // Forint and Taiwan dollar have hundredths, but not at PayPal.
    private static readonly FrozenSet<string> WithoutDecimals = FrozenSet.Create("huf", "jpy", "twd");

    [JsonIgnore]
    public string Currency => CurrencyCode.ToLowerInvariant();

    [JsonIgnore]
    public long Minor => Money.TryToMinor(decimal.Parse(Value, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture), Currency, out var minor)
        ? minor
        : throw new FormatException($"PayPal's amount {Value} {CurrencyCode} has more digits than its currency.");

    /// <summary>Refuses what PayPal could not take exactly.</summary>
    public static Result<PayPalMoney> Of(long minor, string currency)
    {
        var code = currency.ToUpperInvariant();
        if (!Currencies.Contains(currency)) return Error.NotAllowed($"PayPal does not take {code}: choose another way to pay", "payment_currency_not_supported");
        if (minor <= 0) return Error.NotAllowed("PayPal takes amounts above zero only", "payment_amount_not_supported");
        var major = Money.ToMajor(minor, currency);
        if (!WithoutDecimals.Contains(currency)) return new PayPalMoney(code, major.ToString("0.00", CultureInfo.InvariantCulture));
        return decimal.IsInteger(major)
            ? new PayPalMoney(code, major.ToString("0", CultureInfo.InvariantCulture))
            : Error.NotAllowed($"PayPal takes {code} without decimals only, not {major.ToString(CultureInfo.InvariantCulture)}: choose another way to pay", "payment_amount_not_supported");
    }
}
