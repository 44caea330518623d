using Dapper;
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

        await using var connection = await db.Open(ct);
        var found = await CollectionsStore.Load(connection, [], [request.CollectionId], ct);
        if (found.Count == 0) return PaymentErrors.CollectionNotFound(request.CollectionId);
        if (found[0].AuthorizedAmount is not null) return PaymentErrors.AlreadyAuthorized(request.CollectionId);

        var open = found[0].Sessions.FirstOrDefault(s => s.ProviderId == provider.Id && s.Status is PaymentSessionStatus.Pending or PaymentSessionStatus.RequiresMore);
        var session = new ProviderSession(open?.Id ?? WireId.New(), request.Amount, found[0].CurrencyCode, request.Data ?? open?.Data ?? "{}");
        var data = await provider.OpenSession(session, ct);
        return await Write(connection, request, provider.Id, session.Id, data, ct);
    }

    private static async Task<Result<PaymentCollection>> Write(
        NpgsqlConnection connection, OpenPaymentSession request, string providerId, Guid sessionId, string data, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        // Two tabs may open sessions at once: the collection's row puts them in line.
        await connection.ExecuteAsync(new CommandDefinition("""
            update payments.collections set amount = @Amount, updated_at = now() where id = @CollectionId;
            update payments.sessions set status = 'canceled', updated_at = now()
            where collection_id = @CollectionId and status in ('pending', 'requires_more') and id <> @sessionId;
            insert into payments.sessions (id, collection_id, provider_id, amount, status, data)
            values (@sessionId, @CollectionId, @providerId, @Amount, 'pending', @data::jsonb)
            on conflict (id) do update set amount = excluded.amount, data = excluded.data, updated_at = now()
            where payments.sessions.status in ('pending', 'requires_more')
            """,
            new { request.CollectionId, request.Amount, sessionId, providerId, data }, transaction, cancellationToken: ct));
        await transaction.CommitAsync(ct);
        return await CollectionsStore.LoadOne(connection, request.CollectionId, ct);
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

    public static Error NoSession => Error.Invalid("Payment sessions are required to complete the cart: POST /store/payment-collections/{id}/payment-sessions first");

    public static Error Refused(string? reason) =>
        new(ErrorType.PaymentAuthorization, "payment_refused", $"The payment was refused{(reason is null ? "" : ": " + reason)}. Try another way to pay");
}
