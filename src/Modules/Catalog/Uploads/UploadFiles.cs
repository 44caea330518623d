using HeadlessPro.Contracts;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Storage;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace HeadlessPro.Catalog.Uploads;

/// <summary>
/// Takes files (multipart, field <c>files</c>) and answers where they can be read. All are read and checked before the first is kept; if one
/// cannot be kept, none is.
/// </summary>
internal static class UploadFiles
{
    public const int MostFiles = 20;
    public const long LongestFile = 20 * 1024 * 1024;

    public static async Task<IResult> Handle(HttpContext http, IFileStorage storage, CancellationToken ct)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = MostFiles * LongestFile;
        var body = MultipartBody.Open(http.Request) ?? throw CatalogErrors.Invalid("Invalid request: Expected a multipart/form-data body with files in field 'files'");
        var files = new List<UploadedFile>();
        try
        {
            await Read(body, files, ct);
            if (files.Count == 0) throw CatalogErrors.Invalid("Invalid request: Field 'files' is required");
            await Keep(files, storage, ct);
            return Reply.Json(
                new UploadsResponse(files.Select(f => new FileResponse(f.Name, UploadUrl.Of(f.Name, storage, http))).ToList()), AdminJson.Default.UploadsResponse);
        }
        catch (IOException e) when (e.GetType() == typeof(IOException) && !ct.IsCancellationRequested)
        {
            throw new ErrorException(Error.Unavailable("The files cannot be taken now: the disk for those on their way is full or broken", "storage_unavailable"));
        }
        finally
        {
            foreach (var file in files) await file.Content.DisposeAsync();
        }
    }

    private static async Task Read(MultipartBody body, List<UploadedFile> files, CancellationToken ct)
    {
        while (await body.Next(ct) is { } part)
        {
            if (part.FileName is null || part.Field is not ("files" or "files[]")) throw CatalogErrors.Invalid($"Invalid request: Unrecognized fields: '{part.Field}'");
            var path = Checked.At("", "files", files.Count);
            if (files.Count == MostFiles) throw CatalogErrors.Invalid($"Invalid request: Field 'files' must have at most {MostFiles} entries");
            var contentType = (part.ContentType ?? "").Split(';')[0].Trim().ToLowerInvariant();
            var extension = FileTypes.ExtensionOf(contentType)
                ?? throw CatalogErrors.Invalid($"Invalid request: Field '{path}' has content type '{contentType}', allowed are: {FileTypes.Allowed}");
            var content = new FileStream(
                Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 64 * 1024,
                FileOptions.DeleteOnClose | FileOptions.Asynchronous);
            files.Add(new UploadedFile(NameOf(part.FileName, extension), FileTypes.ContentTypeOf(extension)!, content));
            await Copy(part.Content, content, path, extension, ct);
        }
    }

    private static async Task Copy(Stream from, FileStream to, string path, string extension, CancellationToken ct)
    {
        var chunk = new byte[64 * 1024];
        var cards = FileTypes.IsText(extension) ? new CardNumberFilter() : null;
        for (int read; (read = await from.ReadAtLeastAsync(chunk, chunk.Length, throwOnEndOfStream: false, ct)) > 0;)
        {
            if (to.Length == 0 && !FileTypes.Matches(extension, chunk.AsSpan(0, read)))
                throw CatalogErrors.Invalid($"Invalid request: Field '{path}' is not what its content type says: no {FileTypes.ContentTypeOf(extension)}");
            if (to.Length + read > LongestFile) throw CatalogErrors.Invalid($"Invalid request: Field '{path}' is larger than {LongestFile} bytes");
            cards?.Next(chunk.AsSpan(0, read));
            await to.WriteAsync(chunk.AsMemory(0, read), ct);
        }

        cards?.Next([]);
        if (cards is { Found: true }) throw CardNumbers.Refused($"Field '{path}'");

        if (to.Length == 0) throw CatalogErrors.Invalid($"Invalid request: Field '{path}' is empty");
        to.Position = 0;
    }

    private static async Task Keep(List<UploadedFile> files, IFileStorage storage, CancellationToken ct)
    {
        var kept = new List<string>();
        try
        {
            foreach (var file in files)
            {
                kept.Add(file.Name);
                await storage.Save(file.Name, file.ContentType, file.Content, ct);
            }
        }
        catch (Exception e)
        {
            foreach (var name in kept)
            {
                try
                {
                    await storage.Delete(name, CancellationToken.None);
                }
                catch (StorageException)
                {
                    // The storage is gone altogether; the first failure says so.
                }
            }

            if (e is StorageException) throw new ErrorException(Error.Unavailable(e.Message, "storage_unavailable"));
            throw;
        }
    }

    // The client's name is for people only; the id in front makes the name unique and unguessable.
    private static string NameOf(string clientName, string extension)
    {
        var title = Handles.From(Path.GetFileNameWithoutExtension(clientName.Replace('\\', '/').Split('/')[^1]), fallback: "file");
        return $"{WireId.Encode("", Guid.NewGuid())[1..].ToLowerInvariant()}-{(title.Length > 100 ? title[..100].TrimEnd('-') : title)}{extension}";
    }

    private sealed record UploadedFile(string Name, string ContentType, FileStream Content);
}

internal sealed record UploadsResponse(IReadOnlyList<FileResponse> Files);

internal sealed record FileResponse(string Id, string Url);

internal sealed record FileEnvelope(FileResponse File);

internal static class UploadUrl
{
    /// <summary>The file's address, absolute: shops live on another host than this one.</summary>
    public static string Of(string name, IFileStorage storage, HttpContext http)
    {
        var url = storage.UrlOf(name);
        return url.StartsWith('/') ? $"{http.Request.Scheme}://{http.Request.Host}{url}" : url;
    }
}
