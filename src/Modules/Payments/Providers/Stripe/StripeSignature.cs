using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace HeadlessPro.Payments.Providers.Stripe;

/// <summary>Whether what claims to be Stripe's is.</summary>
internal static class StripeSignature
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
}
