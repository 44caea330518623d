namespace HeadlessPro.Emulator;

/// <summary>Writes the headers by which a shop knows that a webhook is the provider's. <c>wrong</c>: they must not hold.</summary>
internal delegate void SignWebhook(HttpRequestMessage message, WebhookEndpoint endpoint, byte[] payload, DateTimeOffset at, bool wrong);

/// <summary>
/// Sends events to the shop: those of one payment in the order they happened, each again until it is answered with 2xx or its retries are used
/// up. Faults drop, double, hold back, swap or spoil them.
/// </summary>
internal sealed class WebhookSender(EmulatorState state) : IAsyncDisposable
{
    private const int AtOnce = 64;
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(30) };
    private readonly SemaphoreSlim places = new(AtOnce);
    private readonly Dictionary<string, Queue<Delivery>> lanes = [];
    private readonly Dictionary<string, SignWebhook> signers = [];
    private readonly Dictionary<string, WebhookEndpoint> endpoints = [];
    private readonly CancellationTokenSource stopping = new();
    private int underway;
    private int epoch;

    public DeliveryLog Log { get; } = new();

    public void Connect(string provider, WebhookEndpoint endpoint, SignWebhook sign)
    {
        lock (endpoints) (endpoints[provider], signers[provider]) = (endpoint.Checked(), sign);
    }

    public WebhookEndpoint EndpointOf(string provider)
    {
        lock (endpoints) return endpoints[provider];
    }

    public void SetEndpoint(string provider, WebhookEndpoint endpoint)
    {
        lock (endpoints) endpoints[provider] = endpoint.Checked();
    }

    public void Send(Delivery delivery)
    {
        Log.Add(delivery);
        delivery.Epoch = Volatile.Read(ref epoch);
        Interlocked.Increment(ref underway);
        lock (lanes)
        {
            if (lanes.TryGetValue(delivery.Lane, out var lane)) lane.Enqueue(delivery);
            else
            {
                lanes.Add(delivery.Lane, lane = new Queue<Delivery>([delivery]));
                _ = Task.Run(() => RunAsync(delivery.Lane, lane));
            }
        }
    }

    /// <summary>Forgets what was sent, and does not send what waits.</summary>
    public void Clear()
    {
        Interlocked.Increment(ref epoch);
        Log.Clear();
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
        await IdleAsync(TimeSpan.FromSeconds(5));
        http.Dispose();
        places.Dispose();
        stopping.Dispose();
    }

    /// <summary>Sends what waits for one payment, and ends when nothing does.</summary>
    private async Task RunAsync(string name, Queue<Delivery> lane)
    {
        Delivery? held = null;
        while (await NextAsync(name, lane, held) is { } delivery)
        {
            if (held is null && delivery.Has(Fault.Reorder))
            {
                held = delivery;
                continue;
            }

            await HandAsync(delivery);
            if (held is not null && held != delivery) await HandAsync(held);
            held = null;
        }
    }

    /// <summary>The next delivery; the held one itself when it has been held back long enough; null when there is none.</summary>
    private async Task<Delivery?> NextAsync(string name, Queue<Delivery> lane, Delivery? held)
    {
        for (var until = DateTime.UtcNow + (held?.TimeOf(Fault.Reorder) ?? TimeSpan.Zero); ; await Task.Delay(5))
        {
            lock (lanes)
            {
                if (lane.TryDequeue(out var next)) return next;
                if (held is null)
                {
                    lanes.Remove(name);
                    return null;
                }
            }

            if (DateTime.UtcNow >= until || stopping.IsCancellationRequested) return held;
        }
    }

    private async Task HandAsync(Delivery delivery)
    {
        // A late one lets the others go first.
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
            if (delivery.Has(Fault.Replay)) await TryAsync(Log.Earliest(delivery.Lane) ?? delivery);
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
        await places.WaitAsync(stopping.Token);
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
        finally
        {
            places.Release();
        }
    }
}
