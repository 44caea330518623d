using System.Globalization;
using HeadlessPro.Contracts;

namespace HeadlessPro.Payments.Providers.Stripe;

/// <summary>
/// Amounts as Stripe counts them. Mostly minor units as ours; krónur and Uganda's shillings are hundredths there, always whole ones, ariary
/// are whole, and what has thousandths must end in 0. (Forints and Taiwan's dollars are whole in payouts only.)
/// </summary>
internal static class StripeMoney
{
    /// <summary>Our minor units → Stripe's; refuses what Stripe cannot take to the last digit.</summary>
    public static Result<long> ToStripe(long minor, string currency)
    {
        var ours = Money.Exponent(currency);
        if (ours == 3 && minor % 10 != 0) return Refusal(minor, currency, "the last digit of amounts in this currency must be 0");
        if (Exponent(currency) < ours && minor % 100 != 0) return Refusal(minor, currency, "amounts in this currency must be whole");
        return (Exponent(currency) - ours) switch
        {
            2 => minor * 100,
            -2 => minor / 100,
            _ => minor,
        };
    }

    /// <summary>Stripe's units → our minor units.</summary>
    public static long FromStripe(long amount, string currency) => (Exponent(currency) - Money.Exponent(currency)) switch
    {
        2 => amount / 100,
        -2 => amount * 100,
        _ => amount,
    };

    private static int Exponent(string currency) => currency switch
    {
        "isk" or "ugx" => 2,
        "mga" => 0,
        _ => Money.Exponent(currency),
    };

    private static Error Refusal(long minor, string currency, string why)
    {
        var amount = Money.ToMajor(minor, currency).ToString(CultureInfo.InvariantCulture);
        return Error.NotAllowed($"Stripe cannot take {amount} {currency.ToUpperInvariant()}: {why}", "amount_not_payable");
    }
}
