using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.OpenId;

/// <summary>A key that signs tokens, by RS256 or ES256, and what others read of it.</summary>
internal sealed class OpenIdKey
{
    private readonly RSA? rsa;
    private readonly ECDsa? curve;

    public OpenIdKey(string algorithm)
    {
        Algorithm = algorithm;
        if (algorithm == "ES256") curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        else rsa = RSA.Create(2048);
    }

    public string Algorithm { get; }

    public string Id { get; } = Ids.Hex(16);

    public string Sign(JsonObject claims) => Token(new JsonObject { ["alg"] = Algorithm, ["typ"] = "JWT", ["kid"] = Id }, claims, Signature);

    /// <summary>As somebody would who has only what is published: the public key as a shared secret.</summary>
    public string SignWithPublicHalf(JsonObject claims) => Token(
        new JsonObject { ["alg"] = "HS256", ["typ"] = "JWT", ["kid"] = Id }, claims,
        text => HMACSHA256.HashData(Encoding.UTF8.GetBytes(rsa?.ExportSubjectPublicKeyInfoPem() ?? curve!.ExportSubjectPublicKeyInfoPem()), text));

    /// <summary>By this key in another's name.</summary>
    public string SignAs(OpenIdKey other, JsonObject claims) => Token(new JsonObject { ["alg"] = Algorithm, ["typ"] = "JWT", ["kid"] = other.Id }, claims, Signature);

    public static string Unsigned(JsonObject claims) => Token(new JsonObject { ["alg"] = "none", ["typ"] = "JWT" }, claims, _ => []);

    public JsonObject Published(string? issuer)
    {
        var key = new JsonObject { ["kid"] = Id, ["use"] = "sig", ["alg"] = Algorithm };
        if (rsa?.ExportParameters(false) is { } r)
            (key["kty"], key["n"], key["e"]) = ("RSA", Base64Url.EncodeToString(r.Modulus), Base64Url.EncodeToString(r.Exponent));
        else if (curve!.ExportParameters(false).Q is var q)
            (key["kty"], key["crv"], key["x"], key["y"]) = ("EC", "P-256", Base64Url.EncodeToString(q.X), Base64Url.EncodeToString(q.Y));
        if (issuer is not null) key["issuer"] = issuer;
        return key;
    }

    private byte[] Signature(byte[] text) => rsa?.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) ?? curve!.SignData(text, HashAlgorithmName.SHA256);

    private static string Token(JsonObject header, JsonObject claims, Func<byte[], byte[]> sign)
    {
        var text = $"{Base64Url.EncodeToString(Json.Bytes(header))}.{Base64Url.EncodeToString(Json.Bytes(claims))}";
        return $"{text}.{Base64Url.EncodeToString(sign(Encoding.UTF8.GetBytes(text)))}";
    }
}
