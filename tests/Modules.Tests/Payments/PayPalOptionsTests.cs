using HeadlessPro.Payments.Providers.PayPal;
using HeadlessPro.Platform;
using Microsoft.Extensions.Configuration;

namespace HeadlessPro.Modules.Tests.Payments;

public sealed class PayPalOptionsTests
{
    private const string Whole = "PAYPAL_CLIENT_ID=id;PAYPAL_CLIENT_SECRET=secret;PAYPAL_WEBHOOK_ID=hook";

    [Fact]
    public void A_shop_without_an_account_has_no_PayPal()
    {
        Assert.Null(Read(""));
        Assert.Null(Read("PAYPAL_CLIENT_ID=;PAYPAL_API_URL=http://127.0.0.1:9150"));
    }

    [Fact]
    public void An_account_is_read_with_its_address_pages_and_times()
    {
        var plain = Read(Whole)!;
        Assert.Equal(("id", "secret", "hook", "https://api-m.paypal.com/", 8d, 20d), (plain.ClientId, plain.ClientSecret, plain.WebhookId, $"{plain.ApiUrl}",
            plain.Attempt.TotalSeconds, plain.Total.TotalSeconds));
        var full = Read(Whole + ";PAYPAL_API_URL=http://127.0.0.1:9150/paypal;Payments:PayPal:ReturnUrl=https://shop.example/back;Payments:PayPal:AttemptSeconds=2.5")!;
        Assert.Equal(("http://127.0.0.1:9150/paypal/", "https://shop.example/back", null, 2.5), ($"{full.ApiUrl}", full.ReturnUrl, full.CancelUrl, full.Attempt.TotalSeconds));
    }

    [Theory]
    [InlineData("PAYPAL_CLIENT_ID=id;PAYPAL_WEBHOOK_ID=hook", "PAYPAL_CLIENT_ID is set: set PAYPAL_CLIENT_SECRET too.")]
    [InlineData("PAYPAL_CLIENT_ID=id;PAYPAL_CLIENT_SECRET=secret", "PAYPAL_CLIENT_ID is set: set PAYPAL_WEBHOOK_ID too.")]
    [InlineData("PAYPAL_CLIENT_SECRET=secret", "PAYPAL_CLIENT_SECRET is set: set PAYPAL_CLIENT_ID too.")]
    [InlineData(Whole + ";PAYPAL_API_URL=paypal.com", "PAYPAL_API_URL must be an http or https address, got: 'paypal.com'.")]
    [InlineData(Whole + ";PAYPAL_API_URL=http://proxy.example", "PAYPAL_API_URL must be an https address, got: 'http://proxy.example'.")]
    [InlineData(Whole + ";Payments:PayPal:CancelUrl=/cart", "Payments:PayPal:CancelUrl must be an absolute http or https address, got: '/cart'.")]
    [InlineData(Whole + ";Payments:PayPal:TotalSeconds=0", "Payments:PayPal:TotalSeconds must be a number of seconds from 0.1 to 600, got: '0'.")]
    public void Half_an_account_is_refused_at_start(string configuration, string message) =>
        Assert.Equal(message, Assert.Throws<StartException>(() => Read(configuration)).Message);

    private static PayPalOptions? Read(string configuration) => PayPalOptions.From(new ConfigurationBuilder()
        .AddInMemoryCollection(configuration.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => (string?)p[1])).Build());
}
