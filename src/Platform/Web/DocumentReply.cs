using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using HeadlessPro.Platform.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace HeadlessPro.Platform.Web;

/// <summary>
/// An answer of documents, with what stands before, between and after them. It can be sent any number of times, each time straight from the
/// documents, and nothing as large as the whole answer is ever put together.
/// </summary>
internal sealed class DocumentReply(int status, string? contentType, ReadOnlyMemory<byte> before, IReadOnlyList<Document> documents, byte[] after) : IResult
{
    private const int MostUnsent = 256 * 1024;

    private readonly long _length = before.Length + after.Length + Math.Max(0, documents.Count - 1) + documents.Sum(d => (long)d.Json.Length);
    private readonly string? _etag = status == StatusCodes.Status200OK ? TagOf(before.Span, documents, after) : null;

    public int Status => status;

    public bool HasDocuments => documents.Count > 0;

    /// <summary>
    /// Bytes in memory, roughly. Its documents count in full, though others may show them too: as long as it is kept they cannot go.
    /// </summary>
    public int Size => (int)Math.Min(int.MaxValue, _length + (documents.Count * 8L) + 400);

    public static DocumentReply One(string key, Document document) =>
        new(StatusCodes.Status200OK, JsonBody.ContentType, Encoding.UTF8.GetBytes($"{{\"{key}\":"), [document], "}"u8.ToArray());

    public static DocumentReply Page(string key, ListPage<Document> page) => new(
        StatusCodes.Status200OK, JsonBody.ContentType, Encoding.UTF8.GetBytes($"{{\"{key}\":["), page.Rows, Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"],\"count\":{page.Count},\"offset\":{page.Paging.Offset},\"limit\":{page.Paging.Limit}}}")));

    public static DocumentReply Of(CapturedAnswer answer) => new(answer.Status, answer.ContentType, answer.Body, [], []);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        if (_etag is not null)
        {
            response.Headers.ETag = _etag;
            // What one person alone may see stays as it is by default: kept by nothing.
            if (httpContext.GetEndpoint()?.Metadata.GetMetadata<SignInPolicy>() is null) response.Headers.CacheControl = "private, no-cache";
            response.Headers.Append("Vary", "x-publishable-api-key");
            if (IsKnown(httpContext.Request.Headers.IfNoneMatch))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                response.ContentLength = null;
                response.Headers.ContentType = default;
                return;
            }
        }

        if (contentType is not null) response.ContentType = contentType;
        response.ContentLength = _length;
        // Started, the server hands out its own buffers; before that it would copy what is written.
        await response.StartAsync(httpContext.RequestAborted);
        await Write(response.BodyWriter, httpContext.RequestAborted);
    }

    private async Task Write(PipeWriter body, CancellationToken ct)
    {
        body.Write(before.Span);
        for (var i = 0; i < documents.Count; i++)
        {
            if (i > 0) body.Write(","u8);
            body.Write(documents[i].Json.Span);
            // Whoever reads slowly waits for himself: most answers are smaller and go out at once.
            if (body.UnflushedBytes > MostUnsent) await body.FlushAsync(ct);
        }

        body.Write(after);
        await body.FlushAsync(ct);
    }

    private bool IsKnown(StringValues tags)
    {
        foreach (var list in tags)
        {
            foreach (var tag in (list ?? "").Split(',', StringSplitOptions.TrimEntries))
            {
                if (tag == "*" || (tag.StartsWith("W/", StringComparison.Ordinal) ? tag.AsSpan(2) : tag).SequenceEqual(_etag)) return true;
            }
        }

        return false;
    }

    private static string TagOf(ReadOnlySpan<byte> before, IReadOnlyList<Document> documents, byte[] after)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(before);
        foreach (var document in documents) hash.AppendData(document.Digest);
        hash.AppendData(after);
        return $"\"{Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 12))}\"";
    }
}
