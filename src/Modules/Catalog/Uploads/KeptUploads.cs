using HeadlessPro.Contracts;
using HeadlessPro.Platform.Storage;
using HeadlessPro.Platform.Storage.Local;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog.Uploads;

/// <summary>Finds and deletes an uploaded file, and serves those that are kept in the data folder.</summary>
internal static class KeptUploads
{
    public static async Task<IResult> One(string id, HttpContext http, IFileStorage storage, CancellationToken ct) => await Try(async () =>
        FileTypes.IsName(id) && await storage.Exists(id, ct)
            ? Reply.Json(new FileEnvelope(new FileResponse(id, UploadUrl.Of(id, storage, http))), AdminJson.Default.FileEnvelope)
            : throw CatalogErrors.NotFound("File", id));

    public static async Task<IResult> Delete(string id, IFileStorage storage, CancellationToken ct) => await Try(async () =>
    {
        if (!FileTypes.IsName(id) || !await storage.Exists(id, ct)) throw CatalogErrors.NotFound("File", id);
        await storage.Delete(id, ct);
        return Reply.Deleted(id, "file");
    });

    /// <summary>Anybody may read; nothing in the file may run here.</summary>
    public static IResult Serve(string name, HttpContext http, LocalFiles files)
    {
        if (files.Find(name) is not { } path || FileTypes.ContentTypeOf(name) is not { } contentType)
            return Reply.Error(Error.NotFound($"File {name} was not found"));
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "public, max-age=31536000, immutable";
        // An SVG opened on its own is a document: without these its scripts would run as this host's.
        headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; sandbox";
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        if (contentType is "application/pdf" or "text/csv") headers.ContentDisposition = $"attachment; filename=\"{name}\"";
        if (FileTypes.IsText(Path.GetExtension(name))) contentType += "; charset=utf-8";
        return Results.File(path, contentType, lastModified: new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero), enableRangeProcessing: true);
    }

    private static async Task<IResult> Try(Func<Task<IResult>> call)
    {
        try
        {
            return await call();
        }
        catch (StorageException e)
        {
            return Reply.Error(Error.Unavailable(e.Message, "storage_unavailable"));
        }
    }
}
