using System.Globalization;
using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.PayPal;

/// <summary>Money, times and links as PayPal writes them.</summary>
internal static class PayPalJson
{
    private static readonly HashSet<string> WithoutDecimals = ["HUF", "JPY", "TWD"];

    private static readonly HashSet<string> Currencies =
    [
        "AUD", "BRL", "CAD", "CNY", "CZK", "DKK", "EUR", "HKD", "HUF", "ILS", "JPY", "MYR", "MXN", "TWD", "NZD", "NOK", "PHP", "PLN", "GBP", "SGD", "SEK", "CHF", "THB", "USD",
    ];

    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static JsonObject Link(string href, string rel, string method) => new() { ["href"] = href, ["rel"] = rel, ["method"] = method };

    public static JsonObject Money(long minor, string currency) => new()
    {
        ["currency_code"] = currency,
        ["value"] = WithoutDecimals.Contains(currency) ? minor.ToString(CultureInfo.InvariantCulture) : (minor / 100m).ToString("0.00", CultureInfo.InvariantCulture),
    };

    /// <summary>Minor units of <c>{"currency_code": "EUR", "value": "12.30"}</c>.</summary>
    public static (long Minor, string Currency) Amount(JsonNode? money, string field)
    {
        if (money is not JsonObject) throw PayPalFailure.Missing(field);
        var currency = money.Text("currency_code") ?? throw PayPalFailure.Missing(field + "/currency_code");
        var text = money.Text("value") ?? throw PayPalFailure.Missing(field + "/value");
        if (!Currencies.Contains(currency))
            throw PayPalFailure.Unprocessable("CURRENCY_NOT_SUPPORTED", "Currency code is not currently supported.", field + "/currency_code");
        if (money["value"]!.GetValueKind() != System.Text.Json.JsonValueKind.String || !decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            throw PayPalFailure.Invalid("INVALID_PARAMETER_SYNTAX", "The value of a field does not conform to the expected format.", field + "/value");
        if (value < 0) throw PayPalFailure.Unprocessable("CANNOT_BE_NEGATIVE", "Must be greater than or equal to zero.", field + "/value");
        if (WithoutDecimals.Contains(currency))
            return value == decimal.Truncate(value) ? ((long)value, currency) : throw PayPalFailure.Unprocessable("DECIMALS_NOT_SUPPORTED", "Currency does not support decimals.", field + "/value");
        return value * 100 == decimal.Truncate(value * 100)
            ? ((long)(value * 100), currency)
            : throw PayPalFailure.Unprocessable("DECIMAL_PRECISION", "If the currency supports decimals, only two decimal place precision is supported.", field + "/value");
    }

    /// <summary>The amount a call asks for, in the currency it must have; null when it names none.</summary>
    public static long? Asked(JsonObject body, string currency, string mismatch)
    {
        if (body["amount"] is null) return null;
        var (minor, given) = Amount(body["amount"], "/amount");
        if (given != currency) throw PayPalFailure.Unprocessable(mismatch, "The currency of the request does not match that of the payment.", "/amount/currency_code");
        return minor > 0 ? minor : throw PayPalFailure.Unprocessable("CANNOT_BE_ZERO_OR_NEGATIVE", "Must be greater than zero. If the currency supports decimals, only two decimal place precision is supported.", "/amount/value");
    }

    public static void CopyText(JsonObject from, JsonObject to, params string[] names)
    {
        foreach (var name in names)
            if (from[name] is { } value) to[name] = value.DeepClone();
    }
}
