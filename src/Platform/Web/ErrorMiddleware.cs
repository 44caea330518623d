using HeadlessPro.Contracts;
using HeadlessPro.Platform.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace HeadlessPro.Platform.Web;

/// <summary>Turns whatever a request ends in, unknown routes and wrong methods included, into the one error shape.</summary>
public sealed partial class ErrorMiddleware(RequestDelegate next, ILogger<ErrorMiddleware> logger)
{
    /// <summary>Runs the rest of the pipeline.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            if (http.Request.Path.Value?.Contains('\0', StringComparison.Ordinal) == true)
                throw new ErrorException(Error.Invalid("Invalid request: The path contains a null character"));
            await next(http);
            if (http.Response is { HasStarted: false, ContentLength: null, StatusCode: 404 or 405 or 415 } && http.Response.ContentType is null)
                await SendRouteError(http);
        }
        catch (ErrorException e)
        {
            await ErrorBody.Send(http, e.Error);
        }
        catch (BodyTooLargeException e)
        {
            await ErrorBody.Send(http, Error.Invalid(e.Message, "body_too_large"), StatusCodes.Status413PayloadTooLarge);
        }
        catch (BadHttpRequestException e)
        {
            await ErrorBody.Send(http, Error.Invalid(e.Message), e.StatusCode);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; nobody reads an answer.
        }
        catch (PostgresException e) when (!http.Response.HasStarted && IsUnstorable(e.SqlState))
        {
            // A value no column can hold that a handler let through: the request's fault all the same.
            LogFailure(logger, e, CardNumbers.Mask(http.Request.Method), CardNumbers.Mask(http.Request.Path), http.TraceIdentifier);
            await ErrorBody.Send(http, Error.Invalid("Invalid request: A value is out of range or contains characters that cannot be stored"));
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            LogFailure(logger, e, CardNumbers.Mask(http.Request.Method), CardNumbers.Mask(http.Request.Path), http.TraceIdentifier);
            var lostDatabase = e is NpgsqlException { IsTransient: true };
            await ErrorBody.Send(http,
                lostDatabase ? Error.Unavailable("The database cannot be reached; try again") : new Error((ErrorType)(-1), "unknown_error", "An unknown error occurred."));
        }
    }

    // What a client can send that PostgreSQL cannot hold: null characters, halves of surrogate pairs, numbers beyond numeric's range.
    private static bool IsUnstorable(string sqlState) => sqlState is PostgresErrorCodes.CharacterNotInRepertoire
        or PostgresErrorCodes.UntranslatableCharacter or PostgresErrorCodes.InvalidTextRepresentation or PostgresErrorCodes.NumericValueOutOfRange;

    private static Task SendRouteError(HttpContext http) => http.Response.StatusCode switch
    {
        StatusCodes.Status405MethodNotAllowed => ErrorBody.Send(
            http, Error.NotAllowed($"{http.Request.Method} is not allowed on {http.Request.Path}", "method_not_allowed"), StatusCodes.Status405MethodNotAllowed),
        StatusCodes.Status415UnsupportedMediaType => ErrorBody.Send(
            http, Error.Invalid($"Content type '{http.Request.ContentType}' is not taken by {http.Request.Path}", "unsupported_media_type"), StatusCodes.Status415UnsupportedMediaType),
        _ => ErrorBody.Send(http, Error.NotFound($"Cannot {http.Request.Method} {http.Request.Path}")),
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed, request {RequestId}")]
    private static partial void LogFailure(ILogger logger, Exception e, string method, string path, string requestId);
}
