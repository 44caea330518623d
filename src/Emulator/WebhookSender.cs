using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace HeadlessPro.Emulator;

/// <summary>Writes the headers by which a shop knows that a webhook is the provider's. <c>wrong</c>: they must not hold.</summary>
internal delegate void SignWebhook(HttpRequestMessage message, WebhookEndpoint endpoint, byte[] payload, DateTimeOffset at, bool wrong);

/// <summary>
/// Sends events to the shop: those of one payment in the order they happened, each again until it is answered with 2xx or its retries are used
/// up. Faults drop, double, hold back, swap or spoil them.
/// </summary>
internal sealed class WebhookSender : IAsyncDisposable
{
    private const int LaneCount = 32;
    private const int Remembered = 20_000;
    private readonly EmulatorState state;
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(30) };
    private readonly Channel<Delivery>[] lanes = [.. Enumerable.Range(0, LaneCount).Select(_ => Channel.CreateUnbounded<Delivery>())];
    private readonly Dictionary<string, SignWebhook> signers = [];
    private readonly Dictionary<string, WebhookEndpoint> endpoints = [];
    private readonly List<Delivery> log = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly Task[] runs;
    private int underway;
    private int epoch;

    public WebhookSender(EmulatorState state)
    {
        this.state = state;
        runs = [.. lanes.Select(RunAsync)];
    }

    public void Connect(string provider, WebhookEndpoint endpoint, SignWebhook sign)
    {
        lock (endpoints) (endpoints[provider], signers[provider]) = (endpoint, sign);
    }

    public WebhookEndpoint EndpointOf(string provider)
    {
        lock (endpoints) return endpoints[provider];
    }

    public void SetEndpoint(string provider, WebhookEndpoint endpoint)
    {
        lock (endpoints) endpoints[provider] = endpoint;
    }

    public void Send(Delivery delivery)
    {
        lock (log)
        {
            if (log.Count >= Remembered) log.RemoveRange(0, Remembered / 10);
            log.Add(delivery);
        }

        delivery.Epoch = Volatile.Read(ref epoch);
        Interlocked.Increment(ref underway);
        lanes[(uint)delivery.Lane.GetHashCode(StringComparison.Ordinal) % LaneCount].Writer.TryWrite(delivery);
    }

    public Delivery? Find(string eventId)
    {
        lock (log) return log.FindLast(d => d.EventId == eventId);
    }

    public JsonArray ToJson(string? payment)
    {
        lock (log) return [.. log.Where(d => payment is null || d.Lane == payment).Select(d => (JsonNode)d.ToJson())];
    }

    /// <summary>Forgets what was sent, and does not send what waits.</summary>
    public void Clear()
    {
        Interlocked.Increment(ref epoch);
        lock (log) log.Clear();
    }

    /// <summary>Whether, within that time, nothing waited to be sent any more.</summary>
    public async Task<bool> IdleAsync(TimeSpan within)
    {
        for (var until = DateTime.UtcNow + within; DateTime.UtcNow < until; await Task.Delay(5))
            if (Volatile.Read(ref underway) == 0) return true;
        return Volatile.Read(ref underway) == 0;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        foreach (var lane in lanes) lane.Writer.TryComplete();
        await Task.WhenAll(runs);
        http.Dispose();
        stopping.Dispose();
    }

    private async Task RunAsync(Channel<Delivery> lane)
    {
        Delivery? held = null;
        try
        {
            while (await ReadAsync(lane, held))
            {
                if (lane.Reader.TryRead(out var delivery))
                {
                    if (held is null && delivery.Has(Fault.Reorder))
                    {
                        held = delivery;
                        continue;
                    }

                    await HandAsync(delivery);
                }

                if (held is not null) await HandAsync(held);
                held = null;
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>Waits for the next delivery; while one is held back, no longer than it may be.</summary>
    private async Task<bool> ReadAsync(Channel<Delivery> lane, Delivery? held)
    {
        if (held is null) return await lane.Reader.WaitToReadAsync(stopping.Token);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
        patience.CancelAfter(held.TimeOf(Fault.Reorder));
        try
        {
            return await lane.Reader.WaitToReadAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return true;
        }
    }

    private async Task HandAsync(Delivery delivery)
    {
        if (delivery.Has(Fault.DelayWebhook)) _ = DeliverAsync(delivery, delivery.TimeOf(Fault.DelayWebhook));
        else await DeliverAsync(delivery, TimeSpan.Zero);
    }

    private async Task DeliverAsync(Delivery delivery, TimeSpan delay)
    {
        try
        {
            if (delay > TimeSpan.Zero) await Task.Delay(delay, stopping.Token);
            if (delivery.Has(Fault.Drop)) delivery.Ends("dropped");
            else await TryAsync(delivery);
            if (delivery.Has(Fault.Duplicate)) await TryAsync(delivery);
            if (delivery.Has(Fault.Replay)) await TryAsync(Earliest(delivery));
        }
        catch (OperationCanceledException)
        {
            delivery.Ends("stopped");
        }
        finally
        {
            Interlocked.Decrement(ref underway);
        }
    }

    private Delivery Earliest(Delivery delivery)
    {
        lock (log) return log.First(d => d.Lane == delivery.Lane && d.Provider == delivery.Provider);
    }

    private async Task TryAsync(Delivery delivery)
    {
        for (var attempt = 0; ; attempt++)
        {
            if (Volatile.Read(ref epoch) != delivery.Epoch) return;
            var endpoint = EndpointOf(delivery.Provider);
            if (endpoint.Url is null)
            {
                delivery.Ends("nowhere to send");
                return;
            }

            if (await PostAsync(delivery, endpoint))
            {
                delivery.Ends("delivered");
                return;
            }

            if (attempt >= state.Options.WebhookRetries.Count)
            {
                delivery.Ends("failed");
                return;
            }

            await Task.Delay(state.Options.WebhookRetries[attempt], stopping.Token);
        }
    }

    private async Task<bool> PostAsync(Delivery delivery, WebhookEndpoint endpoint)
    {
        // Only the first attempt is spoiled: what a provider sends again is in order.
        var first = delivery.Attempts == 0;
        var at = DateTimeOffset.UtcNow + endpoint.Skew - delivery.Age + (first ? delivery.TimeOf(Fault.Skew) : TimeSpan.Zero);
        using var message = new HttpRequestMessage(HttpMethod.Post, endpoint.Url) { Content = new ByteArrayContent(delivery.Payload) };
        message.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json; charset=utf-8");
        signers[delivery.Provider](message, endpoint, delivery.Payload, at, first && delivery.Has(Fault.BadSignature));
        try
        {
            using var answer = await http.SendAsync(message, stopping.Token);
            delivery.Tried((int)answer.StatusCode, null);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception failed) when (failed is HttpRequestException or TaskCanceledException && !stopping.IsCancellationRequested)
        {
            delivery.Tried(0, failed.Message);
            return false;
        }
    }
}
