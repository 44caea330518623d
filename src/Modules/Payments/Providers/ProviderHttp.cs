using System.Net.Http.Headers;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace HeadlessPro.Payments.Providers;

/// <summary>
/// A provider's HTTP API. A call is made again while its answer is lost, late or one that says nothing; so every call must have a key, or
/// change nothing when it comes twice.
/// </summary>
internal sealed class ProviderHttp : IDisposable
{
    private readonly HttpClient _http;
    private readonly ResiliencePipeline<ProviderReply> _tries;

    /// <summary>For an API at <paramref name="address"/>.</summary>
    public ProviderHttp(Uri address, ProviderPatience patience, Func<ProviderReply, bool> isWorthAnotherTry, TimeProvider time)
    {
        _http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = address,
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = 8 * 1024 * 1024,
        };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("HeadlessPro", "1.0"));
        _tries = new ResiliencePipelineBuilder<ProviderReply> { TimeProvider = time }
            .AddTimeout(patience.Total)
            .AddRetry(new RetryStrategyOptions<ProviderReply>
            {
                MaxRetryAttempts = 3,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = patience.Pause,
                // Who is told to wait longer than the call may last need not wait.
                ShouldHandle = new PredicateBuilder<ProviderReply>().Handle<HttpRequestException>().Handle<TimeoutRejectedException>()
                    .HandleResult(reply => isWorthAnotherTry(reply) && !(reply.RetryAfter > patience.Total)),
                DelayGenerator = again => ValueTask.FromResult(again.Outcome.Result?.RetryAfter),
            })
            .AddTimeout(patience.Attempt)
            .Build();
    }

    /// <summary>What every call says.</summary>
    public HttpRequestHeaders Headers => _http.DefaultRequestHeaders;

    /// <summary>A call with all its tries; when none was answered, the reply says why.</summary>
    public async Task<ProviderReply> Call(Func<CancellationToken, Task<ProviderReply>> attempt, CancellationToken ct)
    {
        try
        {
            return await _tries.ExecuteAsync(async token => await attempt(token), ct);
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutRejectedException)
        {
            return ProviderReply.None(e is TimeoutRejectedException ? "too late" : e.Message);
        }
    }

    /// <summary>One try.</summary>
    public async Task<ProviderReply> Send(HttpRequestMessage request, CancellationToken ct)
    {
        using (request)
        {
            using var response = await _http.SendAsync(request, ct);
            return new ProviderReply((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(ct), response.Headers);
        }
    }

    public void Dispose() => _http.Dispose();
}

/// <summary>How long a provider is waited for.</summary>
/// <param name="Attempt">For one try of a call.</param>
/// <param name="Total">For a call with all its tries.</param>
/// <param name="Pause">Before it is tried again; doubled each time.</param>
internal sealed record ProviderPatience(TimeSpan Attempt, TimeSpan Total, TimeSpan Pause);

/// <summary>One answer to one try.</summary>
internal sealed class ProviderReply(int status, byte[] body, HttpResponseHeaders? headers)
{
    public int Status => status;

    public byte[] Body => body;

    public bool IsOk => status is >= 200 and < 300;

    /// <summary>
    /// It does not say whether the call did anything, or it never will while our keys are wrong: neither is an answer to what was asked.
    /// </summary>
    public bool IsUnknown => IsTransient || status is 401 or 403 || status < 400 && !IsOk;

    /// <summary>Another time the answer may be another.</summary>
    public bool IsTransient => status is 408 or 409 or 429 or >= 500;

    public TimeSpan? RetryAfter => headers?.RetryAfter?.Delta;

    /// <summary>Why there is no answer.</summary>
    public string? Problem { get; private init; }

    public string? Header(string name) => headers is not null && headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    public static ProviderReply None(string problem) => new(0, [], null) { Problem = problem };
}
