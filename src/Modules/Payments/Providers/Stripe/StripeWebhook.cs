using System.Text.Json;
using HeadlessPro.Contracts;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Payments.Providers.Stripe;

/// <summary>What Stripe sends to us, and what it is about.</summary>
internal sealed class StripeWebhook(StripeOptions options, TimeProvider time) : IWebhookSource
{
    public string Name => "stripe";

    public Task<Result<ProviderEvent>> Read(IHeaderDictionary headers, ReadOnlyMemory<byte> body, CancellationToken ct) =>
        Task.FromResult(Read(headers["Stripe-Signature"].ToString(), body));

    private Result<ProviderEvent> Read(string signature, ReadOnlyMemory<byte> body)
    {
        if (!StripeSignature.TryVerify(body.Span, signature, options.WebhookSecrets, time.GetUtcNow(), out var problem)) return Error.Invalid(problem);
        if (Read(body) is not { } told) return Error.Invalid("The body is no event of Stripe's");
        string[] references = told.PaymentIntent is { } intent && intent != told.ObjectId ? [told.ObjectId, intent] : [told.ObjectId];
        return new ProviderEvent(told.Id, told.Type, references, told.SessionId);
    }

    /// <summary>The event, or null when the body is none.</summary>
    public static StripeEvent? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            if (Text(root, "id") is not { } id || Text(root, "type") is not { } type
                || !root.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Object
                || !data.TryGetProperty("object", out var subject) || Text(subject, "id") is not { } about
                || !root.TryGetProperty("created", out var created) || !created.TryGetInt64(out var seconds)) return null;
            var intent = Text(subject, "object") == "payment_intent" ? about
                : !subject.TryGetProperty("payment_intent", out var named) ? null
                : named.ValueKind == JsonValueKind.String ? named.GetString() : Text(named, "id");
            Guid? session = subject.TryGetProperty("metadata", out var metadata) && Guid.TryParse(Text(metadata, "session_id"), out var given) ? given : null;
            return new StripeEvent(id, type, DateTimeOffset.FromUnixTimeSeconds(seconds), about, intent, session);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement from, string name) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>That something happened at Stripe. Not to be trusted for more than where to look: what is there now, the provider is asked.</summary>
/// <param name="Id">The event, the same when it is sent again.</param>
/// <param name="Type"><c>payment_intent.succeeded</c>.</param>
/// <param name="Created">When it happened.</param>
/// <param name="ObjectId">What it happened to: payment intent, charge, refund, dispute or checkout session.</param>
/// <param name="PaymentIntent">The payment intent that belongs to; null for a checkout session on which nobody has tried to pay.</param>
/// <param name="SessionId">Our session, where the object carries it (refunds made elsewhere and disputes do not).</param>
internal sealed record StripeEvent(string Id, string Type, DateTimeOffset Created, string ObjectId, string? PaymentIntent, Guid? SessionId);
