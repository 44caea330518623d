namespace HeadlessPro.Emulator.PayPal;

/// <summary>PayPal's page <c>/checkoutnow?token=</c>: the payer approves the order or goes back.</summary>
internal sealed class ApprovalPage(PayPalBook book)
{
    public Task ShowAsync(HttpContext context)
    {
        lock (book.Lock)
        {
            return Find(context) is { } order ? Page.WriteAsync(context, Whole(order)) : Page.NotFoundAsync(context);
        }
    }

    public async Task EndAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        Order? order;
        string? next = null;
        lock (book.Lock)
        {
            order = Find(context);
            if (order is not null) next = End(order, form);
        }

        if (order is null) await Page.NotFoundAsync(context);
        else if (next is not null) context.Response.Redirect(next);
        else await Page.WriteAsync(context, Whole(order));
    }

    private string? End(Order order, IFormCollection form)
    {
        if (form["outcome"] == "cancel") return Back(order.CancelUrl, order);
        if (order.Status is Order.Created or Order.ActionRequired)
        {
            var email = form["email"].ToString().Trim();
            Orders.Approve(book, order, email.Length == 0 ? "payer@example.com" : email, form["name"].ToString() is { Length: > 0 } name ? name : "Pat Payer", form["decline"] == "on");
        }

        return Back(order.ReturnUrl, order);
    }

    private static string? Back(string? url, Order order) => url is null ? null
        : $"{url}{(url.Contains('?', StringComparison.Ordinal) ? '&' : '?')}token={order.Id}{(order.PayerId is null ? "" : $"&PayerID={order.PayerId}")}";

    private Order? Find(HttpContext context) => book.Orders.TryGet(context.Request.Query["token"], out var order) ? order : null;

    private static string Whole(Order order)
    {
        var total = Page.Amount(order.Amount * (order.Currency is "HUF" or "TWD" ? 100 : 1), order.Currency.ToLowerInvariant());
        return order.Status is not (Order.Created or Order.ActionRequired)
            ? Page.Whole("Approved", "<h1>You have approved this payment</h1><p>You can go back to the shop.</p>")
            : Page.Whole("Approve your payment", $"""
                <h1>Pay {total} with PayPal</h1>
                <p>{Page.Text(order.Unit.Text("description") ?? "Your order")}</p>
                <form method="post">
                  <label for="email">E-mail of your account</label>
                  <input id="email" name="email" type="email" value="payer@example.com" autocomplete="email">
                  <label for="name">Your name</label>
                  <input id="name" name="name" value="Pat Payer" autocomplete="name">
                  <label class="check"><input type="checkbox" name="decline"> My bank declines the payment</label>
                  <button type="submit" name="outcome" value="approve">{(order.Intent == "CAPTURE" ? "Pay now" : "Agree and continue")}</button>
                  <button type="submit" name="outcome" value="cancel" class="second">Cancel and return to the shop</button>
                </form>
                <p class="hint">No real account here: any address will do; one that begins with pending@ is reviewed first.</p>
                """);
    }
}
