using System.Text.Json;
using System.Text.Json.Serialization;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Security;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Platform.Web;

/// <summary>The one shape of every error: Medusa's <c>type</c>, <c>message</c>, <c>code</c> and RFC 9457's <c>status</c>, <c>detail</c> in one object.</summary>
public static class ErrorBody
{
    /// <summary>The HTTP status of a kind of failure.</summary>
    public static int StatusOf(ErrorType type) => type switch
    {
        ErrorType.InvalidData or ErrorType.NotAllowed => StatusCodes.Status400BadRequest,
        ErrorType.Unauthorized => StatusCodes.Status401Unauthorized,
        ErrorType.Forbidden => StatusCodes.Status403Forbidden,
        ErrorType.NotFound => StatusCodes.Status404NotFound,
        ErrorType.Conflict => StatusCodes.Status409Conflict,
        ErrorType.Duplicate or ErrorType.PaymentAuthorization => StatusCodes.Status422UnprocessableEntity,
        ErrorType.TooManyRequests => StatusCodes.Status429TooManyRequests,
        ErrorType.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>Answers with the error at the status of its kind.</summary>
    public static Task Send(HttpContext http, Error error) => Send(http, error, StatusOf(error.Type));

    /// <summary>Answers with the error at a status of its own (405, 413, …). Who is busy is asked again in a second.</summary>
    public static Task Send(HttpContext http, Error error, int status)
    {
        http.Response.StatusCode = status;
        if (status == StatusCodes.Status503ServiceUnavailable) http.Response.Headers.RetryAfter = "1";
        // What a client sent may stand in it.
        var message = CardNumbers.Mask(error.Message);
        var body = new ErrorResponse(NameOf(error.Type), message, error.Code, status, message, http.TraceIdentifier);
        return JsonBody.Send(http, writer => JsonSerializer.Serialize(writer, body, PlatformJson.Default.ErrorResponse));
    }

    private static string NameOf(ErrorType type) => type switch
    {
        ErrorType.InvalidData => "invalid_data",
        ErrorType.NotAllowed => "not_allowed",
        ErrorType.Unauthorized => "unauthorized",
        ErrorType.Forbidden => "forbidden",
        ErrorType.NotFound => "not_found",
        ErrorType.Conflict => "conflict",
        ErrorType.Duplicate => "duplicate_error",
        ErrorType.PaymentAuthorization => "payment_authorization_error",
        ErrorType.TooManyRequests => "too_many_requests",
        ErrorType.Unavailable => "unavailable",
        _ => "unknown_error",
    };
}

/// <summary>An error on the wire.</summary>
/// <param name="Type">Medusa's kind, e.g. <c>invalid_data</c>.</param>
/// <param name="Message">A sentence a person can act on.</param>
/// <param name="Code">Stable, for programs.</param>
/// <param name="Status">The HTTP status again.</param>
/// <param name="Detail">The message again, where RFC 9457 expects it.</param>
/// <param name="RequestId">Ask for it in support requests; it is in the logs.</param>
public sealed record ErrorResponse(string Type, string Message, string Code, int Status, string Detail, string RequestId);

/// <summary>Serializers for the platform's own wire records.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ErrorResponse))]
[JsonSerializable(typeof(DeletedResponse))]
[JsonSerializable(typeof(FrontPageResponse))]
[JsonSerializable(typeof(ReadinessResponse))]
public sealed partial class PlatformJson : JsonSerializerContext;

/// <summary>Leaves a handler early with an expected error; the pipeline answers with it.</summary>
public sealed class ErrorException(Error error) : Exception(error.Message)
{
    /// <summary>The error.</summary>
    public Error Error { get; } = error;
}
