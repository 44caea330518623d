using System.Text.Json;

namespace HeadlessPro.Payments.Providers.PayPal;

/// <summary>
/// What an order at PayPal means to the shop. A promise is the order's authorization; what its captures and refunds moved are movements.
/// </summary>
/// <remarks>
/// An order nobody has approved is <see cref="ProviderState.Pending"/>: clients look for a pending session to show its button. Only a
/// checkout that asks for the promise is told <see cref="ProviderState.RequiresMore"/>.
/// </remarks>
internal static class PayPalSnapshot
{
    /// <summary>The snapshot of an order.</summary>
    /// <param name="order">As PayPal shows it now.</param>
    /// <param name="session">Where the shopper is sent back to, and what is owed.</param>
    /// <param name="disputes">Those of its captures, where they were asked for.</param>
    /// <param name="reason">Why a try just failed; without it what the order itself tells of that.</param>
    public static ProviderSnapshot Of(PayPalOrder order, ProviderSession session, IReadOnlyList<PayPalDispute>? disputes = null, string? reason = null)
    {
        var promise = order.Authorization is { IsOpen: true } or { IsOver: true } ? order.Authorization : null;
        var money = promise?.Amount ?? order.Unit?.Amount;
        var movements = promise is null ? [] : Movements(order, promise, disputes ?? []);
        var state = order switch
        {
            _ when promise is not null && movements.Where(m => m.Kind == MovementKind.Void).Sum(m => m.Amount) == promise.Amount!.Minor => ProviderState.Canceled,
            _ when promise is not null => ProviderState.Authorized,
            { Authorization: null, Status: "VOIDED" } => ProviderState.Canceled,
            // PayPal looks at it first; the shopper has done what there was to do.
            { Authorization: not null and not { Status: "DENIED" } } => ProviderState.RequiresMore,
            _ => ProviderState.Pending,
        };
        reason = state != ProviderState.Pending ? null : reason ?? (IsDeclined(order) ? PayPalErrors.Declined : null);
        return new ProviderSnapshot(
            state, order.Id, money?.Minor ?? session.Amount, money?.Currency ?? session.CurrencyCode, Data(order, session, state != ProviderState.Canceled, reason))
        {
            PaymentReference = promise?.Id,
            Movements = movements,
            Reason = reason,
            LapsesAt = promise?.ExpirationTime,
            Means = order.Payer is { PayerId: not null } payer
                ? new ProviderMeans("paypal", null, null, payer.Address?.CountryCode?.ToLowerInvariant(), payer.PayerId, null)
                : null,
        };
    }

    /// <summary>The snapshot of an order that PayPal has forgotten, as it does with those nobody approves for some hours.</summary>
    public static ProviderSnapshot Lapsed(ProviderSession session) => new(
        ProviderState.Canceled, session.Reference!, session.Amount, session.CurrencyCode, Write(Read(session.Data) with { Id = session.Reference!, Status = "EXPIRED", ApproveUrl = null, LastPaymentError = null }));

    /// <summary>The same order, which the shop will not let anybody pay any more: PayPal itself has no way to cancel one.</summary>
    public static ProviderSnapshot Closed(PayPalOrder order, ProviderSession session) =>
        Of(order, session) with { State = ProviderState.Canceled, Reason = null, Data = Data(order, session, isPayable: false, reason: null) };

    /// <summary>What clients were shown last; nothing in it before the first time.</summary>
    public static PayPalData Read(string data) => JsonSerializer.Deserialize(data, PayPalJson.Default.PayPalData)!;

    /// <summary>What clients are shown.</summary>
    public static string Write(PayPalData data) => JsonSerializer.Serialize(data, PayPalJson.Default.PayPalData);

    /// <summary>Whether the payer can still approve it.</summary>
    public static bool IsUnapproved(this PayPalOrder order) => order.Status is "CREATED" or "SAVED" or "PAYER_ACTION_REQUIRED";

    /// <summary>Whether the payer has approved it and the shop may ask for the promise.</summary>
    public static bool IsApproved(this PayPalOrder order) => order.Status == "APPROVED";

    /// <summary>The key under which the shop asked for a movement; null when it came about otherwise.</summary>
    public static Guid? Key(string? invoiceId) => Guid.TryParse(invoiceId, out var key) ? key : null;

    /// <summary>The payer approved it, in vain: an order that waits for its first approval has no payer, one that was declined keeps the payer.</summary>
    private static bool IsDeclined(PayPalOrder order) => order switch
    {
        { Authorization: { } promise } => promise.Status == "DENIED",
        _ => order is { Status: "PAYER_ACTION_REQUIRED", Payer.PayerId: not null },
    };

    private static List<ProviderMovement> Movements(PayPalOrder order, PayPalAuthorization promise, IReadOnlyList<PayPalDispute> disputes)
    {
        List<(DateTimeOffset? At, ProviderMovement Movement)> moved = [];
        foreach (var capture in order.Captures.Where(c => c.IsSettled))
            moved.Add((capture.CreateTime, new ProviderMovement(MovementKind.Capture, capture.Id, capture.Amount!.Minor, Key(capture.InvoiceId))));
        foreach (var refund in order.Refunds)
        {
            // A refund made by hand at PayPal may carry the invoice of its capture.
            var key = order.Captures.Any(c => c.InvoiceId == refund.InvoiceId) ? null : Key(refund.InvoiceId);
            moved.Add((refund.CreateTime, new ProviderMovement(MovementKind.Refund, refund.Id, refund.Amount!.Minor, key)));
            if (refund.HasFailed)
                moved.Add((refund.CreateTime, new ProviderMovement(MovementKind.RefundReversal, refund.Id + ":failed", refund.Amount.Minor, null)));
        }

        // PayPal takes the amount from the shop's balance when the dispute is opened.
        foreach (var dispute in disputes)
        {
            moved.Add((dispute.CreateTime, new ProviderMovement(MovementKind.Dispute, dispute.DisputeId, dispute.DisputeAmount!.Minor, null)));
            if (dispute.IsWon)
                moved.Add((dispute.CreateTime, new ProviderMovement(MovementKind.DisputeReversal, dispute.DisputeId, dispute.DisputeAmount.Minor, null)));
        }

        return [.. moved.OrderBy(m => m.At ?? DateTimeOffset.MaxValue).Select(m => m.Movement), .. Released(order, promise)];
    }

    /// <summary>
    /// What a promise that is over has left: what no capture asked for, and, when PayPal has looked at it and said no, what a capture asked
    /// for in vain. A capture that is still looked at has its money neither taken nor let go.
    /// </summary>
    private static IEnumerable<ProviderMovement> Released(PayPalOrder order, PayPalAuthorization promise)
    {
        if (!promise.IsOver) yield break;
        var left = promise.Amount!.Minor - order.Captures.Where(c => c.IsSettled || c.IsPending).Sum(c => c.Amount!.Minor);
        foreach (var denied in order.Captures.Where(c => !c.IsSettled && !c.IsPending))
        {
            var amount = Math.Min(left, denied.Amount!.Minor);
            left -= amount;
            if (amount > 0) yield return new ProviderMovement(MovementKind.Void, denied.Id + ":denied", amount, null);
        }

        if (left > 0) yield return new ProviderMovement(MovementKind.Void, promise.Id + ":released", left, null);
    }

    private static string Data(PayPalOrder order, ProviderSession session, bool isPayable, string? reason)
    {
        var before = Read(session.Data);
        var money = order.Unit?.Amount;
        var approve = isPayable && order.IsUnapproved() ? order.Links?.FirstOrDefault(l => l.Rel is "payer-action" or "approve")?.Href : null;
        return Write(new PayPalData(
            order.Id, order.Status, approve, money?.Value ?? "", money?.CurrencyCode ?? "", before.ReturnUrl, before.CancelUrl,
            reason is null ? null : new PayPalRefusal(reason + ".")));
    }
}
