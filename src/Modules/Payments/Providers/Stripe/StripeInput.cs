using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HeadlessPro.Contracts;

namespace HeadlessPro.Payments.Providers.Stripe;

/// <summary>What a storefront may say when it opens a session.</summary>
/// <param name="SetupFutureUsage"><c>off_session</c> or <c>on_session</c>: the shopper wants the card kept; of signed-in ones only.</param>
/// <param name="SuccessUrl">Where the hosted page leads who has paid.</param>
/// <param name="CancelUrl">Where it leads who has not.</param>
internal sealed record StripeInput(string? SetupFutureUsage = null, string? SuccessUrl = null, string? CancelUrl = null)
{
    /// <summary>Refuses what is not known, or cannot be, and names it.</summary>
    public static Result<StripeInput> Read(ProviderSession session, bool hosted)
    {
        var input = new StripeInput();
        if (session.Input is null) return input;
        using var json = JsonDocument.Parse(session.Input);
        foreach (var field in json.RootElement.EnumerateObject())
        {
            var value = field.Value.ValueKind == JsonValueKind.String ? field.Value.GetString() : null;
            switch (field.Name)
            {
                case "setup_future_usage" when value is not ("off_session" or "on_session"):
                    return Error.Invalid("Invalid request: Value for field 'data.setup_future_usage' must be one of: 'off_session', 'on_session'");
                case "setup_future_usage" when session.CustomerId is null:
                    return Error.Invalid("Invalid request: Field 'data.setup_future_usage' is for signed-in shoppers");
                case "setup_future_usage":
                    input = input with { SetupFutureUsage = value };
                    break;
                case "success_url" or "cancel_url" when hosted && (value is null || !ProviderSettings.IsPage(value)):
                    return Error.Invalid($"Invalid request: Field 'data.{field.Name}' must be an absolute http or https address");
                case "success_url" when hosted:
                    input = input with { SuccessUrl = value };
                    break;
                case "cancel_url" when hosted:
                    input = input with { CancelUrl = value };
                    break;
                default:
                    return Error.Invalid($"Invalid request: Unrecognized fields: 'data.{field.Name}'");
            }
        }

        return input;
    }

    /// <summary>
    /// The key under which something is made for a session: the same for the same content, another one when it replaces what cannot be paid
    /// any more. So an answer that was lost costs nothing, and a changed total is not mistaken for a repeated call.
    /// </summary>
    public static string KeyOf(ProviderSession session, StripeForm form) =>
        $"open-{session.Id}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{session.Reference} {form}")))[..16]}";
}
