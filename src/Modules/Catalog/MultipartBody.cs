using HeadlessPro.Contracts;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace HeadlessPro.Catalog;

/// <summary>A part of a multipart body: its field, the client's name of the file, and what is in it, read as it arrives.</summary>
internal sealed record MultipartPart(string Field, string? FileName, string? ContentType, Stream Content);

/// <summary>A <c>multipart/form-data</c> body, part by part. Whatever is wrong with it is the sender's fault: 400.</summary>
internal sealed class MultipartBody
{
    private const int LongestBoundary = 200;

    private readonly MultipartReader _reader;

    private MultipartBody(MultipartReader reader) => _reader = reader;

    /// <summary>Null when the body is of another type.</summary>
    public static MultipartBody? Open(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)) return null;
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        return boundary is { Length: > 0 and <= LongestBoundary }
            ? new MultipartBody(new MultipartReader(boundary, request.Body))
            : throw Broken($"its content type must name a boundary of 1 to {LongestBoundary} characters");
    }

    /// <summary>The next part; null at the end. What is left of the one before is skipped.</summary>
    public async Task<MultipartPart?> Next(CancellationToken ct)
    {
        if (await Guard(() => _reader.ReadNextSectionAsync(ct)) is not { } section) return null;
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)) disposition = null;
        var fileName = disposition is null ? default : disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName;
        var part = new MultipartPart(
            HeaderUtilities.RemoveQuotes(disposition?.Name ?? "").Value ?? "", HeaderUtilities.RemoveQuotes(fileName).Value, section.ContentType, new PartStream(section.Body));
        if (CardNumbers.AreIn(part.Field)) throw CardNumbers.Refused("The name of a field");
        if (CardNumbers.AreIn(part.FileName)) throw CardNumbers.Refused($"The file name of field '{part.Field}'");
        return CardNumbers.AreIn(part.ContentType) ? throw CardNumbers.Refused($"The content type of field '{part.Field}'") : part;
    }

    private static async Task<T> Guard<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (InvalidDataException e)
        {
            throw Broken(e.Message);
        }
        // Its descendants say other things: the client has gone, the body is larger than allowed.
        catch (IOException e) when (e.GetType() == typeof(IOException))
        {
            throw Broken("it ends too early");
        }
    }

    private static ErrorException Broken(string why) => new(Error.Invalid($"Invalid request: The multipart body is broken: {why}"));

    private sealed class PartStream(Stream inner) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await Guard(() => inner.ReadAsync(buffer, cancellationToken).AsTask());

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
