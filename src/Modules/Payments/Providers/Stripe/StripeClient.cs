using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using HeadlessPro.Contracts;
using Microsoft.Extensions.Logging;

namespace HeadlessPro.Payments.Providers.Stripe;

/// <summary>
/// Stripe's HTTP API: forms in, JSON out, version pinned. Every POST has an idempotency key, so each call may be made again when its answer
/// is lost, late or an error of Stripe's; what comes of all tries is a value, a refusal, or that nobody knows. Logs name paths and codes
/// only: never keys, client secrets or anything of a card.
/// </summary>
internal sealed partial class StripeClient : IDisposable
{
    /// <summary>The version whose answers <see cref="StripeIntent"/> and its kin read.</summary>
    public const string Version = "2025-09-30.clover";

    private readonly ProviderHttp _http;
    private readonly ILogger<StripeClient> _logger;

    public StripeClient(StripeOptions options, TimeProvider time, ILogger<StripeClient> logger)
    {
        _logger = logger;
        _http = new ProviderHttp(options.ApiUrl, new ProviderPatience(options.Attempt, options.Total, options.Pause), IsWorthAnotherTry, time);
        _http.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.ApiKey);
        _http.Headers.Add("Stripe-Version", Version);
    }

    public Task<Result<T>> Get<T>(string path, StripeForm query, JsonTypeInfo<T> type, CancellationToken ct) =>
        Call(() => new HttpRequestMessage(HttpMethod.Get, $"{path}?{query}"), path, type, ct);

    /// <summary>With the same <paramref name="key"/> it is the same call, for a day: Stripe answers it again and does nothing.</summary>
    public Task<Result<T>> Post<T>(string path, StripeForm form, string key, JsonTypeInfo<T> type, CancellationToken ct) =>
        Call(() => new HttpRequestMessage(HttpMethod.Post, path) { Content = form.ToContent(), Headers = { { "Idempotency-Key", key } } }, path, type, ct);

    public void Dispose() => _http.Dispose();

    private async Task<Result<T>> Call<T>(Func<HttpRequestMessage> request, string path, JsonTypeInfo<T> type, CancellationToken ct)
    {
        var reply = await _http.Call(token => Try(request(), path, token), ct);
        if (reply.Problem is { } problem) LogNoAnswer(path, problem);
        try
        {
            if (reply.IsOk) return JsonSerializer.Deserialize(reply.Body, type)!;
            if (reply.IsUnknown) return StripeErrors.Unavailable;
            var error = JsonSerializer.Deserialize(reply.Body, StripeJson.Default.StripeErrorAnswer)?.Error;
            if (error is null or { Type: "api_error" }) return StripeErrors.Unavailable;
            LogRefused(path, reply.Status, error.Type, error.Code, error.DeclineCode, error.Param, RequestId(reply));
            return StripeErrors.Refusal(error);
        }
        catch (JsonException)
        {
            LogNoAnswer(path, "not what Stripe would say");
            return StripeErrors.Unavailable;
        }
    }

    private async Task<ProviderReply> Try(HttpRequestMessage request, string path, CancellationToken ct)
    {
        var reply = await _http.Send(request, ct);
        if (reply.IsUnknown) LogTrouble(path, reply.Status, RequestId(reply));
        return reply;
    }

    /// <summary>Stripe says so, or leaves it to us. An error that Stripe keeps for the key will be the same again.</summary>
    private static bool IsWorthAnotherTry(ProviderReply reply) => reply.Header("Stripe-Should-Retry") switch
    {
        "true" => true,
        "false" => false,
        _ => reply.IsTransient && !(reply.Status >= 500 && reply.Header("Idempotent-Replayed") == "true"),
    };

    private static string? RequestId(ProviderReply reply) => reply.Header("Request-Id");

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stripe answered {Path} with {Status} ({RequestId})")]
    private partial void LogTrouble(string path, int status, string? requestId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stripe did not answer {Path}: {Problem}")]
    private partial void LogNoAnswer(string path, string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stripe refused {Path} with {Status}: {Type} {Code} {Decline} {Parameter} ({RequestId})")]
    private partial void LogRefused(string path, int status, string? type, string? code, string? decline, string? parameter, string? requestId);
}
