using System.Diagnostics;
using HeadlessPro.Platform.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HeadlessPro.Platform.Web;

/// <summary>
/// Around everything else: the request's id (the client's <c>X-Request-Id</c> when it is a sensible one), headers every answer has, and
/// one log line per request (<c>Requests:Log</c>; on by default, but off in Development).
/// </summary>
public sealed partial class RequestMiddleware(RequestDelegate next, ILogger<RequestMiddleware> logger, IConfiguration configuration, IHostEnvironment environment)
{
    private const string Header = "X-Request-Id";
    private readonly bool _log = configuration.GetValue("Requests:Log", !environment.IsDevelopment());

    /// <summary>Runs the rest of the pipeline.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        // Answered as GET; the server leaves out the body, as it knows what was asked.
        if (HttpMethods.IsHead(http.Request.Method)) http.Request.Method = HttpMethods.Get;
        var given = http.Request.Headers[Header].ToString();
        http.TraceIdentifier = IsSensible(given) ? given : Guid.CreateVersion7().ToString("N");
        http.Response.Headers[Header] = http.TraceIdentifier;
        SecurityHeaders.Set(http);
        if (!_log)
        {
            await next(http);
            return;
        }

        var start = Stopwatch.GetTimestamp();
        await next(http);
        LogRequest(logger, CardNumbers.Mask(http.Request.Method), CardNumbers.Mask(http.Request.Path), http.Response.StatusCode, Stopwatch.GetElapsedTime(start).TotalMilliseconds, http.TraceIdentifier);
    }

    private static bool IsSensible(string id) =>
        id.Length is > 0 and <= 100 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':') && !CardNumbers.AreIn(id);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Method} {Path} {Status} in {Milliseconds:0.0} ms, request {RequestId}")]
    private static partial void LogRequest(ILogger logger, string method, string path, int status, double milliseconds, string requestId);
}
