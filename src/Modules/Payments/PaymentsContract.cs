using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Payments.Fraud;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Payments;

/// <summary>Keeps <see cref="IPayments"/>: each method is a slice of its own.</summary>
internal sealed class PaymentsContract(Db db, OpenCollection openCollection, OpenSession openSession, Authorize authorize, AssessPayment assess) : IPayments
{
    public async Task<Result<IReadOnlyList<PaymentCollection>>> GetCollections(GetPaymentCollections request, CancellationToken ct) =>
        new(await CollectionsStore.Load(db, request, ct), null);

    public async Task<Result<IReadOnlyList<PaymentCollection>>> ListPaidCollections(ListPaidCollections request, CancellationToken ct) =>
        new(await CollectionsStore.LoadPaid(db, request, ct), null);

    public Task<Result<PaymentCollection>> OpenCollection(OpenPaymentCollection request, CancellationToken ct) =>
        openCollection.Run(request, ct);

    public Task<Result<PaymentCollection>> OpenSession(OpenPaymentSession request, CancellationToken ct) => openSession.Run(request, ct);

    // The promise first, then what the fraud rules say of it.
    public Task<Result<PaymentAuthorization>> Authorize(AuthorizePayment request, CancellationToken ct) => assess.Run(request, ct);

    public Task<Result<PaymentCollection>> AuthorizeFurther(AuthorizeFurtherPayment request, CancellationToken ct) => assess.Further(request, ct);

    public Task<Result<Done>> Void(VoidPayment request, CancellationToken ct) => authorize.Undo(request, ct);
}
