using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Primitives;

namespace HeadlessPro.Emulator.Stripe;

internal delegate JsonObject StripeCall(StripeRequest request);

/// <summary>A route of the API: who calls, with what, under which idempotency key; the answer's headers and errors.</summary>
internal sealed class StripeEndpoint(StripeBook book, Exchange exchange)
{
    /// <summary>The version Stripe answers in when a call names none.</summary>
    public const string Version = "2026-10-28.endive";

    public RequestDelegate Serve(StripeCall call, string parameters, bool browsers)
    {
        var known = parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet();
        return context => ServeAsync(context, call, known, browsers);
    }

    public static Task UnknownAsync(HttpContext context) => Json.WriteAsync(context, new JsonObject
    {
        ["error"] = new StripeFailure(404, "invalid_request_error", null,
            $"Unrecognized request URL ({context.Request.Method}: {context.Request.Path}). The emulator may not know it: its README lists what it does.").ToJson(),
    }, 404);

    private async Task ServeAsync(HttpContext context, StripeCall call, HashSet<string> known, bool browsers)
    {
        var http = context.Request;
        var requestId = Ids.Stripe("req_", 14);
        var key = http.Headers["Idempotency-Key"].ToString() is { Length: > 0 } given && http.Method == "POST" ? given : null;
        context.Response.Headers["Request-Id"] = requestId;
        context.Response.Headers["Stripe-Version"] = http.Headers["Stripe-Version"].ToString() is { Length: > 0 } version ? version : Version;
        if (key is not null) context.Response.Headers["Idempotency-Key"] = key;
        if (browsers) AllowBrowsers(context);

        var form = await FormAsync(http);
        var secret = Key(http, form);
        bool publishable;
        try
        {
            publishable = Recognise(secret, browsers);
        }
        catch (StripeFailure failure)
        {
            await Json.WriteAsync(context, new JsonObject { ["error"] = failure.ToJson() }, failure.Status);
            return;
        }

        var manners = new ApiManners(requestId, key,
            Again: kept => kept with { Headers = [("Idempotent-Replayed", "true")] },
            InProgress: () => Failed(new StripeFailure(409, "idempotency_error", "idempotency_key_in_use",
                "There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): " + key)),
            OtherCall: () => Failed(new StripeFailure(400, "idempotency_error", null,
                $"Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '{key}' if you meant to execute a different request.")),
            Fails: Fault);
        var fingerprint = $"{http.Method} {http.Path}?{string.Join('&', form.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}"))}";
        await exchange.RunAsync(context, key is null ? null : "stripe " + key, fingerprint, manners, origin => Work(context, call, known, form, origin, publishable));
    }

    private Reply Work(HttpContext context, StripeCall call, HashSet<string> known, Dictionary<string, StringValues> form, Origin origin, bool publishable)
    {
        var request = new StripeRequest(form, context, origin, publishable);
        try
        {
            lock (book.Lock)
            {
                request.KnowsOnly(known);
                return new Reply(200, Json.Bytes(Expansion.Expand(call(request), request.Texts("expand"), book)));
            }
        }
        catch (StripeFailure failure)
        {
            return Failed(failure);
        }
    }

    // What was refused before anything was done is not an answer that is kept.
    private static Reply Failed(StripeFailure failure) =>
        new(failure.Status, Json.Bytes(new JsonObject { ["error"] = failure.ToJson() }), Keep: failure.Status != 401 && failure.Code?.StartsWith("parameter_", StringComparison.Ordinal) != true);

    private static Reply Fault(Fault fault) => fault.Kind == Emulator.Fault.TooMany
        ? Failed(new StripeFailure(429, "invalid_request_error", "rate_limit", "Too many requests hit the API too quickly.")) with { Headers = [("Retry-After", $"{fault.Time.TotalSeconds:0}")] }
        : Failed(new StripeFailure(500, "api_error", null, "An unknown error occurred"));

    private static async Task<Dictionary<string, StringValues>> FormAsync(HttpRequest http)
    {
        var form = http.Query.ToDictionary(p => p.Key, p => p.Value);
        if (http.HasFormContentType)
            foreach (var (name, value) in await http.ReadFormAsync())
                form[name] = value;
        return form;
    }

    private static string Key(HttpRequest http, Dictionary<string, StringValues> form)
    {
        var authorization = http.Headers.Authorization.ToString();
        if (authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return authorization[7..].Trim();
        if (!authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)) return form.TryGetValue("key", out var key) ? key.ToString() : "";
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(authorization[6..].Trim())).Split(':')[0];
        }
        catch (FormatException)
        {
            return "";
        }
    }

    /// <summary>Any test key will do, but for one that is called invalid; answers whether it is a browser's.</summary>
    private static bool Recognise(string key, bool browsers)
    {
        if (key.Length == 0)
            throw new StripeFailure(401, "invalid_request_error", null, "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').");
        if (key.Contains("invalid", StringComparison.Ordinal) || key.Length <= 8 || !(key.StartsWith("sk_test_", StringComparison.Ordinal) || key.StartsWith("rk_test_", StringComparison.Ordinal) || key.StartsWith("pk_test_", StringComparison.Ordinal)))
            throw new StripeFailure(401, "invalid_request_error", null, $"Invalid API Key provided: {key[..Math.Min(8, key.Length)]}{new string('*', 8)}{key[^Math.Min(4, key.Length)..]}");
        var publishable = key.StartsWith("pk_", StringComparison.Ordinal);
        return publishable && !browsers
            ? throw new StripeFailure(401, "invalid_request_error", "secret_key_required", "This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list of your API keys at https://dashboard.stripe.com/account/apikeys.")
            : publishable;
    }

    private static void AllowBrowsers(HttpContext context)
    {
        context.Response.Headers.AccessControlAllowOrigin = "*";
        context.Response.Headers.AccessControlExposeHeaders = "Request-Id, Stripe-Version";
    }
}
