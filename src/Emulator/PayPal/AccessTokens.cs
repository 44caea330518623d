using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace HeadlessPro.Emulator.PayPal;

/// <summary><c>POST /v1/oauth2/token</c>: any client id and secret get a token, but for a secret that is called invalid.</summary>
internal static class AccessTokens
{
    private static readonly TimeSpan Life = TimeSpan.FromHours(9);

    public static (int, JsonObject?) Create(PayPalBook book, PayPalRequest request)
    {
        if (Credentials(request.Context.Request.Headers.Authorization.ToString()) is not [{ Length: > 0 } id, { Length: > 0 } secret] || secret.Contains("invalid", StringComparison.Ordinal))
            return (401, new JsonObject { ["error"] = "invalid_client", ["error_description"] = "Client Authentication failed" });
        using var reader = new FormReader(request.RawBody);
        var form = reader.ReadForm();
        if (!form.TryGetValue("grant_type", out var grant) || grant != "client_credentials")
            return (400, new JsonObject { ["error"] = "unsupported_grant_type", ["error_description"] = "unsupported grant_type" });
        return (200, new JsonObject
        {
            ["scope"] = "https://uri.paypal.com/services/payments/payment/authcapture https://uri.paypal.com/services/payments/refund https://uri.paypal.com/services/applications/webhooks",
            ["access_token"] = book.NewToken(Life),
            ["token_type"] = "Bearer",
            ["app_id"] = "APP-" + id[..Math.Min(id.Length, 17)],
            ["expires_in"] = (long)Life.TotalSeconds,
            ["nonce"] = PayPalJson.Time(book.Now) + Ids.Stripe("", 12),
        });
    }

    private static string[] Credentials(string authorization)
    {
        if (!authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)) return [];
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(authorization[6..].Trim())).Split(':', 2);
        }
        catch (FormatException)
        {
            return [];
        }
    }
}
