using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace HeadlessPro.Payments.Providers.Stripe;

/// <summary>What Stripe sends to us: whether it is Stripe's, and what it is about.</summary>
internal static class StripeWebhook
{
    /// <summary>How far Stripe's clock and ours may be apart, either way: older ones may be recorded and sent again by anybody.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Whether <c>Stripe-Signature</c> (<c>t=…,v1=…,v1=…</c>) was made for these very bytes with one of the secrets, just now.
    /// </summary>
    public static bool TryVerify(ReadOnlySpan<byte> body, string header, IReadOnlyList<string> secrets, DateTimeOffset now, out string problem)
    {
        var (time, signatures) = Parse(header);
        if (time is null || !long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || signatures.Count == 0)
            problem = "Stripe-Signature is missing or malformed";
        else if (!IsSigned(body, time, signatures, secrets))
            problem = "Stripe-Signature does not match";
        else if (Math.Abs((double)now.ToUnixTimeSeconds() - seconds) > Tolerance.TotalSeconds)
            problem = "Stripe-Signature is too old, or of a clock that is ahead";
        else
            problem = "";
        return problem.Length == 0;
    }

    /// <summary>The event, or null when the body is none.</summary>
    public static StripeEvent? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            if (Text(root, "id") is not { } id || Text(root, "type") is not { } type || !root.TryGetProperty("data", out var data)
                || data.ValueKind != JsonValueKind.Object || !data.TryGetProperty("object", out var subject) || Text(subject, "id") is not { } about
                || !root.TryGetProperty("created", out var created) || !created.TryGetInt64(out var seconds)) return null;
            var intent = Text(subject, "object") == "payment_intent" ? about
                : subject.TryGetProperty("payment_intent", out var named) ? named.ValueKind == JsonValueKind.String ? named.GetString() : Text(named, "id") : null;
            var session = subject.TryGetProperty("metadata", out var metadata) && Guid.TryParse(Text(metadata, "session_id"), out var given) ? given : (Guid?)null;
            return new StripeEvent(id, type, DateTimeOffset.FromUnixTimeSeconds(seconds), about, intent, session);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static bool IsSigned(ReadOnlySpan<byte> body, string time, List<byte[]> signatures, IReadOnlyList<string> secrets)
    {
        var found = false;
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        foreach (var secret in secrets)
        {
            using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
            hash.AppendData(Encoding.ASCII.GetBytes(time + "."));
            hash.AppendData(body);
            hash.GetHashAndReset(expected);
            foreach (var signature in signatures) found |= CryptographicOperations.FixedTimeEquals(signature, expected);
        }

        return found;
    }

    private static (string? Time, List<byte[]> Signatures) Parse(string header)
    {
        string? time = null;
        List<byte[]> signatures = [];
        foreach (var part in header.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.StartsWith("t=", StringComparison.Ordinal)) time ??= part[2..];
            else if (part.StartsWith("v1=", StringComparison.Ordinal) && TryHex(part[3..], out var signature)) signatures.Add(signature);
        }

        return (time, signatures);
    }

    private static bool TryHex(string text, out byte[] bytes)
    {
        bytes = new byte[HMACSHA256.HashSizeInBytes];
        return text.Length == 2 * bytes.Length && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
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
