using System.Security.Cryptography;
using System.Text;

namespace HeadlessPro.Emulator.Stripe;

/// <summary><c>Stripe-Signature: t=…,v1=…</c>: HMAC-SHA256 of <c>t.payload</c> with the endpoint's secret.</summary>
internal static class StripeSignature
{
    public static void Sign(HttpRequestMessage message, WebhookEndpoint endpoint, byte[] payload, DateTimeOffset at, bool wrong)
    {
        var time = at.ToUnixTimeSeconds();
        byte[] signed = [.. Encoding.ASCII.GetBytes($"{time}."), .. payload];
        var hash = HMACSHA256.HashData(Encoding.UTF8.GetBytes(wrong ? endpoint.Secret + "wrong" : endpoint.Secret), signed);
        message.Headers.TryAddWithoutValidation("Stripe-Signature", $"t={time},v1={Convert.ToHexStringLower(hash)}");
        message.Headers.TryAddWithoutValidation("User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)");
    }
}
