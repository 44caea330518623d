using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace HeadlessPro.Platform.Storage.S3;

/// <summary>Keeps files in an S3-compatible bucket (Amazon, MinIO, R2, …), which also serves them.</summary>
public sealed class S3Files : IFileStorage, IDisposable
{
    private readonly S3Options _options;
    private readonly AmazonS3Client _client;

    /// <summary>Connects on first use.</summary>
    public S3Files(S3Options options)
    {
        _options = options;
        var config = new AmazonS3Config
        {
            AuthenticationRegion = options.Region,
            ForcePathStyle = options.Endpoint is not null,
            Timeout = TimeSpan.FromSeconds(30),
            MaxErrorRetry = 2,
            // Checksum trailers are Amazon's own; other servers refuse them.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Endpoint is { } endpoint) config.ServiceURL = endpoint;
        else config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(options.Region);
        _client = new AmazonS3Client(new BasicAWSCredentials(options.AccessKey, options.SecretKey), config);
    }

    /// <inheritdoc/>
    public Task Save(string name, string contentType, Stream content, CancellationToken ct) => Try(() => _client.PutObjectAsync(new PutObjectRequest
    {
        BucketName = _options.Bucket,
        Key = name,
        InputStream = content,
        AutoCloseStream = false,
        UseChunkEncoding = false,
        ContentType = contentType,
        Headers = { CacheControl = "public, max-age=31536000, immutable" },
    }, ct));

    /// <inheritdoc/>
    public async Task<bool> Exists(string name, CancellationToken ct)
    {
        try
        {
            await Try(() => _client.GetObjectMetadataAsync(_options.Bucket, name, ct));
            return true;
        }
        catch (StorageException e) when (e.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.NotFound })
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public Task Delete(string name, CancellationToken ct) => Try(() => _client.DeleteObjectAsync(_options.Bucket, name, ct));

    /// <inheritdoc/>
    public string UrlOf(string name) =>
        $"{(_options.PublicUrl ?? (_options.Endpoint is { } endpoint ? $"{endpoint.TrimEnd('/')}/{_options.Bucket}" : $"https://{_options.Bucket}.s3.{_options.Region}.amazonaws.com")).TrimEnd('/')}/{name}";

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static async Task Try<T>(Func<Task<T>> call)
    {
        try
        {
            await call();
        }
        catch (Exception e) when (e is AmazonServiceException or AmazonClientException or HttpRequestException or IOException)
        {
            throw new StorageException($"The file storage (S3) refuses or cannot be reached: {e.Message}", e);
        }
    }
}
