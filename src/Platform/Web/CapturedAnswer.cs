using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Platform.Web;

/// <summary>An answer as bytes, so that it can be sent again.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="ContentType">Media type, or null without a body.</param>
/// <param name="Body">The body.</param>
internal sealed record CapturedAnswer(int Status, string? ContentType, ReadOnlyMemory<byte> Body)
{
    /// <summary>Runs what answers the request and keeps the answer back; nothing reaches the client.</summary>
    public static async Task<CapturedAnswer> Of(HttpContext http, Func<Task> answer)
    {
        var sent = http.Response.Body;
        var kept = new MemoryStream();
        http.Response.Body = kept;
        try
        {
            await answer();
            // What was written through the pipe but not flushed yet.
            await http.Response.BodyWriter.FlushAsync(CancellationToken.None);
            return new CapturedAnswer(http.Response.StatusCode, http.Response.ContentType, kept.GetBuffer().AsMemory(0, (int)kept.Length));
        }
        finally
        {
            http.Response.Body = sent;
        }
    }

    /// <summary>Sends it.</summary>
    public Task Send(HttpContext http)
    {
        http.Response.StatusCode = Status;
        if (ContentType is not null) http.Response.ContentType = ContentType;
        http.Response.ContentLength = Body.Length;
        return Body.Length == 0 ? Task.CompletedTask : http.Response.Body.WriteAsync(Body, http.RequestAborted).AsTask();
    }
}
