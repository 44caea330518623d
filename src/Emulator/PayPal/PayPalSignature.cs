using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.PayPal;

/// <summary>
/// Signs webhooks as PayPal does: RSA-SHA256 over <c>transmission id|time|webhook id|CRC-32 of the body</c>, with a key made at start whose
/// certificate stands at the URL that <c>PAYPAL-CERT-URL</c> names.
/// </summary>
internal sealed class PayPalSignature(EmulatorState state)
{
    private const string Algorithm = "SHA256withRSA";
    private static readonly uint[] CrcTable = [.. Enumerable.Range(0, 256).Select(i => CrcOf((uint)i))];
    private readonly Lazy<X509Certificate2> certificate = new(Certify);

    public string CertificateId { get; } = $"CERT-{Ids.Hex(8)}-{Ids.Hex(8)}-{Ids.Hex(8)}";

    public string CertificatePem => certificate.Value.ExportCertificatePem();

    public void Sign(HttpRequestMessage message, WebhookEndpoint endpoint, byte[] payload, DateTimeOffset at, bool wrong)
    {
        var (id, time) = (Guid.NewGuid().ToString(), PayPalJson.Time(at));
        using var key = certificate.Value.GetRSAPrivateKey()!;
        var signature = key.SignData(Encoding.UTF8.GetBytes(Signed(id, time, wrong ? "OTHER" : endpoint.Secret, payload)), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        message.Headers.TryAddWithoutValidation("PAYPAL-TRANSMISSION-ID", id);
        message.Headers.TryAddWithoutValidation("PAYPAL-TRANSMISSION-TIME", time);
        message.Headers.TryAddWithoutValidation("PAYPAL-TRANSMISSION-SIG", Convert.ToBase64String(signature));
        message.Headers.TryAddWithoutValidation("PAYPAL-CERT-URL", $"{state.Url}/v1/notifications/certs/{CertificateId}");
        message.Headers.TryAddWithoutValidation("PAYPAL-AUTH-ALGO", Algorithm);
    }

    /// <summary><c>POST /v1/notifications/verify-webhook-signature</c>: whether headers and event are PayPal's own.</summary>
    public (int Status, JsonObject? Body) Verify(PayPalRequest request)
    {
        string Need(string name) => request.Body.Text(name) is { Length: > 0 } value ? value : throw PayPalFailure.Missing("/" + name);
        var (id, time, signature, webhook) = (Need("transmission_id"), Need("transmission_time"), Need("transmission_sig"), Need("webhook_id"));
        var holds = Need("auth_algo") == Algorithm && Need("cert_url").EndsWith("/" + CertificateId, StringComparison.Ordinal)
            && webhook == state.Webhooks.EndpointOf(PayPalBook.Provider).Secret
            && Holds(Signed(id, time, webhook, Event(request.RawBody)), signature);
        return (200, new JsonObject { ["verification_status"] = holds ? "SUCCESS" : "FAILURE" });
    }

    private bool Holds(string signed, string signature)
    {
        if (!Base64.IsValid(signature)) return false;
        using var key = certificate.Value.GetRSAPublicKey()!;
        return key.VerifyData(Encoding.UTF8.GetBytes(signed), Convert.FromBase64String(signature), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private static string Signed(string id, string time, string webhook, ReadOnlySpan<byte> payload) => $"{id}|{time}|{webhook}|{Crc32(payload)}";

    /// <summary>The event's own characters: its checksum is over what was sent, not over what it means.</summary>
    private static byte[] Event(string body)
    {
        using var document = System.Text.Json.JsonDocument.Parse(body);
        return document.RootElement.TryGetProperty("webhook_event", out var sent) ? Encoding.UTF8.GetBytes(sent.GetRawText()) : throw PayPalFailure.Missing("/webhook_event");
    }

    private static X509Certificate2 Certify()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=messageverificationcerts.emulator", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(2));
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes) crc = CrcTable[(byte)(crc ^ b)] ^ (crc >> 8);
        return ~crc;
    }

    private static uint CrcOf(uint value)
    {
        for (var bit = 0; bit < 8; bit++) value = (value & 1) == 0 ? value >> 1 : 0xEDB88320 ^ (value >> 1);
        return value;
    }
}
