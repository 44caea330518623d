using HeadlessPro.Contracts;

namespace HeadlessPro.Payments.Providers.Manual;

/// <summary>
/// Payment outside the shop (bank transfer, cash on pickup): every authorization is granted, staff capture by hand. Needs no keys and holds
/// nothing: what it is asked has happened, under the name of its key.
/// </summary>
internal sealed class ManualProvider : IPaymentProvider
{
    public string Id => "pp_system_default";

    public bool IsByHand => true;

    public Task<Result<ProviderSnapshot>> Open(ProviderSession session, CancellationToken ct) =>
        Holds(session with { Data = session.Input ?? session.Data }, ProviderState.Pending);

    public Task<Result<ProviderSnapshot>> Authorize(ProviderSession session, CancellationToken ct) => Holds(session, ProviderState.Authorized, $"manual:{session.Id:N}");

    public Task<Result<ProviderSnapshot>> Find(ProviderSession session, CancellationToken ct) => Holds(session, ProviderState.Pending);

    public Task<Result<ProviderSnapshot>> Close(ProviderSession session, CancellationToken ct) => Holds(session, ProviderState.Canceled);

    public Task<Result<ProviderSnapshot>> Capture(ProviderPayment payment, long amount, Guid key, CancellationToken ct) =>
        Moved(payment, MovementKind.Capture, amount, key);

    public Task<Result<ProviderSnapshot>> Refund(ProviderPayment payment, long amount, Guid key, string? reason, CancellationToken ct) =>
        Moved(payment, MovementKind.Refund, amount, key);

    public Task<Result<ProviderSnapshot>> Void(ProviderPayment payment, Guid key, CancellationToken ct) =>
        Moved(payment, MovementKind.Void, payment.Amount - payment.Captured, key);

    private static Task<Result<ProviderSnapshot>> Moved(ProviderPayment payment, MovementKind kind, long amount, Guid key) =>
        Holds(payment.Session, ProviderState.Authorized, payment.Reference, new ProviderMovement(kind, $"manual:{key:N}", amount, key));

    private static Task<Result<ProviderSnapshot>> Holds(ProviderSession session, ProviderState state, string? payment = null, params ProviderMovement[] movements) =>
        Task.FromResult<Result<ProviderSnapshot>>(new ProviderSnapshot(state, null, session.Amount, session.CurrencyCode, session.Data)
        {
            PaymentReference = payment,
            Movements = movements,
        });
}
