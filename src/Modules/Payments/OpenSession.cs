using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Payments;

/// <summary>
/// Opens a session with a provider. At most one is open in a collection: another provider's is closed, the same provider's is
/// brought up to date and answered again.
/// </summary>
internal sealed class OpenSession(Db db, PaymentProviders providers)
{
    public async Task<Result<PaymentCollection>> Run(OpenPaymentSession request, CancellationToken ct)
    {
        if (!providers.TryFind(request.ProviderId, out var provider))
            return Error.Invalid($"Payment provider with id '{request.ProviderId}' is not available: field 'provider_id' must name one of GET /store/payment-providers");

        var found = await CollectionsStore.Load(db, [], [request.CollectionId], ct);
        if (found.Count == 0) return PaymentErrors.CollectionNotFound(request.CollectionId);
        if (found[0].AuthorizedAmount is not null) return PaymentErrors.AlreadyAuthorized(request.CollectionId);

        var open = found[0].Sessions.FirstOrDefault(s => s.ProviderId == provider.Id && s.Status is PaymentSessionStatus.Pending or PaymentSessionStatus.RequiresMore);
        var session = new ProviderSession(open?.Id ?? WireId.New(), request.Amount, found[0].CurrencyCode, request.Data ?? open?.Data ?? "{}");
        var data = await provider.OpenSession(session, ct);
        var written = await Write(request, provider.Id, session.Id, data, ct);
        return written.AuthorizedAmount is null ? written : PaymentErrors.AlreadyAuthorized(request.CollectionId);
    }

    private Task<PaymentCollection> Write(OpenPaymentSession request, string providerId, Guid sessionId, string data, CancellationToken ct)
    {
        // Two tabs may open sessions at once, or one while the other pays. Counting what was closed makes the insert wait for it.
        var command = new NpgsqlBatchCommand("""
            with owed as (
                update payments.collections set amount = @amount, updated_at = now() where id = @collection and not is_authorized returning id),
            closed as (
                update payments.sessions s set status = 'canceled', updated_at = now()
                from owed where s.collection_id = owed.id and s.status in ('pending', 'requires_more') and s.id <> @session
                returning s.id)
            insert into payments.sessions (id, collection_id, provider_id, amount, status, data)
            select @session, owed.id, @provider, @amount, 'pending', @data::jsonb from owed, (select count(*) from closed) as all_closed
            on conflict (id) do update set amount = excluded.amount, data = excluded.data, updated_at = now()
            where payments.sessions.status in ('pending', 'requires_more')
            """);
        command.Parameters.AddWithValue("collection", request.CollectionId);
        command.Parameters.AddWithValue("session", sessionId);
        command.Parameters.AddWithValue("amount", request.Amount);
        command.Parameters.AddWithValue("provider", providerId);
        command.Parameters.AddWithValue("data", data);
        return CollectionsStore.Write(db, request.CollectionId, command, ct);
    }
}

/// <summary>The providers that are configured, by id.</summary>
internal sealed class PaymentProviders(IEnumerable<IPaymentProvider> providers)
{
    private readonly Dictionary<string, IPaymentProvider> _byId = providers.ToDictionary(p => p.Id, StringComparer.Ordinal);

    public bool TryFind(string id, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IPaymentProvider? provider) =>
        _byId.TryGetValue(id, out provider);
}

internal static class PaymentErrors
{
    public static Error CollectionNotFound(Guid id) =>
        Error.NotFound($"Payment collection with id: {WireId.Encode("pay_col", id)} was not found");

    public static Error AlreadyAuthorized(Guid id) =>
        Error.NotAllowed($"Payment collection {WireId.Encode("pay_col", id)} is already authorized");

    public static Error NotFound(string id) => Error.NotFound($"Payment with id: {id} was not found");

    public static Error ProviderUnavailable(string id) =>
        Error.Unavailable($"Payment provider {id} cannot be reached now: try again later", "payment_provider_unavailable");

    public static Error NoSession => Error.Invalid("Payment sessions are required to complete the cart: POST /store/payment-collections/{id}/payment-sessions first");

    public static Error Refused(string? reason) =>
        new(ErrorType.PaymentAuthorization, "payment_refused", $"The payment was refused{(reason is null ? "" : ": " + reason)}. Try another way to pay");
}
