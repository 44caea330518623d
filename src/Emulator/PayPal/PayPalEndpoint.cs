using System.Text;
using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.PayPal;

/// <summary>What a call brings.</summary>
/// <param name="Whole">Whether the answer shows the whole resource: <c>Prefer: return=representation</c>.</param>
internal sealed record PayPalRequest(HttpContext Context, JsonObject Body, string RawBody, bool Whole, Origin Origin)
{
    public string Id => (string)Context.Request.RouteValues["id"]!;
}

internal delegate (int Status, JsonObject? Body) PayPalCall(PayPalRequest request);

/// <summary>A route of the API: bearer token, JSON body, <c>PayPal-Request-Id</c>, errors.</summary>
internal sealed class PayPalEndpoint(PayPalBook book, Exchange exchange)
{
    public RequestDelegate Serve(PayPalCall call, bool open = false) => context => ServeAsync(context, call, open);

    private async Task ServeAsync(HttpContext context, PayPalCall call, bool open)
    {
        var http = context.Request;
        var debugId = Ids.Hex(13);
        context.Response.Headers["Paypal-Debug-Id"] = debugId;
        var authorization = http.Headers.Authorization.ToString();
        if (!open && (!authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) || !book.Knows(authorization[7..].Trim())))
        {
            await Json.WriteAsync(context, new JsonObject { ["error"] = "invalid_token", ["error_description"] = "Token signature verification failed" }, 401);
            return;
        }

        using var reader = new StreamReader(http.Body, Encoding.UTF8);
        var raw = await reader.ReadToEndAsync();
        var key = http.Headers["PayPal-Request-Id"].ToString() is { Length: > 0 } given && http.Method == "POST" ? given : null;
        var manners = new ApiManners(debugId, key,
            Again: kept => kept.Status == 201 ? kept with { Status = 200 } : kept,
            InProgress: () => Failed(new PayPalFailure(409, "RESOURCE_CONFLICT", "The server has detected a conflict while processing this request.", "PREVIOUS_REQUEST_IN_PROGRESS",
                "A previous request on this resource is currently in progress. Please wait for some time and try again."), debugId),
            OtherCall: () => throw new InvalidOperationException("PayPal knows a request by its path and id alone."),
            Fails: fault => Fault(fault, debugId));
        await exchange.RunAsync(context, key is null ? null : $"paypal {http.Path} {key}", "", manners, origin => Work(context, call, raw, origin, debugId));
    }

    private Reply Work(HttpContext context, PayPalCall call, string raw, Origin origin, string debugId)
    {
        try
        {
            var isForm = context.Request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) == true;
            var isList = raw.TrimStart().StartsWith('[');
            JsonObject body = raw.Length == 0 || isForm || isList ? [] : Json.ParseObject(raw)
                ?? throw PayPalFailure.Invalid("MALFORMED_REQUEST_JSON", "The request JSON is not well formed.");
            if (Mocked(context) is { } mocked) throw mocked;
            var whole = context.Request.Headers["Prefer"].ToString().Contains("return=representation", StringComparison.OrdinalIgnoreCase);
            lock (book.Lock)
            {
                var (status, answer) = call(new PayPalRequest(context, body, raw, whole, origin));
                return new Reply(status, answer is null ? [] : Json.Bytes(answer));
            }
        }
        catch (PayPalFailure failure)
        {
            return Failed(failure, debugId);
        }
    }

    /// <summary>PayPal's own way to try errors: <c>PayPal-Mock-Response: {"mock_application_codes": "INSTRUMENT_DECLINED"}</c>.</summary>
    private static PayPalFailure? Mocked(HttpContext context) =>
        context.Request.Headers["PayPal-Mock-Response"].ToString() is { Length: > 0 } text && Json.ParseObject(text).Text("mock_application_codes") is { } code
            ? code is "INTERNAL_SERVER_ERROR" or "INTERNAL_SERVICE_ERROR"
                ? new PayPalFailure(500, "INTERNAL_SERVER_ERROR", "An internal server error has occurred.", code, "Mocked.")
                : PayPalFailure.Unprocessable(code, "Mocked.")
            : null;

    // Only what was done is kept: a refused call may be made again under the same id.
    private static Reply Failed(PayPalFailure failure, string debugId) => new(failure.Status, Json.Bytes(failure.ToJson(debugId)), Keep: false);

    private static Reply Fault(Fault fault, string debugId) => fault.Kind == Emulator.Fault.TooMany
        ? Failed(new PayPalFailure(429, "RATE_LIMIT_REACHED", "Too many requests. Blocked due to rate limiting."), debugId) with { Headers = [("Retry-After", $"{fault.Time.TotalSeconds:0}")] }
        : Failed(new PayPalFailure(500, "INTERNAL_SERVER_ERROR", "An internal server error has occurred.", "INTERNAL_SERVICE_ERROR", "An internal service error has occurred."), debugId);
}
