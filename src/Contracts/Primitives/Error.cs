using System.Text.Json.Serialization;

namespace HeadlessPro.Contracts;

/// <summary>The kinds of expected failure; each maps to one HTTP status and one <c>type</c> on the wire (Medusa v2's error types).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ErrorType>))]
public enum ErrorType
{
    /// <summary>400 <c>invalid_data</c>: the request itself is wrong.</summary>
    InvalidData,
    /// <summary>400 <c>not_allowed</c>: the request is well formed, the shop's state forbids it.</summary>
    NotAllowed,
    /// <summary>401 <c>unauthorized</c>.</summary>
    Unauthorized,
    /// <summary>403 <c>forbidden</c>.</summary>
    Forbidden,
    /// <summary>404 <c>not_found</c>.</summary>
    NotFound,
    /// <summary>409 <c>conflict</c>.</summary>
    Conflict,
    /// <summary>422 <c>duplicate_error</c>.</summary>
    Duplicate,
    /// <summary>422 <c>payment_authorization_error</c>.</summary>
    PaymentAuthorization,
    /// <summary>429 <c>too_many_requests</c>: the caller, or others on the same account, tried too often.</summary>
    TooManyRequests,
    /// <summary>503 <c>unavailable</c>: a peer or the database cannot be reached now.</summary>
    Unavailable,
}

/// <summary>An expected failure: a code for a program, a sentence for a person.</summary>
/// <param name="Type">Kind of failure, decides the status.</param>
/// <param name="Code">Stable, snake_case, e.g. <c>insufficient_inventory</c>.</param>
/// <param name="Message">One sentence a person can act on. Names the field where there is one.</param>
public sealed record Error(ErrorType Type, string Code, string Message)
{
    /// <summary>400 <c>invalid_data</c>.</summary>
    public static Error Invalid(string message, string code = "invalid_data") => new(ErrorType.InvalidData, code, message);

    /// <summary>400 <c>not_allowed</c>.</summary>
    public static Error NotAllowed(string message, string code = "not_allowed") => new(ErrorType.NotAllowed, code, message);

    /// <summary>401 <c>unauthorized</c>; the storefront reads this very message.</summary>
    public static Error Unauthorized(string message = "Unauthorized") => new(ErrorType.Unauthorized, "unauthorized", message);

    /// <summary>403 <c>forbidden</c>: who is calling is known, and may not.</summary>
    public static Error Forbidden(string message) => new(ErrorType.Forbidden, "forbidden", message);

    /// <summary>404 <c>not_found</c>.</summary>
    public static Error NotFound(string message) => new(ErrorType.NotFound, "not_found", message);

    /// <summary>409 <c>conflict</c>; code as Medusa names it.</summary>
    public static Error Conflict(string message, string code = "invalid_state_error") => new(ErrorType.Conflict, code, message);

    /// <summary>422 <c>duplicate_error</c>; code as Medusa names it.</summary>
    public static Error Duplicate(string message, string code = "invalid_request_error") => new(ErrorType.Duplicate, code, message);

    /// <summary>429 <c>too_many_requests</c>.</summary>
    public static Error TooManyRequests(string message, string code = "too_many_requests") => new(ErrorType.TooManyRequests, code, message);

    /// <summary>503: try again later.</summary>
    public static Error Unavailable(string message, string code = "unavailable") => new(ErrorType.Unavailable, code, message);
}
