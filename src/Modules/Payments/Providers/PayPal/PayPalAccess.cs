using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace HeadlessPro.Payments.Providers.PayPal;

/// <summary>The access token, kept until shortly before its end. Whoever needs another while it is fetched waits for the same one.</summary>
internal sealed class PayPalAccess(PayPalOptions options, ProviderHttp http, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile Kept? _kept;

    /// <summary>A token other than <paramref name="refused"/>, or PayPal's answer when it gave none.</summary>
    public async Task<(string? Token, ProviderReply? Failed)> Token(string? refused, CancellationToken ct)
    {
        if (Good(refused) is { } ready) return (ready, null);
        await _one.WaitAsync(ct);
        try
        {
            if (Good(refused) is { } fetched) return (fetched, null);
            var reply = await http.Send(Request(), ct);
            if (!reply.IsOk) return (null, reply);
            if (Read(reply.Body) is not { AccessToken: not null } answer) return (null, ProviderReply.None("no access token"));
            // A minute's reserve, or a tenth of a short life.
            var life = TimeSpan.FromSeconds(answer.ExpiresIn);
            _kept = new Kept(answer.AccessToken, time.GetUtcNow() + life - (life > TimeSpan.FromMinutes(10) ? TimeSpan.FromMinutes(1) : life / 10));
            return (answer.AccessToken, null);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private string? Good(string? refused) => _kept is { } kept && kept.Token != refused && kept.Until > time.GetUtcNow() ? kept.Token : null;

    private static PayPalAccessToken? Read(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, PayPalJson.Default.PayPalAccessToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private HttpRequestMessage Request() => new(HttpMethod.Post, "v1/oauth2/token")
    {
        Headers = { Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.ClientId}:{options.ClientSecret}"))) },
        Content = new FormUrlEncodedContent([new("grant_type", "client_credentials")]),
    };

    private sealed record Kept(string Token, DateTimeOffset Until);
}
