namespace HeadlessPro.Contracts;

/// <summary>A whole number of a currency's minor units: 172900 of zar is R 1 729.00, 500 of jpy is ¥500, 1500 of kwd is 1.500.</summary>
/// <param name="Minor">Minor units.</param>
/// <param name="Currency">ISO 4217 code, lower case.</param>
public readonly record struct Money(long Minor, string Currency)
{
    /// <summary>Major units, as the wire shows them: no more digits than the currency has, no trailing zeros.</summary>
    public decimal Major => ToMajor(Minor, Currency);

    /// <summary>Minor → major units.</summary>
    public static decimal ToMajor(long minor, string currency) => minor / Scale(currency);

    /// <summary>Major → minor units; false when <paramref name="major"/> has more digits than the currency, or is out of range.</summary>
    public static bool TryToMinor(decimal major, string currency, out long minor)
    {
        minor = 0;
        if (Math.Abs(major) > 1_000_000_000_000m) return false;
        var scaled = major * Scale(currency);
        if (scaled != decimal.Truncate(scaled)) return false;
        minor = (long)scaled;
        return true;
    }

    /// <summary>Digits after the decimal point of a currency, ISO 4217: 0, 2 or 3 (2 for an unknown one).</summary>
    public static int Exponent(string currency) => currency switch
    {
        "bif" or "clp" or "djf" or "gnf" or "isk" or "jpy" or "kmf" or "krw" or "pyg" or "rwf" or "ugx" or "vnd" or "vuv" or "xaf" or "xof" or "xpf" => 0,
        "bhd" or "iqd" or "jod" or "kwd" or "lyd" or "omr" or "tnd" => 3,
        _ => 2,
    };

    private static decimal Scale(string currency) => Exponent(currency) switch { 0 => 1m, 3 => 1000m, _ => 100m };
}
