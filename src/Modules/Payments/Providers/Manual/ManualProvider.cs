namespace HeadlessPro.Payments.Providers.Manual;

/// <summary>Payment outside the shop (bank transfer, cash on pickup): every authorization is granted, staff capture by hand. Needs no keys.</summary>
internal sealed class ManualProvider : IPaymentProvider
{
    public string Id => "pp_system_default";

    public Task<string> OpenSession(ProviderSession session, CancellationToken ct) => Task.FromResult(session.Data);

    public Task<ProviderAuthorization> Authorize(ProviderSession session, CancellationToken ct) =>
        Task.FromResult(new ProviderAuthorization(ProviderVerdict.Authorized, session.Data, $"manual:{session.Id:N}"));

    public Task Void(ProviderSession session, CancellationToken ct) => Task.CompletedTask;
}
