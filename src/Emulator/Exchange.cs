namespace HeadlessPro.Emulator;

/// <summary>
/// One call of either provider's API: takes its idempotency key, lets the fault that waits for it happen, does the work, keeps the answer, sends it.
/// </summary>
internal sealed class Exchange(EmulatorState state)
{
    public async Task RunAsync(HttpContext context, string? key, string call, ApiManners manners, Func<Origin, Reply> work)
    {
        var asked = context.Request.Headers["X-Emulate"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Fault.Parse).OfType<Fault>().ToList();
        var fault = asked.Find(f => !f.OfWebhook) ?? state.Faults.TakeForCall(context.Request.Method, context.Request.Path.Value!);
        var origin = new Origin(manners.RequestId, manners.IdempotencyKey, [.. asked.Where(f => f.OfWebhook)]);

        if (key is not null)
        {
            var (finding, kept) = state.Replays.Begin(key, call);
            if (finding != Replays.Finding.New)
            {
                await SendAsync(context, finding switch
                {
                    Replays.Finding.Known => manners.Again(kept!),
                    Replays.Finding.InProgress => manners.InProgress(),
                    _ => manners.OtherCall(),
                });
                return;
            }
        }

        var finished = false;
        try
        {
            // A caller that gave up waiting does not stop the work: that is what makes delays dangerous.
            if (fault?.Kind == Fault.Delay) await Task.Delay(fault.Time, CancellationToken.None);
            if (fault?.Kind == Fault.Cut)
            {
                context.Abort();
                return;
            }

            if (fault?.Kind is Fault.Error or Fault.TooMany)
            {
                await SendAsync(context, manners.Fails(fault));
                return;
            }

            var reply = work(origin);
            if (key is not null) state.Replays.Finish(key, reply);
            finished = true;
            if (fault?.Kind == Fault.Late) await Task.Delay(fault.Time, CancellationToken.None);
            if (fault?.Kind == Fault.Lost) context.Abort();
            else await SendAsync(context, fault?.Kind == Fault.ErrorAfter ? manners.Fails(fault) : reply);
        }
        finally
        {
            if (key is not null && !finished) state.Replays.Abandon(key);
        }
    }

    private static async Task SendAsync(HttpContext context, Reply reply)
    {
        context.Response.StatusCode = reply.Status;
        foreach (var (name, value) in reply.Headers) context.Response.Headers[name] = value;
        if (reply.Status == StatusCodes.Status204NoContent) return;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = reply.Body.Length;
        await context.Response.Body.WriteAsync(reply.Body);
    }
}

/// <summary>How a provider says what the exchange itself has to say.</summary>
internal sealed record ApiManners(string RequestId, string? IdempotencyKey, Func<Reply, Reply> Again, Func<Reply> InProgress, Func<Reply> OtherCall, Func<Fault, Reply> Fails);

/// <summary>Which call made an event happen; a page or the passing of time has none.</summary>
internal sealed record Origin(string? RequestId, string? IdempotencyKey, IReadOnlyList<Fault> WebhookFaults)
{
    public static readonly Origin None = new(null, null, []);
}
