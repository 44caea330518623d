using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Payments;

namespace HeadlessPro.Payments.Fraud;

/// <summary>
/// The promise that a checkout asks for is assessed once, before its order is placed; asked again, its verdict stands. A further promise, for
/// what an order that grew still owes, comes by webhook and is not. Money that staff take by hand needs no rules: they look at each anyway.
/// <code>
/// allow    the checkout goes on
/// review   the checkout goes on; the payment is held until staff release or deny it
/// deny     the promise is let go, and the shopper hears no more than that the payment was refused
/// </code>
/// </summary>
internal sealed class AssessPayment(Authorize authorize, PaymentProviders providers, Assessments assessments)
{
    private static readonly Error Refused =
        new(ErrorType.PaymentAuthorization, "payment_refused", "The payment was refused. Try another way to pay");

    public async Task<Result<PaymentAuthorization>> Run(AuthorizePayment request, CancellationToken ct)
    {
        var answer = await authorize.Run(request, ct);
        if (!answer.Try(out var authorization, out var error))
        {
            if (error.Code == Refused.Code) await assessments.NoteRefused(request, ct);
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
}
