using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using HeadlessPro.Contracts;
using Microsoft.Extensions.Logging;

namespace HeadlessPro.Payments.Providers.PayPal;

/// <summary>
/// PayPal's HTTP API: JSON both ways, an access token for each call. What creates something carries a <c>PayPal-Request-Id</c> (kept for hours
/// by orders, for 45 days by payments), so each call may be made again. Logs name paths and issues only: never keys, tokens or anything of a payer.
/// </summary>
internal sealed partial class PayPalClient : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly ProviderHttp _http;
    private readonly PayPalAccess _access;
    private readonly ILogger<PayPalClient> _logger;

    public PayPalClient(PayPalOptions options, TimeProvider time, ILogger<PayPalClient> logger)
    {
        _http = new ProviderHttp(options.ApiUrl, new ProviderPatience(options.Attempt, options.Total, options.Pause), reply => reply.IsTransient, time);
        _http.Headers.Add("Prefer", "return=representation");
        _access = new PayPalAccess(options, _http, time);
        _logger = logger;
    }

    public Task<Result<PayPalOrder>> CreateOrder(PayPalCreateOrder order, string key, CancellationToken ct) =>
        Call("POST", "v2/checkout/orders", Bytes(order, PayPalJson.Default.PayPalCreateOrder), key, PayPalJson.Default.PayPalOrder, ct);

    public Task<Result<PayPalOrder>> Order(string id, CancellationToken ct) =>
        Call("GET", $"v2/checkout/orders/{Uri.EscapeDataString(id)}", null, null, PayPalJson.Default.PayPalOrder, ct);

    public Task<Result<PayPalOrder?>> ChangeAmount(string order, PayPalMoney amount, CancellationToken ct) =>
        Call("PATCH", $"v2/checkout/orders/{Uri.EscapeDataString(order)}",
            Bytes([new PayPalPatch("replace", "/purchase_units/@reference_id=='default'/amount", amount)], PayPalJson.Default.PayPalPatchArray), null,
            PayPalJson.Default.PayPalOrder, ct)!;

    public Task<Result<PayPalOrder>> Authorize(string order, string key, CancellationToken ct) =>
        Call("POST", $"v2/checkout/orders/{Uri.EscapeDataString(order)}/authorize", "{}"u8.ToArray(), key, PayPalJson.Default.PayPalOrder, ct);

    public Task<Result<PayPalAuthorization>> Authorization(string id, CancellationToken ct) =>
        Call("GET", $"v2/payments/authorizations/{Uri.EscapeDataString(id)}", null, null, PayPalJson.Default.PayPalAuthorization, ct);

    public Task<Result<PayPalCapture>> Capture(string id, CancellationToken ct) =>
        Call("GET", $"v2/payments/captures/{Uri.EscapeDataString(id)}", null, null, PayPalJson.Default.PayPalCapture, ct);

    public Task<Result<PayPalCapture>> Capture(string authorization, PayPalMove move, string key, CancellationToken ct) =>
        Call("POST", $"v2/payments/authorizations/{Uri.EscapeDataString(authorization)}/capture", Bytes(move, PayPalJson.Default.PayPalMove), key,
            PayPalJson.Default.PayPalCapture, ct);

    public Task<Result<PayPalAuthorization>> Void(string authorization, string key, CancellationToken ct) =>
        Call("POST", $"v2/payments/authorizations/{Uri.EscapeDataString(authorization)}/void", "{}"u8.ToArray(), key, PayPalJson.Default.PayPalAuthorization, ct);

    public Task<Result<PayPalRefund>> Refund(string capture, PayPalMove move, string key, CancellationToken ct) =>
        Call("POST", $"v2/payments/captures/{Uri.EscapeDataString(capture)}/refund", Bytes(move, PayPalJson.Default.PayPalMove), key, PayPalJson.Default.PayPalRefund, ct);

    /// <summary>What payers complain about of one capture.</summary>
    public Task<Result<PayPalDisputes>> Disputes(string capture, CancellationToken ct) =>
        Call("GET", $"v1/customer/disputes?disputed_transaction_id={Uri.EscapeDataString(capture)}", null, null, PayPalJson.Default.PayPalDisputes, ct);

    public Task<Result<PayPalDispute>> Dispute(string id, CancellationToken ct) =>
        Call("GET", $"v1/customer/disputes/{Uri.EscapeDataString(id)}", null, null, PayPalJson.Default.PayPalDispute, ct);

    /// <summary>Whether headers and event are PayPal's own; <paramref name="question"/> is JSON.</summary>
    public Task<Result<PayPalVerification>> Verify(byte[] question, CancellationToken ct) =>
        Call("POST", "v1/notifications/verify-webhook-signature", question, null, PayPalJson.Default.PayPalVerification, ct);

    public void Dispose()
    {
        _http.Dispose();
        _access.Dispose();
    }

    private async Task<Result<T>> Call<T>(string method, string path, byte[]? body, string? key, JsonTypeInfo<T> type, CancellationToken ct)
    {
        var reply = await _http.Call(token => Try(method, path, body, key, token), ct);
        var debugId = reply.Header("Paypal-Debug-Id");
        if (reply.Problem is { } problem)
        {
            LogNoAnswer(method, path, problem);
            return PayPalErrors.Unavailable;
        }

        try
        {
            // PATCH and void may answer nothing.
            if (reply.IsOk) return reply.Body.Length == 0 ? default(T)! : JsonSerializer.Deserialize(reply.Body, type)!;
            var failure = JsonSerializer.Deserialize(reply.Body, PayPalJson.Default.PayPalFailure)!;
            var issue = failure.Details?.Select(d => d.Issue).FirstOrDefault(i => i is not null) ?? failure.Name ?? failure.Error;
            if (reply.IsUnknown || issue is null)
            {
                LogTrouble(method, path, reply.Status, issue, debugId);
                return PayPalErrors.Unavailable;
            }

            LogRefused(method, path, reply.Status, issue, debugId);
            return reply.Status == 404 ? PayPalErrors.Missing : PayPalErrors.Refusal(issue);
        }
        catch (JsonException)
        {
            LogTrouble(method, path, reply.Status, "not what PayPal would say", debugId);
            return PayPalErrors.Unavailable;
        }
    }

    private async Task<ProviderReply> Try(string method, string path, byte[]? body, string? key, CancellationToken ct)
    {
        string? refused = null;
        while (true)
        {
            var (token, failed) = await _access.Token(refused, ct);
            if (token is null) return failed!;
            var reply = await _http.Send(Request(method, path, body, key, token), ct);
            // A token ends before its time when the account's secret is changed.
            if (reply.Status != 401 || refused is not null) return reply;
            refused = token;
        }
    }

    private static HttpRequestMessage Request(string method, string path, byte[]? body, string? key, string token)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        if (key is not null) request.Headers.Add("PayPal-Request-Id", key);
        if (body is not null) request.Content = new ByteArrayContent(body) { Headers = { ContentType = Json } };
        return request;
    }

    private static byte[] Bytes<T>(T body, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(body, type);

    [LoggerMessage(Level = LogLevel.Warning, Message = "PayPal did not answer {Method} {Path}: {Problem}")]
    private partial void LogNoAnswer(string method, string path, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "PayPal answered {Method} {Path} with {Status}: {Issue} ({DebugId})")]
    private partial void LogTrouble(string method, string path, int status, string? issue, string? debugId);

    [LoggerMessage(Level = LogLevel.Information, Message = "PayPal refused {Method} {Path} with {Status}: {Issue} ({DebugId})")]
    private partial void LogRefused(string method, string path, int status, string? issue, string? debugId);
}
