using HeadlessPro.Payments.Providers.Stripe;
using HeadlessPro.Platform;
using Microsoft.Extensions.Configuration;

namespace HeadlessPro.Modules.Tests.Payments;

/// <summary>A start with keys that cannot work is refused, and says which; never with the key in it.</summary>
public sealed class StripeOptionsTests
{
    [Fact]
    public void Without_a_key_there_is_no_Stripe() => Assert.Null(Read());

    [Fact]
    public void An_account_is_read_with_its_secrets_and_times()
    {
        var options = Read("STRIPE_API_KEY=rk_live_1a", "STRIPE_WEBHOOK_SECRET= whsec_a1, whsec_b2 ", "Payments:Stripe:SuccessUrl=https://shop.example/thanks", "Payments:Stripe:TotalSeconds=5")!;
        Assert.Equal(("rk_live_1a", new Uri("https://api.stripe.com"), "https://shop.example/thanks", null), (options.ApiKey, options.ApiUrl, options.SuccessUrl, options.CancelUrl));
        Assert.Equal(["whsec_a1", "whsec_b2"], options.WebhookSecrets);
        Assert.Equal((8, 5), (options.Attempt.TotalSeconds, options.Total.TotalSeconds));
        Assert.Equal(new Uri("http://127.0.0.1:9450"), Read("STRIPE_API_KEY=sk_test_1", "STRIPE_API_URL=http://127.0.0.1:9450")!.ApiUrl);
    }

    [Theory]
    [InlineData("STRIPE_API_KEY is a publishable key", "STRIPE_API_KEY=pk_test_hush")]
    [InlineData("STRIPE_API_KEY must be a secret key", "STRIPE_API_KEY=whsec_hush")]
    [InlineData("STRIPE_API_KEY must be a secret key", "STRIPE_API_KEY=sk_test_")]
    [InlineData("STRIPE_API_KEY must be a secret key", "STRIPE_API_KEY=sk_test_hush hush")]
    [InlineData("STRIPE_API_KEY must be a secret key", "STRIPE_API_KEY=sk_test_…hush")]
    [InlineData("STRIPE_WEBHOOK_SECRET must be", "STRIPE_API_KEY=sk_test_1", "STRIPE_WEBHOOK_SECRET=sk_test_hush")]
    [InlineData("STRIPE_WEBHOOK_SECRET must be", "STRIPE_API_KEY=sk_test_1", "STRIPE_WEBHOOK_SECRET=whsec_1,hush")]
    [InlineData("STRIPE_WEBHOOK_SECRET must be", "STRIPE_API_KEY=sk_test_1", "STRIPE_WEBHOOK_SECRET=,")]
    [InlineData("set STRIPE_API_KEY too", "STRIPE_WEBHOOK_SECRET=whsec_hush")]
    [InlineData("STRIPE_API_URL must be an http or https address", "STRIPE_API_KEY=sk_test_1", "STRIPE_API_URL=api.stripe.com")]
    [InlineData("STRIPE_API_URL must be an https address with a live key", "STRIPE_API_KEY=sk_live_1", "STRIPE_API_URL=http://proxy.example")]
    [InlineData("Payments:Stripe:CancelUrl must be an absolute", "STRIPE_API_KEY=sk_test_1", "Payments:Stripe:CancelUrl=/cart")]
    [InlineData("Payments:Stripe:AttemptSeconds must be", "STRIPE_API_KEY=sk_test_1", "Payments:Stripe:AttemptSeconds=0")]
    public void What_cannot_work_is_refused_by_name(string message, params string[] settings)
    {
        var refused = Assert.Throws<StartException>(() => Read(settings));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", refused.Message, StringComparison.Ordinal);
    }

    private static StripeOptions? Read(params string[] settings) => StripeOptions.From(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(s => new KeyValuePair<string, string?>(s[..s.IndexOf('=')], s[(s.IndexOf('=') + 1)..]))).Build());
}
