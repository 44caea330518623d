using Microsoft.Extensions.Configuration;

namespace HeadlessPro.Platform.Storage.S3;

/// <summary>An S3-compatible bucket.</summary>
/// <param name="Bucket"><c>S3_BUCKET</c>.</param>
/// <param name="Endpoint"><c>S3_ENDPOINT</c>; null = Amazon's own.</param>
/// <param name="AccessKey"><c>S3_ACCESS_KEY</c>.</param>
/// <param name="SecretKey"><c>S3_SECRET_KEY</c>.</param>
/// <param name="Region"><c>S3_REGION</c>, <c>us-east-1</c> when unset.</param>
/// <param name="PublicUrl"><c>S3_PUBLIC_URL</c>: where shoppers read the bucket; its own address when unset.</param>
public sealed record S3Options(string Bucket, string? Endpoint, string AccessKey, string SecretKey, string Region, string? PublicUrl)
{
    /// <summary>The configured bucket, or null; refuses half a configuration.</summary>
    public static S3Options? From(IConfiguration configuration)
    {
        if (configuration["S3_BUCKET"] is not { Length: > 0 } bucket) return null;
        string Need(string name) => configuration[name] is { Length: > 0 } value ? value : throw new StartException($"S3_BUCKET is set: set {name} too.");
        var endpoint = configuration["S3_ENDPOINT"] is { Length: > 0 } address ? address : null;
        if (endpoint is not null && !(Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
            throw new StartException($"S3_ENDPOINT must be an http or https address, got: '{endpoint}'.");
        return new S3Options(
            bucket, endpoint, Need("S3_ACCESS_KEY"), Need("S3_SECRET_KEY"), configuration["S3_REGION"] is { Length: > 0 } region ? region : "us-east-1",
            configuration["S3_PUBLIC_URL"] is { Length: > 0 } publicUrl ? publicUrl : null);
    }
}
