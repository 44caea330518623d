using HeadlessPro.Contracts;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Payments;

/// <summary>No amount captures what the order still costs of it, and lets the rest go.</summary>
internal sealed record CapturePaymentRequest(decimal? Amount = null);

/// <summary>No amount refunds all that is captured and not refunded.</summary>
internal sealed record RefundPaymentRequest(decimal? Amount = null, string? Reason = null, string? Note = null);

internal sealed record CancelPaymentRequest;

/// <summary>Staff take promised money, give it back, or let go what is still promised. Each answers the payment after it.</summary>
internal sealed class MovePayment(Db db, MoveMoney money)
{
    public static Task<IResult> Capture(
        string id, Body<CapturePaymentRequest> body, ApiQuery query, HttpContext http, MovePayment move, CancellationToken ct) =>
        move.Run(id, body.Value.Amount, Asked(http, MovementKind.Capture), query, ct);

    public static Task<IResult> Refund(
        string id, Body<RefundPaymentRequest> body, ApiQuery query, HttpContext http, MovePayment move, CancellationToken ct)
    {
        var (amount, reason, note) = body.Value;
        Check.Text("reason", reason);
        Check.Text("note", note, max: 1000);
        return move.Run(id, amount, Asked(http, MovementKind.Refund) with { Reason = reason, Note = note }, query, ct);
    }

    public static Task<IResult> Cancel(
        string id, Body<CancelPaymentRequest> body, ApiQuery query, HttpContext http, MovePayment move, CancellationToken ct) =>
        move.Run(id, null, Asked(http, MovementKind.Void), query, ct);

    private async Task<IResult> Run(string id, decimal? amount, Movement asked, ApiQuery query, CancellationToken ct)
    {
        var fields = ReadPayments.Fields(query);
        query.RejectUnknown();
        if (!WireId.TryDecode(PaymentWire.Payment, id, out var payment) || await ReadPayments.Find(db, payment, ct) is not { } found)
            return Reply.Error(PaymentErrors.NotFound(id));
        var minor = amount is { } major ? Minor(major, found.CurrencyCode) : (long?)null;
        if ((await money.Run(asked with { PaymentId = payment, Amount = minor, IsDue = asked.Kind == MovementKind.Capture && minor is null }, ct)).Error is { } refusal) return Reply.Error(refusal);
        return ReadPayments.Answer((await ReadPayments.Find(db, payment, CancellationToken.None))!, fields);
    }

    private static Movement Asked(HttpContext http, MovementKind kind)
    {
        var key = http.Request.Headers["Idempotency-Key"].ToString();
        return new Movement(default, kind, By: http.Features.Get<Caller>()!.WireName, RequestKey: key.Length == 0 ? null : key);
    }

    private static long Minor(decimal amount, string currency)
    {
        if (amount <= 0) throw Wrong("too small, expected more than: '0'");
        Check.Range("amount", amount, 0, 1_000_000_000_000m);
        return Money.TryToMinor(amount, currency, out var minor) ? minor : throw Wrong($"has more than the {Money.Exponent(currency)} decimals of {currency}");
    }

    private static ErrorException Wrong(string what) => new(Error.Invalid($"Invalid request: Value for field 'amount' {what}"));
}
