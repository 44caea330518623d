using HeadlessPro.Contracts;

namespace HeadlessPro.Payments.Providers.Manual;

/// <summary>
/// Payment outside the shop (bank transfer, cash on pickup): every authorization is granted, staff capture by hand. Needs no keys and holds
/// nothing: what it is asked has happened, under the name of its key.
/// </summary>
internal sealed class ManualProvider : IPaymentProvider
{
    public string Id => "pp_system_default";

    public Task<string> OpenSession(ProviderSession session, CancellationToken ct) => Task.FromResult(session.Data);

    public Task<ProviderAuthorization> Authorize(ProviderSession session, CancellationToken ct) =>
        Task.FromResult(new ProviderAuthorization(ProviderVerdict.Authorized, session.Data, $"manual:{session.Id:N}"));

    public Task<Result<ProviderSnapshot>> Capture(ProviderPayment payment, long amount, Guid key, CancellationToken ct) =>
        Moved(MovementKind.Capture, amount, key);

    public Task<Result<ProviderSnapshot>> Refund(ProviderPayment payment, long amount, Guid key, string? reason, CancellationToken ct) =>
        Moved(MovementKind.Refund, amount, key);

    public Task<Result<ProviderSnapshot>> Void(ProviderPayment payment, Guid key, CancellationToken ct) =>
        Moved(MovementKind.Void, payment.Amount, key);

    private static Task<Result<ProviderSnapshot>> Moved(MovementKind kind, long amount, Guid key) =>
        Task.FromResult<Result<ProviderSnapshot>>(new ProviderSnapshot([new ProviderMovement(kind, $"manual:{key:N}", amount, key)]));
}
