using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using HeadlessPro.Contracts;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using Polly.Timeout;

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

    private readonly HttpClient _http;
    private readonly ResiliencePipeline<StripeReply> _tries;
    private readonly ILogger<StripeClient> _logger;

    public StripeClient(StripeOptions options, TimeProvider time, ILogger<StripeClient> logger)
    {
        _logger = logger;
        _http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = options.ApiUrl,
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = 8 * 1024 * 1024,
        };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.ApiKey);
        _http.DefaultRequestHeaders.Add("Stripe-Version", Version);
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("HeadlessPro", "1.0"));
        _tries = new ResiliencePipelineBuilder<StripeReply> { TimeProvider = time }
            .AddTimeout(options.Total)
            .AddRetry(new RetryStrategyOptions<StripeReply>
            {
                MaxRetryAttempts = 3,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.Pause,
                // Who is told to wait longer than the call may last need not wait.
                ShouldHandle = new PredicateBuilder<StripeReply>().Handle<HttpRequestException>().Handle<TimeoutRejectedException>()
                    .HandleResult(reply => reply.IsWorthAnotherTry && !(reply.RetryAfter > options.Total)),
                DelayGenerator = again => ValueTask.FromResult(again.Outcome.Result?.RetryAfter),
            })
            .AddTimeout(options.Attempt)
            .Build();
    }

    public Task<Result<T>> Get<T>(string path, StripeForm query, JsonTypeInfo<T> type, CancellationToken ct) =>
        Call(() => new HttpRequestMessage(HttpMethod.Get, $"{path}?{query}"), path, type, ct);

    /// <summary>With the same <paramref name="key"/> it is the same call, for a day: Stripe answers it again and does nothing.</summary>
    public Task<Result<T>> Post<T>(string path, StripeForm form, string key, JsonTypeInfo<T> type, CancellationToken ct) =>
        Call(() => new HttpRequestMessage(HttpMethod.Post, path) { Content = form.ToContent(), Headers = { { "Idempotency-Key", key } } }, path, type, ct);

    public void Dispose() => _http.Dispose();

    private async Task<Result<T>> Call<T>(Func<HttpRequestMessage> request, string path, JsonTypeInfo<T> type, CancellationToken ct)
    {
        try
        {
            var reply = await _tries.ExecuteAsync(async token => await Try(request, path, token), ct);
            if (reply.IsOk) return JsonSerializer.Deserialize(reply.Body, type)!;
            if (reply.IsUnknown) return StripeErrors.Unavailable;
            var error = JsonSerializer.Deserialize(reply.Body, StripeJson.Default.StripeErrorAnswer)?.Error;
            if (error is null or { Type: "api_error" }) return StripeErrors.Unavailable;
            LogRefused(path, reply.Status, error.Type, error.Code, error.DeclineCode, error.Param, reply.RequestId);
            return StripeErrors.Refusal(error);
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutRejectedException)
        {
            LogNoAnswer(path, e is TimeoutRejectedException ? "too late" : e.Message);
            return StripeErrors.Unavailable;
        }
        catch (JsonException)
        {
            LogNoAnswer(path, "not what Stripe would say");
            return StripeErrors.Unavailable;
        }
    }

    private async Task<StripeReply> Try(Func<HttpRequestMessage> make, string path, CancellationToken ct)
    {
        using var request = make();
        using var response = await _http.SendAsync(request, ct);
        var reply = new StripeReply((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(ct), response.Headers);
        if (!reply.IsOk && reply.IsUnknown) LogTrouble(path, reply.Status, reply.RequestId);
        return reply;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stripe answered {Path} with {Status} ({RequestId})")]
    private partial void LogTrouble(string path, int status, string? requestId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stripe did not answer {Path}: {Problem}")]
    private partial void LogNoAnswer(string path, string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stripe refused {Path} with {Status}: {Type} {Code} {Decline} {Parameter} ({RequestId})")]
    private partial void LogRefused(string path, int status, string? type, string? code, string? decline, string? parameter, string? requestId);
}

/// <summary>One answer to one try.</summary>
internal sealed class StripeReply(int status, byte[] body, HttpResponseHeaders headers)
{
    public int Status => status;

    public byte[] Body => body;

    public string? RequestId { get; } = Header(headers, "Request-Id");

    public bool IsOk => status is >= 200 and < 300;

    /// <summary>
    /// It does not say whether the call did anything, or it never will while our keys are wrong: neither is an answer to what was asked.
    /// </summary>
    public bool IsUnknown => status is 401 or 403 or 409 or 429 or >= 500 or < 400;

    public TimeSpan? RetryAfter { get; } = headers.RetryAfter?.Delta;

    /// <summary>Stripe says so, or leaves it to us. An error that Stripe keeps for the key will be the same again.</summary>
    public bool IsWorthAnotherTry { get; } = Header(headers, "Stripe-Should-Retry") switch
    {
        "true" => true,
        "false" => false,
        _ => status is 409 or 429 || status >= 500 && Header(headers, "Idempotent-Replayed") != "true",
    };

    private static string? Header(HttpResponseHeaders headers, string name) => headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
