using HeadlessPro.Payments.Providers.Stripe;

namespace HeadlessPro.Modules.Tests.Payments;

/// <summary>Amounts go to Stripe and come back to the last digit, or do not go.</summary>
public sealed class StripeMoneyTests
{
    [Theory]
    [InlineData(1999, "eur", 1999)]
    [InlineData(1999, "huf", 1999)]
    [InlineData(1999, "twd", 1999)]
    [InlineData(500, "jpy", 500)]
    [InlineData(5, "isk", 500)]
    [InlineData(5, "ugx", 500)]
    [InlineData(1500, "mga", 15)]
    [InlineData(5120, "kwd", 5120)]
    public void An_amount_is_what_Stripe_counts_in(long minor, string currency, long stripe)
    {
        Assert.Equal(stripe, StripeMoney.ToStripe(minor, currency).Value);
        Assert.Equal(minor, StripeMoney.FromStripe(stripe, currency));
    }

    [Theory]
    [InlineData(5124, "kwd", "Stripe cannot take 5.124 KWD: the last digit of amounts in this currency must be 0")]
    [InlineData(1550, "mga", "Stripe cannot take 15.5 MGA: amounts in this currency must be whole")]
    public void What_Stripe_cannot_count_is_refused(long minor, string currency, string message) =>
        Assert.Equal(("amount_not_payable", message), (StripeMoney.ToStripe(minor, currency).Error!.Code, StripeMoney.ToStripe(minor, currency).Error!.Message));
}
