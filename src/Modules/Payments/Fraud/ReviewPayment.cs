using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Payments.Fraud;

/// <summary>The body of releasing or denying a payment: nothing, or <c>{}</c>.</summary>
internal sealed record ReviewPaymentRequest;

/// <summary>
/// Staff decide about a held payment, once: released, it is captured as any other; denied, its money goes back and its order is canceled.
/// The same decision again is answered as it stands, the other one is refused.
/// </summary>
internal sealed class ReviewPayment(Db db, MoveMoney money)
{
    private const string Released = "released";
    public const string Denied = "denied";

    public static Task<IResult> Release(
        string id, Body<ReviewPaymentRequest> _, ApiQuery query, HttpContext http, ReviewPayment review, CancellationToken ct) =>
        review.Run(id, Released, query, http, ct);

    public static Task<IResult> Deny(
        string id, Body<ReviewPaymentRequest> _, ApiQuery query, HttpContext http, ReviewPayment review, CancellationToken ct) =>
        review.Run(id, Denied, query, http, ct);

    private async Task<IResult> Run(string id, string decision, ApiQuery query, HttpContext http, CancellationToken ct)
    {
        var fields = ReadPayments.Fields(query);
        query.RejectUnknown();
        if (!WireId.TryDecode(PaymentWire.Payment, id, out var payment)) return Reply.Error(PaymentErrors.NotFound(id));
        if (await Decide(payment, decision, http.Features.Get<Caller>()!.WireName, ct) is { } refusal) return Reply.Error(refusal);
        // Decided is decided, whether or not the caller's connection lasts. What cannot go back now does so with the canceled order.
        if (decision == Denied && (await GiveBack(payment)).Error is { Type: ErrorType.Unavailable } error) return Reply.Error(error);
        return ReadPayments.Answer((await ReadPayments.Find(db, payment, CancellationToken.None))!, fields);
    }

    /// <summary>All of it, whether it was promised or, at the provider, taken.</summary>
    private async Task<Result<Done>> GiveBack(Guid payment)
    {
        var voided = await money.Run(new Movement(payment, MovementKind.Void), CancellationToken.None);
        if (voided.Error is not (null or { Code: "payment_captured" })) return voided;
        var refunded = await money.Run(new Movement(payment, MovementKind.Refund, Reason: "fraudulent"), CancellationToken.None);
        return voided.Error is null && refunded.Error?.Type != ErrorType.Unavailable ? voided : refunded;
    }

    private async Task<Error?> Decide(Guid payment, string decision, string by, CancellationToken ct)
    {
        var id = WireId.Encode(PaymentWire.Payment, payment);
        await using var tx = await db.Begin(ct);
        await using (var batch = tx.Batch())
        {
            batch.BatchCommands.Add(Books.Lock(payment));
            // Only a payment of an order: another one may still become an order whose payment was denied.
            batch.BatchCommands.Add(new("""
                with decided as (
                    update payments.payments p set review = $2, reviewed_by = $3, reviewed_at = now(), updated_at = now(), attention = null
                    where id = $1 and review = 'pending' and order_id is not null and ($2 = 'denied' or canceled_at is null)
                    returning id)
                select p.review, c.cart_id, p.order_id, d.id is not null, p.canceled_at is not null
                from payments.payments p join payments.collections c on c.id = p.collection_id left join decided d on d.id = p.id
                where p.id = $1
                """) { Parameters = { new() { Value = payment }, new() { Value = decision }, new() { Value = by } } });
            await using var reader = await batch.ExecuteReaderAsync(ct);
            await reader.NextResultAsync(ct);
            if (!await reader.ReadAsync(ct)) return PaymentErrors.NotFound(id);
            var before = reader.IsDBNull(0) ? null : reader.GetString(0);
            var (cart, order) = (reader.GetGuid(1), reader.IsDBNull(2) ? (Guid?)null : reader.GetGuid(2));
            if (!reader.GetBoolean(3)) return before == decision ? null : Refusal(id, before, order, isCanceled: reader.GetBoolean(4));
            if (decision == Denied) tx.Publish(new PaymentDenied(payment, cart, order!.Value));
        }

        await tx.Commit(ct);
        return null;
    }

    private static Error Refusal(string id, string? before, Guid? order, bool isCanceled) => before switch
    {
        null => Error.NotAllowed($"Payment {id} is not held for review", "payment_not_held"),
        Released => Error.NotAllowed($"Payment {id} was released: cancel the order, or refund what was captured", "payment_released"),
        Denied => Error.NotAllowed($"Payment {id} was denied", "payment_denied"),
        _ when isCanceled => Error.NotAllowed($"Payment {id} is canceled: deny it to cancel its order", "payment_canceled"),
        _ => order is null
            ? Error.Conflict($"Payment {id} has no order yet: try again", "payment_without_order")
            : Error.Conflict($"Payment {id} is being changed: try again", "payment_busy"),
    };
}
