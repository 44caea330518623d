namespace HeadlessPro.Emulator.Stripe;

/// <summary>The bank's page <c>/3d_secure/{intent}</c>: the shopper completes the authentication or fails it, and is led back.</summary>
internal sealed class ThreeDSecurePage(StripeBook book)
{
    public static string Address(StripeBook book, PaymentIntent intent) => $"{book.State.Url}/3d_secure/{intent.Id}?client_secret={intent.ClientSecret}";

    public Task ShowAsync(HttpContext context)
    {
        lock (book.Lock)
        {
            if (Find(context) is not { } intent) return Page.NotFoundAsync(context);
            if (intent.Status != IntentStatus.RequiresAction) return Page.WriteAsync(context, Done(intent));
            var total = Page.Amount(intent.Amount, intent.Currency);
            return Page.WriteAsync(context, Page.Whole("3D Secure authentication", $"""
                <h1>Is this payment yours?</h1>
                <p>A payment of <strong>{total}</strong> asks for 3D Secure authentication. At a real shop your bank's page would stand here.</p>
                <form method="post">
                  <button type="submit" name="outcome" value="complete">Complete authentication</button>
                  <button type="submit" name="outcome" value="fail" class="second">Fail authentication</button>
                </form>
                """));
        }
    }

    public async Task EndAsync(HttpContext context)
    {
        var completed = (await context.Request.ReadFormAsync())["outcome"] == "complete";
        string? next = null;
        PaymentIntent? intent;
        lock (book.Lock)
        {
            intent = Find(context);
            if (intent is not null) next = End(intent, completed);
        }

        if (intent is null) await Page.NotFoundAsync(context);
        else if (next is not null) context.Response.Redirect(next);
        else await Page.WriteAsync(context, Done(intent));
    }

    private string? End(PaymentIntent intent, bool completed)
    {
        var paid = true;
        if (intent.Status == IntentStatus.RequiresAction)
        {
            try
            {
                Confirmation.Return(book, Origin.None, intent, completed);
                if (intent.Session is { Status: "open" } open) CheckoutSessions.Complete(book, open);
            }
            catch (StripeFailure)
            {
                paid = false;
            }
        }
        else paid = intent.Status is IntentStatus.Succeeded or IntentStatus.RequiresCapture;

        if (intent.Session is { } session) return paid ? CheckoutPage.Success(session) : $"{book.State.Url}/c/pay/{session.Id}";
        return intent.ReturnUrl is null ? null : Back(intent.ReturnUrl, intent, paid);
    }

    private static string Back(string url, PaymentIntent intent, bool paid) =>
        $"{url}{(url.Contains('?', StringComparison.Ordinal) ? '&' : '?')}payment_intent={intent.Id}&payment_intent_client_secret={intent.ClientSecret}&redirect_status={(paid ? "succeeded" : "failed")}";

    private static string Done(PaymentIntent intent)
    {
        var said = intent.Status is IntentStatus.Succeeded or IntentStatus.RequiresCapture ? "Authentication complete" : "Authentication failed";
        return Page.Whole(said, $"<h1>{said}</h1><p>You can close this window and go back to the shop.</p>");
    }

    private PaymentIntent? Find(HttpContext context) =>
        book.Intents.TryGet(context.Request.RouteValues["id"] as string, out var intent) && context.Request.Query["client_secret"] == intent.ClientSecret ? intent : null;
}
