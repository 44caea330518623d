using System.Net;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Platform.Data;
using Npgsql;
using NpgsqlTypes;

namespace HeadlessPro.Payments;

/// <summary>
/// Opens a session with a provider. At most one is open in a collection: another provider's is closed first, there too, so that nobody pays
/// twice, and so is another customer's; the same provider's is brought up to date and answered again.
/// </summary>
internal sealed class OpenSession(Db db, PaymentProviders providers, Books books, PaymentOptions options)
{
    // An open session that the shopper can go on with.
    private const string Usable = "s.provider_id = @provider and (s.customer_id is null or s.customer_id is not distinct from @customer)";

    public async Task<Result<PaymentCollection>> Run(OpenPaymentSession request, CancellationToken ct)
    {
        if (!providers.TryFind(request.ProviderId, out var provider))
            return Error.Invalid($"Payment provider with id '{request.ProviderId}' is not available: field 'provider_id' must name one of GET /store/payment-providers");

        var found = await CollectionsStore.Load(db, new GetPaymentCollections([], [request.CollectionId]), ct);
        if (found.Count == 0) return PaymentErrors.CollectionNotFound(request.CollectionId);
        if (found[0].Status == "canceled") return Error.NotAllowed("The order was canceled: nothing is to be paid for it", "order_canceled");
        // Once there is an order, what it still owes is ours to know.
        var amount = found[0].AuthorizedAmount is { } promised ? found[0].Amount - promised : request.Amount;
        if (amount <= 0 && found[0].AuthorizedAmount is not null) return PaymentErrors.AlreadyAuthorized(request.CollectionId);

        var open = found[0].OpenSession();
        // A guest who signed in meanwhile goes on. What is another customer's would show them, and their saved cards.
        if (open is not null && (open.ProviderId != provider.Id || (open.CustomerId is { } owner && owner != request.CustomerId)))
        {
            // Whoever cannot be reached is asked again (Settle), once it is closed here.
            if ((await Close(found[0], open, ct)).Error is { Type: not ErrorType.Unavailable } notClosed) return notClosed;
            open = null;
        }

        if (amount == 0 && !provider.IsByHand) return Error.Invalid("Nothing is to be paid: no payment session is needed", "nothing_to_pay");
        // Two clicks at once are one session: whoever comes second goes on with what the first has begun.
        if (open is null && !provider.IsByHand) open = (await Begin(request, amount, ct)).OpenSession();
        var session = new ProviderSession(open?.Id ?? WireId.New(), found[0].CartId, open?.Reference, amount, found[0].CurrencyCode, open?.Data ?? "{}")
        {
            Input = request.Data,
            CustomerId = request.CustomerId,
        };
        if (!(await provider.Open(session, ct)).Try(out var snapshot, out var error))
        {
            // Asked again it is another session, for providers keep their failures under a session's key.
            await Forget(session.Id);
            return error;
        }

        var written = await Write(request, session, snapshot, ct);
        if (snapshot.State != ProviderState.Pending) written = await books.Apply(session.Id, snapshot, null, tell: true, ct);
        return written.AuthorizedAmount is null || written.OpenSession()?.Id == session.Id ? written : PaymentErrors.AlreadyAuthorized(request.CollectionId);
    }

    private async Task<Result<Done>> Close(PaymentCollection collection, PaymentSession session, CancellationToken ct)
    {
        if (session.Reference is null || !providers.TryFind(session.ProviderId, out var provider)) return default(Done);
        if (!(await provider.Close(session.AtProvider(collection), ct)).Try(out var snapshot, out var error)) return error;
        await books.Apply(session.Id, snapshot, null, tell: false, ct);
        return default(Done);
    }

    private async Task Forget(Guid session)
    {
        await using var command = db.Command("delete from payments.sessions where id = $1 and reference is null and provider_amount is null");
        command.Parameters.Add(new() { Value = session });
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private Task<PaymentCollection> Begin(OpenPaymentSession request, long amount, CancellationToken ct)
    {
        var command = new NpgsqlBatchCommand($"""
            with owed as (select id from payments.collections where id = @collection and (not is_authorized or order_id is not null)),
            closed as (
                update payments.sessions s set status = 'canceled', updated_at = now()
                from owed where s.collection_id = owed.id and s.status in ('pending', 'requires_more') and not ({Usable})
                returning s.id, s.reference),
            told as ({BookEntries.TellClosed})
            insert into payments.sessions (id, collection_id, provider_id, amount, status, customer_id)
            select @session, owed.id, @provider, @amount, 'pending', @customer from owed, (select count(*) from closed) as all_closed
            where not exists (
                select from payments.sessions s
                where s.collection_id = owed.id and s.status in ('pending', 'requires_more') and {Usable})
            """);
        command.Parameters.AddWithValue("collection", request.CollectionId);
        command.Parameters.AddWithValue("session", WireId.New());
        command.Parameters.AddWithValue("provider", request.ProviderId);
        command.Parameters.AddWithValue("amount", amount);
        command.Parameters.Add(Customer(request));
        return CollectionsStore.Write(db, request.CollectionId, command, ct);
    }

    private Task<PaymentCollection> Write(OpenPaymentSession request, ProviderSession session, ProviderSnapshot snapshot, CancellationToken ct)
    {
        // Two tabs may open sessions at once, or one while the other pays. Counting what was closed makes the insert wait for it.
        var command = new NpgsqlBatchCommand($"""
            with owed as (
                update payments.collections set amount = case when order_id is null then @amount else amount end, updated_at = now()
                where id = @collection and (not is_authorized or order_id is not null) returning id, order_id),
            closed as (
                update payments.sessions s set status = 'canceled', updated_at = now()
                from owed where s.collection_id = owed.id and s.status in ('pending', 'requires_more') and s.id <> @session
                returning s.id, s.reference),
            told as ({BookEntries.TellClosed})
            insert into payments.sessions (id, collection_id, provider_id, reference, amount, provider_amount, status, data, customer_id, ip, look_at)
            select @session, owed.id, @provider, @reference, @amount, @provider_amount, 'pending', @data::jsonb, @customer, @ip,
                case when owed.order_id is not null and @reference is not null then now() + @within end
            from owed, (select count(*) from closed) as all_closed
            on conflict (id) do update set amount = excluded.amount, provider_amount = excluded.provider_amount, reference = excluded.reference,
                data = excluded.data, customer_id = excluded.customer_id, ip = excluded.ip, look_at = excluded.look_at, updated_at = now()
            where payments.sessions.status in ('pending', 'requires_more')
            """);
        command.Parameters.AddWithValue("collection", request.CollectionId);
        command.Parameters.AddWithValue("session", session.Id);
        command.Parameters.AddWithValue("amount", session.Amount);
        command.Parameters.AddWithValue("provider_amount", snapshot.Amount);
        command.Parameters.AddWithValue("provider", request.ProviderId);
        command.Parameters.Add(Customer(request));
        command.Parameters.Add(new NpgsqlParameter("reference", NpgsqlDbType.Text) { Value = (object?)snapshot.Reference ?? DBNull.Value });
        command.Parameters.AddWithValue("data", snapshot.Data);
        command.Parameters.AddWithValue("within", options.OrderExpectedWithin);
        command.Parameters.Add(new NpgsqlParameter("ip", NpgsqlDbType.Inet) { Value = IPAddress.TryParse(request.Address, out var ip) ? ip : DBNull.Value });
        return CollectionsStore.Write(db, request.CollectionId, command, ct);
    }

    private static NpgsqlParameter Customer(OpenPaymentSession request) =>
        new("customer", NpgsqlDbType.Uuid) { Value = (object?)request.CustomerId ?? DBNull.Value };
}

/// <summary>The providers that are configured, by id.</summary>
internal sealed class PaymentProviders(IEnumerable<IPaymentProvider> providers)
{
    private readonly Dictionary<string, IPaymentProvider> _byId = providers.ToDictionary(p => p.Id, StringComparer.Ordinal);

    /// <summary>Those whose money staff take by hand.</summary>
    public string[] ByHand { get; } = [.. providers.Where(p => p.IsByHand).Select(p => p.Id)];

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

    /// <summary>The provider has what was asked, and decides later: asked again then, it is either done or refused.</summary>
    public static Error InReview => Error.Conflict(
        "The provider looks at a capture of this payment before it takes the money: what it decides is noted by itself, nothing more is to be done", "payment_in_review");

    public static Error NotConfirmed =>
        new(ErrorType.PaymentAuthorization, "payment_not_confirmed", "The payment has not been confirmed yet: the shopper must pay first");

    public static Error OtherAmount =>
        new(ErrorType.PaymentAuthorization, "payment_amount_changed", "The total changed after the shopper had paid: that payment is let go. Look at the cart again and pay anew");

    public static Error NoSession => Error.Invalid("Payment sessions are required to complete the cart: POST /store/payment-collections/{id}/payment-sessions first");

    public static Error Refused(string reason) =>
        new(ErrorType.PaymentAuthorization, "payment_refused", $"The payment was refused: {reason.TrimEnd('.')}. Try another way to pay");
}
