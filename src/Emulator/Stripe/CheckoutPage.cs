namespace HeadlessPro.Emulator.Stripe;

/// <summary>The hosted page <c>/c/pay/{id}</c>: a person types a card, pays, and is led back to the shop.</summary>
internal sealed class CheckoutPage(StripeBook book)
{
    public Task ShowAsync(HttpContext context)
    {
        lock (book.Lock)
        {
            return Find(context) is { } session ? Page.WriteAsync(context, Whole(session, session.Intent?.LastError?.Message, session.PayerEmail)) : Page.NotFoundAsync(context);
        }
    }

    public async Task PayAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        string? next, complaint = null;
        CheckoutSession? session;
        lock (book.Lock)
        {
            session = Find(context);
            next = session is null ? null : Pay(session, form, out complaint);
        }

        if (session is null) await Page.NotFoundAsync(context);
        else if (next is not null) context.Response.Redirect(next);
        else await Page.WriteAsync(context, Whole(session, complaint, form["email"].ToString()), session.Status == "open" ? 402 : 409);
    }

    /// <summary>Where the shopper goes when the session is paid.</summary>
    public static string Success(CheckoutSession session) => session.SuccessUrl.Replace("{CHECKOUT_SESSION_ID}", session.Id, StringComparison.Ordinal);

    /// <summary>Where the shopper goes next; null: stays, and reads why.</summary>
    private string? Pay(CheckoutSession session, IFormCollection form, out string? complaint)
    {
        complaint = null;
        if (session.Status == "complete") return Success(session);
        if (session.Status != "open") return null;
        try
        {
            var email = form["email"].ToString().Trim();
            if (!email.Contains('@', StringComparison.Ordinal)) throw StripeFailure.Invalid("email_invalid", "Your e-mail address is incomplete.", "email");
            var number = form["number"].ToString().Replace(" ", "", StringComparison.Ordinal);
            if (!TestCards.IsCardNumber(number)) throw StripeFailure.Card("incorrect_number", null, "Your card number is invalid.");
            var expiry = form["expiry"].ToString().Split('/', StringSplitOptions.TrimEntries);
            if (expiry.Length != 2 || !int.TryParse(expiry[0], out var month) || !int.TryParse(expiry[1], out var year))
                throw StripeFailure.Card("invalid_expiry_month", null, "Your card's expiration date is incomplete: write it MM / YY.");
            var method = PaymentMethods.Add(book, TestCards.Numbered(number), month, year, form["cvc"].ToString().Trim());
            (session.PayerEmail, session.PayerName) = (email, form["name"].ToString().Trim());
            (method.Email, method.Name) = (session.PayerEmail, session.PayerName);
            var intent = CheckoutSessions.IntentOf(book, session);
            intent.Method = method;
            intent.ReceiptEmail = session.PayerEmail;
            if (method.Card.Authenticates)
            {
                Confirmation.AskShopper(book, Origin.None, intent, inPage: true);
                return ThreeDSecurePage.Address(book, intent);
            }

            Confirmation.Pay(book, Origin.None, intent, authenticated: false);
            CheckoutSessions.Complete(book, session);
            return Success(session);
        }
        catch (StripeFailure failure)
        {
            complaint = failure.Message;
            return null;
        }
    }

    private CheckoutSession? Find(HttpContext context) => book.Sessions.TryGet(context.Request.RouteValues["id"] as string, out var session) ? session : null;

    private static string Whole(CheckoutSession session, string? complaint, string? email)
    {
        var total = Page.Amount(session.Total, session.Currency);
        var back = session.CancelUrl is null ? "" : $"""<a class="back" href="{Page.Text(session.CancelUrl)}">&larr; Back</a>""";
        if (session.Status != "open")
        {
            var said = session.Status == "complete" ? "You have already paid." : "This checkout page has expired.";
            var link = session.Status == "complete" ? $"""<p><a href="{Page.Text(Success(session))}">Go on to the shop</a></p>""" : back;
            return Page.Whole(said, $"<h1>{said}</h1>{link}");
        }

        var lines = string.Concat(session.Lines.Select(l => $"<tr><td>{Page.Text(l.Name)}{(l.Quantity > 1 ? $" × {l.Quantity}" : "")}</td><td class=\"money\">{Page.Amount(l.Total, session.Currency)}</td></tr>"));
        var alert = complaint is null ? "" : $"""<p class="alert" role="alert">{Page.Text(complaint)}</p>""";
        return Page.Whole($"Pay {total}", $"""
            {back}
            <h1>Pay {total}</h1>
            <table><tbody>{lines}</tbody></table>
            {alert}
            <form method="post">
              <label for="email">E-mail</label>
              <input id="email" name="email" type="email" autocomplete="email" required value="{Page.Text(email ?? session.CustomerEmail ?? "")}">
              <label for="number">Card number</label>
              <input id="number" name="number" inputmode="numeric" autocomplete="cc-number" placeholder="1234 1234 1234 1234" required aria-describedby="cards">
              <div class="two">
                <div><label for="expiry">Expiry</label><input id="expiry" name="expiry" inputmode="numeric" autocomplete="cc-exp" placeholder="MM / YY" required></div>
                <div><label for="cvc">CVC</label><input id="cvc" name="cvc" inputmode="numeric" autocomplete="cc-csc" placeholder="123" required></div>
              </div>
              <label for="name">Name on the card</label>
              <input id="name" name="name" autocomplete="cc-name">
              <button type="submit">Pay {total}</button>
            </form>
            <p class="hint" id="cards">No real card here: 4242 4242 4242 4242 pays, 4000 0027 6000 3184 asks the bank first, 4000 0000 0000 9995 is declined. Any date to come, any CVC.</p>
            """);
    }
}
