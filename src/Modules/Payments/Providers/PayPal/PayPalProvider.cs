using System.Globalization;
using HeadlessPro.Contracts;

namespace HeadlessPro.Payments.Providers.PayPal;

/// <summary>
/// PayPal's wallet: an order of intent AUTHORIZE that the shopper approves at PayPal; the shop then asks for the promise (an authorization,
/// honoured for three days, open for 29), and captures, refunds and voids it. Each call carries a <c>PayPal-Request-Id</c> made of its key.
/// The order's id is the reference of the session, the authorization's that of the payment; the session stands in <c>custom_id</c>, the key of
/// a capture or refund in <c>invoice_id</c>.
/// </summary>
internal sealed class PayPalProvider(PayPalOptions options, PayPalClient client) : IPaymentProvider
{
    public string Id => "pp_paypal_paypal";

    /// <summary>
    /// An order nobody has approved takes the new amount. One approved for another amount is replaced, so that nobody pays more than they saw
    /// at PayPal; so is one that PayPal has forgotten or declined for good.
    /// </summary>
    public async Task<Result<ProviderSnapshot>> Open(ProviderSession session, CancellationToken ct)
    {
        if (!PayPalMoney.Of(session.Amount, session.CurrencyCode).Try(out var amount, out var unpayable)) return unpayable;
        if (!PayPalPages.Read(session, options).Try(out var pages, out var wrong)) return wrong;
        var shown = PayPalSnapshot.Read(session.Data);
        session = session with { Data = PayPalSnapshot.Write(shown with { ReturnUrl = pages.ReturnUrl, CancelUrl = pages.CancelUrl }) };

        if (session.Reference is { } reference)
        {
            if (!(await Prepared(reference, session.CurrencyCode, amount, ct)).Try(out var order, out var error) && error.Type != ErrorType.NotFound) return error;
            var stands = order is { Authorization.Status: not "DENIED" } || order?.Unit?.Amount == amount && (order.IsUnapproved() || order.IsApproved());
            if (stands) return PayPalSnapshot.Of(order!, session);
        }

        var request = new PayPalCreateOrder(
            "AUTHORIZE", [new PayPalCreateUnit("default", session.Id.ToString(), amount)],
            new PayPalSource(new PayPalWallet(new PayPalExperience(pages.ReturnUrl, pages.CancelUrl, "PAY_NOW", "NO_SHIPPING"))));
        var key = string.Create(CultureInfo.InvariantCulture, $"{session.Id:N}-{session.Amount}-{session.CurrencyCode}-{session.Reference}");
        return (await client.CreateOrder(request, key, ct)).Try(out var created, out var refusal) ? PayPalSnapshot.Of(created, session) : refusal;
    }

    public async Task<Result<ProviderSnapshot>> Authorize(ProviderSession session, CancellationToken ct)
    {
        if (!(await Order(session, ct)).Try(out var order, out var error)) return Missing(session, error);
        string? reason = null;
        if (order.IsApproved() && order.Unit!.Amount is { } approved && (approved.Minor, approved.Currency) != (session.Amount, session.CurrencyCode))
            reason = PayPalErrors.OtherAmount;
        else if (order.IsApproved())
        {
            // Approved again after a refusal, or another order of the session, it is another call; PayPal itself authorizes an order once.
            var key = string.Create(CultureInfo.InvariantCulture, $"{session.Id:N}-{order.Id}-{order.UpdateTime?.ToUnixTimeSeconds()}");
            var answer = await client.Authorize(order.Id, key, ct);
            if (answer.Error is { Type: ErrorType.Unavailable } unavailable) return unavailable;
            // Declined, or somebody else was quicker.
            if (answer.Error is { } refusal)
            {
                reason = PayPalErrors.Reason(refusal);
                if (!(await Order(session, ct)).Try(out order, out error)) return Missing(session, error);
            }
            else order = answer.Value!;
        }

        var snapshot = PayPalSnapshot.Of(order, session, reason: reason);
        return snapshot is { State: ProviderState.Pending, Reason: null } ? snapshot with { State = ProviderState.RequiresMore } : snapshot;
    }

    public async Task<Result<ProviderSnapshot>> Find(ProviderSession session, CancellationToken ct)
    {
        if (!(await Order(session, ct)).Try(out var order, out var error)) return Missing(session, error);
        return (await Disputes(order, session, ct)).Try(out var disputes, out error) ? PayPalSnapshot.Of(order, session, disputes) : error;
    }

    public async Task<Result<ProviderSnapshot>> Close(ProviderSession session, CancellationToken ct)
    {
        if (!(await Order(session, ct)).Try(out var order, out var error)) return Missing(session, error);
        if (order.Authorization is { IsOver: false, Status: not "DENIED" } promise)
        {
            var answer = await client.Void(promise.Id, session.Id.ToString("N"), ct);
            if (answer.Error is { Type: ErrorType.Unavailable } unavailable) return unavailable;
            if (!(await Order(session, ct)).Try(out order, out error)) return error;
            if (answer.Error is { } refusal && order.Authorization?.IsOver == false) return refusal;
        }

        return order.Authorization is null or { Status: "DENIED" } ? PayPalSnapshot.Closed(order, session) : PayPalSnapshot.Of(order, session);
    }

    public async Task<Result<ProviderSnapshot>> Capture(ProviderPayment payment, long amount, Guid key, CancellationToken ct)
    {
        if (!PayPalMoney.Of(amount, payment.Session.CurrencyCode).Try(out var money, out var unpayable)) return unpayable;
        if (!(await Order(payment, ct)).Try(out var order, out var error)) return error;
        // What PayPal looks at first can take longer than it remembers the request: seen here, it is never made again.
        if (Asked(order) is { } before) return Became(before);
        if (order.Captures.Any(c => c.IsPending)) return PayPalErrors.EarlierInReview;
        var answer = await client.Capture(payment.Reference, new PayPalMove(money, key.ToString(), null, FinalCapture: payment.IsFinalCapture), key.ToString("N"), ct);
        if (answer.Error is { Type: ErrorType.Unavailable } unavailable) return unavailable;
        if (!(await Order(payment, ct)).Try(out order, out error)) return error;
        return Asked(order) is { } made ? Became(made) : answer.Error ?? PayPalErrors.Unavailable;

        PayPalCapture? Asked(PayPalOrder held) => held.Captures.FirstOrDefault(c => PayPalSnapshot.Key(c.InvoiceId) == key);

        Result<ProviderSnapshot> Became(PayPalCapture capture) =>
            capture.IsSettled ? PayPalSnapshot.Of(order, payment.Session) : capture.IsPending ? PaymentErrors.InReview : PayPalErrors.CaptureDenied;
    }

    /// <summary>
    /// The oldest capture first; what it has not left comes from the next. The reason stays in the shop: at PayPal the payer would read it.
    /// </summary>
    public async Task<Result<ProviderSnapshot>> Refund(ProviderPayment payment, long amount, Guid key, string? reason, CancellationToken ct)
    {
        if (!(await Order(payment, ct)).Try(out var order, out var error)) return error;
        // What a call that was cut off has given back already.
        var left = amount - Given(order, key).Sum(r => r.Amount!.Minor);
        var taken = order.Captures.Where(c => c.IsSettled)
            .Select(c => (c.Id, Left: c.Amount!.Minor - order.Refunds.Where(r => r.IsOf(c) && !r.HasFailed).Sum(r => r.Amount!.Minor))).ToList();
        if (left == amount && taken.Sum(c => c.Left) < amount) return PayPalErrors.Refusal("REFUND_AMOUNT_EXCEEDED");

        Error? refusal = null;
        foreach (var capture in taken)
        {
            var part = Math.Min(left, capture.Left);
            if (part <= 0) continue;
            if (!PayPalMoney.Of(part, payment.Session.CurrencyCode).Try(out var money, out var unpayable)) return unpayable;
            var answer = await client.Refund(capture.Id, new PayPalMove(money, key.ToString(), payment.Session.Id.ToString(), null), $"{key:N}-{capture.Id}", ct);
            if (answer.Error is { Type: ErrorType.Unavailable } unavailable) return unavailable;
            if (answer.Value?.Amount is { } given) left -= given.Minor;
            refusal ??= answer.Error;
        }

        if (!(await Order(payment, ct)).Try(out order, out error)) return error;
        if (Given(order, key).Any()) return PayPalSnapshot.Of(order, payment.Session);
        return refusal ?? PayPalErrors.Unavailable;
    }

    public async Task<Result<ProviderSnapshot>> Void(ProviderPayment payment, Guid key, CancellationToken ct)
    {
        var answer = await client.Void(payment.Reference, key.ToString("N"), ct);
        if (answer.Error is { Type: ErrorType.Unavailable } unavailable) return unavailable;
        if (!(await Order(payment, ct)).Try(out var order, out var error)) return error;
        if (order.Authorization is not { IsOver: true }) return answer.Error ?? PayPalErrors.Unavailable;
        // What it looks at is taken or let go when it has decided; until then there is nothing to void.
        if (answer.Error is not null && order.Captures.Any(c => c.IsPending)) return PaymentErrors.InReview;

        var snapshot = PayPalSnapshot.Of(order, payment.Session);
        if (answer.Error is not null) return snapshot;
        return snapshot with { Movements = [.. snapshot.Movements.Select(m => m.Kind == MovementKind.Void ? m with { Key = key } : m)] };
    }

    /// <summary>The order as it can be paid: one that nobody has approved is brought to the amount.</summary>
    private async Task<Result<PayPalOrder>> Prepared(string reference, string currency, PayPalMoney amount, CancellationToken ct)
    {
        var found = await client.Order(reference, ct);
        if (found.Value is not { } order || !order.IsUnapproved() || order.Unit?.Amount is not { } asked || asked == amount || asked.Currency != currency) return found;
        var changed = await client.ChangeAmount(reference, amount, ct);
        if (changed.Error is { Type: ErrorType.Unavailable } unavailable) return unavailable;
        // Approved in this very moment, nobody knows which amount the shopper saw: no longer the one to pay.
        var after = await client.Order(reference, ct);
        return after.Value?.IsApproved() == true ? found : after;
    }

    private Task<Result<PayPalOrder>> Order(ProviderSession session, CancellationToken ct) =>
        session.Reference is { } reference ? client.Order(reference, ct) : Task.FromResult<Result<PayPalOrder>>(PayPalErrors.Missing);

    /// <summary>The order a promise belongs to: the session's, or one that was replaced while its promise was under way.</summary>
    private async Task<Result<PayPalOrder>> Order(ProviderPayment payment, CancellationToken ct)
    {
        var found = await Order(payment.Session, ct);
        if (found.Value?.Authorization?.Id == payment.Reference || found.Error is { Type: not ErrorType.NotFound }) return found;
        if (!(await client.Authorization(payment.Reference, ct)).Try(out var promise, out var error)) return error;
        return promise.SupplementaryData?.RelatedIds?.OrderId is { } order ? await client.Order(order, ct) : PayPalErrors.Missing;
    }

    /// <summary>
    /// An order does not show what is disputed of it. It would be a call more in every look, and one that only accounts may make which have
    /// disputes switched on: so they are asked for where the books, an event or a capture's own status says that there is one.
    /// </summary>
    private async Task<Result<List<PayPalDispute>>> Disputes(PayPalOrder order, ProviderSession session, CancellationToken ct)
    {
        List<PayPalDispute> disputes = [];
        foreach (var capture in order.Captures.Where(c => c.IsSettled && (session.IsDisputed || c.IsDisputed)))
        {
            if (!(await client.Disputes(capture.Id, ct)).Try(out var listed, out var error)) return error;
            foreach (var dispute in listed.Items ?? [])
            {
                if (!dispute.IsOver) disputes.Add(dispute);
                else if ((await client.Dispute(dispute.DisputeId, ct)).Try(out var decided, out error)) disputes.Add(decided);
                else return error;
            }
        }

        return disputes;
    }

    private static Result<ProviderSnapshot> Missing(ProviderSession session, Error error) =>
        error.Type == ErrorType.NotFound && session.Reference is not null ? PayPalSnapshot.Lapsed(session) : error;

    private static IEnumerable<PayPalRefund> Given(PayPalOrder order, Guid key) => order.Refunds.Where(r => PayPalSnapshot.Key(r.InvoiceId) == key);
}
