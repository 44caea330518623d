using System.Text.Json;
using HeadlessPro.Contracts;

namespace HeadlessPro.Payments.Providers.PayPal;

/// <summary>Where PayPal sends a shopper: <c>{"return_url", "cancel_url"}</c> of the request, else of the one before, else of the configuration.</summary>
internal sealed record PayPalPages(string? ReturnUrl, string? CancelUrl)
{
    /// <summary>Refuses what is no page, naming the field.</summary>
    public static Result<PayPalPages> Read(ProviderSession session, PayPalOptions options)
    {
        var before = PayPalSnapshot.Read(session.Data);
        var pages = new PayPalPages(before.ReturnUrl ?? options.ReturnUrl, before.CancelUrl ?? options.CancelUrl);
        if (session.Input is null) return pages;
        using var input = JsonDocument.Parse(session.Input);
        foreach (var field in input.RootElement.EnumerateObject())
        {
            if (field.Name is not ("return_url" or "cancel_url")) return Error.Invalid($"Invalid request: Unrecognized fields: 'data.{field.Name}'");
            if (field.Value.ValueKind != JsonValueKind.String || field.Value.GetString() is not { } page || !ProviderSettings.IsPage(page))
                return Error.Invalid($"Invalid request: Field 'data.{field.Name}' must be an absolute http or https address");
            pages = field.Name == "return_url" ? pages with { ReturnUrl = page } : pages with { CancelUrl = page };
        }

        return pages;
    }
}
