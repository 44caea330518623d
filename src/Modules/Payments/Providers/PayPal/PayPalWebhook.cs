using System.Text.Json;
using HeadlessPro.Contracts;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Payments.Providers.PayPal;

/// <summary>What PayPal sends to us: whether it is PayPal's, which PayPal itself is asked, and what it is about.</summary>
internal sealed class PayPalWebhook(PayPalOptions options, PayPalClient client, TimeProvider time) : IWebhookSource, IDisposable
{
    /// <summary>How many events PayPal is asked about at once: anybody can send one, and PayPal sends again what was answered with an error.</summary>
    public const int AtOnce = 16;

    // PayPal sends again for three days, with the time of the first. A replay within them asks PayPal what is there now, and no more.
    private static readonly TimeSpan Age = TimeSpan.FromDays(4), Ahead = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim _asked = new(AtOnce);

    private static readonly (string Field, string Header)[] Signature =
    [
        ("auth_algo", "PAYPAL-AUTH-ALGO"), ("cert_url", "PAYPAL-CERT-URL"), ("transmission_id", "PAYPAL-TRANSMISSION-ID"),
        ("transmission_sig", "PAYPAL-TRANSMISSION-SIG"), ("transmission_time", "PAYPAL-TRANSMISSION-TIME"),
    ];

    public string Name => "paypal";

    public async Task<Result<ProviderEvent>> Read(IHeaderDictionary headers, ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        // Exactly one JSON object: anything else could add to the question it is put into.
        if (Read(body) is not { } told) return Error.Invalid("The body is no event of PayPal");
        if (!(await Verify(headers, body, ct)).Try(out var isPayPals, out var unknown)) return unknown;
        if (!isPayPals) return Error.Invalid("The event is not signed by PayPal, or too old");

        var order = told.OrderId;
        if (order is null && told is { SessionId: null, AuthorizationId: null, CaptureId: { } id })
        {
            // A refund made by hand at PayPal names its capture only, and so does a dispute.
            var capture = await client.Capture(id, ct);
            if (capture.Error is { Type: ErrorType.Unavailable } unavailable) return unavailable;
            order = capture.Value?.SupplementaryData?.RelatedIds?.OrderId;
        }

        return new ProviderEvent(told.Id, told.Type, [.. new[] { order, told.AuthorizationId }.OfType<string>()], told.SessionId);
    }

    public void Dispose() => _asked.Dispose();

    /// <summary>Whether PayPal signed these very bytes; unavailable when it could not be asked.</summary>
    private async Task<Result<bool>> Verify(IHeaderDictionary headers, ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        if (!DateTimeOffset.TryParse(headers["PAYPAL-TRANSMISSION-TIME"], out var sent) || Question(options.WebhookId, headers, body) is not { } question) return false;
        var age = time.GetUtcNow() - sent;
        if (age > Age || age < -Ahead) return false;
        if (!await _asked.WaitAsync(Wait, ct)) return PayPalErrors.Unavailable;
        try
        {
            var answer = await client.Verify(question, ct);
            if (answer.Error is { Type: ErrorType.Unavailable } unavailable) return unavailable;
            return answer.Value?.VerificationStatus == "SUCCESS";
        }
        finally
        {
            _asked.Release();
        }
    }

    /// <summary>What PayPal is asked: the signature and the event, byte for byte, since a checksum of it was signed. Null when a header is missing.</summary>
    public static byte[]? Question(string webhookId, IHeaderDictionary headers, ReadOnlyMemory<byte> body)
    {
        using var question = new MemoryStream(body.Length + 1024);
        using (var writer = new Utf8JsonWriter(question))
        {
            writer.WriteStartObject();
            foreach (var (field, header) in Signature)
            {
                if (headers[header] is not [{ Length: > 0 and <= 1000 } value]) return null;
                writer.WriteString(field, value);
            }

            writer.WriteString("webhook_id", webhookId);
            writer.WritePropertyName("webhook_event");
            writer.WriteRawValue(body.Span, skipInputValidation: true);
            writer.WriteEndObject();
        }

        return question.ToArray();
    }

    /// <summary>The event, or null when the body is none.</summary>
    public static PayPalEvent? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            if (Text(root, "id") is not { } id || Text(root, "event_type") is not { } type || Member(root, "resource") is not { ValueKind: JsonValueKind.Object } about) return null;
            var (kind, resource) = (Text(root, "resource_type"), Text(about, "id"));
            var related = Member(Member(about, "supplementary_data"), "related_ids");
            var unit = Member(about, "purchase_units") is { ValueKind: JsonValueKind.Array } units && units.GetArrayLength() > 0 ? units[0] : default;
            return new PayPalEvent(id, type,
                kind == "checkout-order" ? resource ?? Text(about, "order_id") : Text(related, "order_id"),
                kind == "authorization" ? resource : Text(related, "authorization_id"),
                kind == "capture" ? resource : kind == "dispute" ? Disputed(about) : Text(related, "capture_id") ?? (kind == "refund" ? Parent(about) : null),
                Guid.TryParse(Text(about, "custom_id") ?? Text(unit, "custom_id"), out var session) ? session : null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A refund names its capture by a link only.</summary>
    private static string? Parent(JsonElement refund) => Member(refund, "links") is not { ValueKind: JsonValueKind.Array } links ? null
        : links.EnumerateArray().Where(l => Text(l, "rel") == "up").Select(l => Text(l, "href")?.Split('/')[^1]).FirstOrDefault();

    private static string? Disputed(JsonElement dispute) =>
        Member(dispute, "disputed_transactions") is { ValueKind: JsonValueKind.Array } all && all.GetArrayLength() > 0 ? Text(all[0], "seller_transaction_id") : null;

    private static JsonElement Member(JsonElement from, string name) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var value) ? value : default;

    private static string? Text(JsonElement from, string name) => Member(from, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
}

/// <summary>That something happened at PayPal.</summary>
/// <param name="Id">The event, the same when it is sent again.</param>
/// <param name="Type"><c>PAYMENT.CAPTURE.COMPLETED</c>.</param>
/// <param name="OrderId">The order, which is a session's reference; null for refunds.</param>
/// <param name="AuthorizationId">The promise, where the object names it.</param>
/// <param name="CaptureId">The capture, where the object names it; of refunds and disputes always.</param>
/// <param name="SessionId">Our session, where the object carries it (refunds made elsewhere need not).</param>
internal sealed record PayPalEvent(string Id, string Type, string? OrderId, string? AuthorizationId, string? CaptureId, Guid? SessionId);
