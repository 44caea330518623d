using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Payments.Fraud;

/// <summary>
/// A promise is assessed once, before its order is placed, or before an order that grew takes it on; asked again, its verdict stands. Money that
/// staff take by hand needs no rules: they look at each anyway.
/// <code>
/// allow    the checkout goes on
/// review   the checkout goes on; the payment is held until staff release or deny it
/// deny     the promise is let go, and the shopper hears no more than that the payment was refused; an order that stands already is what it was
/// </code>
/// </summary>
internal sealed class AssessPayment(Db db, Authorize authorize, Books books, PaymentProviders providers, Assessments assessments)
{
    private static readonly Error Refused =
        new(ErrorType.PaymentAuthorization, "payment_refused", "The payment was refused. Try another way to pay");

    public async Task<Result<PaymentAuthorization>> Run(AuthorizePayment request, CancellationToken ct)
    {
        var answer = await authorize.Run(request, ct);
        if (!answer.Try(out var authorization, out var error))
        {
            if (error.Code == Refused.Code) await assessments.NoteRefused(request.CartId, request.Shopper, ct);
            return error;
        }

        if (authorization.Collection.LivePayment() is not { } payment || providers.ByHand.Contains(payment.ProviderId)) return authorization;
        if (payment.Fraud is null)
        {
            authorization = authorization with { Collection = await assessments.Assess(authorization.Collection, payment, request.Shopper, ct) };
            if (authorization.Collection.LivePayment() is not { } assessed) return Refused;
            payment = assessed;
        }

        if (payment.Fraud?.Review != ReviewPayment.Denied) return authorization;
        return (await authorize.Undo(new VoidPayment(request.CartId), ct)).Error ?? Refused;
    }

    /// <summary>What an order that stands already still owes.</summary>
    public async Task<Result<PaymentCollection>> Further(AuthorizeFurtherPayment request, CancellationToken ct)
    {
        var found = await CollectionsStore.Load(db, new GetPaymentCollections([request.CartId]), ct);
        if (found is not [var collection]) return PaymentErrors.NoSession;
        if ((await authorize.Further(collection, ct)).Try(out var authorization, out var error)) collection = authorization.Collection;
        else if (error.Code == Refused.Code) await assessments.NoteRefused(request.CartId, request.Shopper, ct);

        foreach (var promise in collection.Payments.Where(p => p is { AwaitsOrder: true, CanceledAt: null }))
        {
            var isAssessed = promise.Fraud is not null || providers.ByHand.Contains(promise.ProviderId);
            var after = isAssessed ? collection : await assessments.Assess(collection, promise, request.Shopper, ct);
            if (after.Payments.Any(p => p.Id == promise.Id && IsDenied(p))) return (await authorize.LetGo(promise, ct)).Error ?? Refused;
            collection = await books.TakeOn(collection.Id, promise.Id, ct);
        }

        // Whoever asks later than the webhook hears the same.
        if (collection.OpenSession() is null && collection.Payments is [.., { AwaitsOrder: true } last] && IsDenied(last)
            && (last.IsBeingCanceled || (collection.AuthorizedAmount ?? 0) < collection.Amount)) return Refused;
        return error is null ? collection : error;
    }

    private static bool IsDenied(Payment payment) => payment.Fraud?.Review == ReviewPayment.Denied;
}
