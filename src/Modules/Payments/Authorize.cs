using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Payments;

/// <summary>
/// Do and undo of a promise of money. Keyed by the cart: a live payment of the right amount is answered again, whoever asks; one of
/// another amount (the cart changed after a checkout that was cut off) is let go first. The provider is called outside any transaction and
/// answers what it holds, so a call repeated after a crash moves no second money.
/// </summary>
internal sealed class Authorize(Db db, PaymentProviders providers, OpenCollection openCollection, Books books, MoveMoney money, ProcessWebhooks process)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(3);

    public async Task<Result<PaymentAuthorization>> Run(AuthorizePayment request, CancellationToken ct)
    {
        var found = await CollectionsStore.Load(db, new GetPaymentCollections([request.CartId]), ct);
        if (found.Count == 0) return Error.Invalid("Payment collection has not been initiated for cart");
        var collection = found[0];

        // The provider, when told of the amount, may answer that the shopper has paid by now.
        if (collection.LivePayment() is null && !IsAskedFor(collection, request))
        {
            var updated = await openCollection.Run(new OpenPaymentCollection(request.CartId, request.Amount, request.CurrencyCode), ct);
            if (!updated.Try(out collection, out var error)) return error;
        }

        if (collection.LivePayment() is { } payment)
        {
            // What was given back whole pays for nothing any more.
            var isGivenBack = collection.RefundedAmount > 0 && collection.RefundedAmount == collection.CapturedAmount;
            if (payment.Amount == request.Amount && payment.CurrencyCode == request.CurrencyCode && !isGivenBack && !payment.IsBeingCanceled)
                return new PaymentAuthorization(PaymentSessionStatus.Authorized, collection);
            if ((await Undo(new VoidPayment(request.CartId), ct)).Error is { } notUndone) return notUndone;
            return PaymentErrors.NoSession;
        }

        return collection.OpenSession() is { } session ? await Ask(collection, session, ct) : PaymentErrors.NoSession;
    }

    public async Task<Result<Done>> Undo(VoidPayment request, CancellationToken ct)
    {
        var found = await CollectionsStore.Load(db, new GetPaymentCollections([request.CartId]), ct);
        if (found is not [var collection]) return default(Done);
        // The shopper may have paid without our having heard of it.
        if (collection.LivePayment() is null && collection.OpenSession() is { Reference: not null } session) collection = await Look(collection, session);
        return collection.LivePayment() is { } payment ? await LetGo(payment, ct) : default(Done);
    }

    /// <summary>For an order that stands already: what its open session is to bring.</summary>
    public async Task<Result<PaymentAuthorization>> Further(PaymentCollection collection, CancellationToken ct) =>
        collection.OpenSession() is { } session ? await Ask(collection, session, ct) : new PaymentAuthorization(PaymentSessionStatus.Authorized, collection);

    /// <summary>A promise that no order stands for.</summary>
    public async Task<Result<Done>> LetGo(Payment payment, CancellationToken ct)
    {
        var voided = await money.Run(new Movement(payment.Id, MovementKind.Void), ct);
        // Money that was taken before an order stood for it goes back, and the cart can be paid anew.
        if (voided.Error is null or { Code: "payment_captured" }) await books.DisownTaken(payment.Id, ct);
        // Begun, it is finished later, and nothing stands on it. What staff have let go meanwhile is no longer ours to let go.
        return voided.Error is { Type: ErrorType.Conflict } error ? error : default(Done);
    }

    private static bool IsAskedFor(PaymentCollection collection, AuthorizePayment request) =>
        collection.Amount == request.Amount && collection.CurrencyCode == request.CurrencyCode && collection.OpenSession()?.IsKnownAsOwed() != false;

    private async Task<Result<PaymentAuthorization>> Ask(PaymentCollection collection, PaymentSession session, CancellationToken ct)
    {
        if (!providers.TryFind(session.ProviderId, out var provider)) return PaymentErrors.ProviderUnavailable(session.ProviderId);
        if (!(await provider.Authorize(session.AtProvider(collection), ct)).Try(out var snapshot, out var error)) return error;
        var after = await books.Apply(session.Id, snapshot, null, tell: false, ct);
        if (after.Payments.Any(p => p.CanceledAt is null && p.SessionId == session.Id)) return new PaymentAuthorization(PaymentSessionStatus.Authorized, after);
        return snapshot.State switch
        {
            ProviderState.RequiresMore => new PaymentAuthorization(PaymentSessionStatus.RequiresMore, after),
            ProviderState.Pending => snapshot.Reason is { } reason ? PaymentErrors.Refused(reason) : PaymentErrors.NotConfirmed,
            ProviderState.Authorized => PaymentErrors.OtherAmount,
            _ => PaymentErrors.NoSession,
        };
    }

    /// <summary>What its provider holds of it now; when that cannot be known soon, it is looked at later, and the shopper need not wait for it.</summary>
    private async Task<PaymentCollection> Look(PaymentCollection collection, PaymentSession session)
    {
        using var deadline = new CancellationTokenSource(Soon);
        try
        {
            if (providers.TryFind(session.ProviderId, out var provider)
                && (await provider.Find(session.AtProvider(collection), deadline.Token)).Try(out var snapshot, out _))
                return await books.Apply(session.Id, snapshot, null, tell: false, CancellationToken.None);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            // As if it could not be reached.
        }

        await process.LookLater(session.Id);
        return collection;
    }
}

/// <summary>Questions to a collection.</summary>
internal static class PaymentCollections
{
    /// <summary>The session that can still be paid.</summary>
    public static PaymentSession? OpenSession(this PaymentCollection collection) =>
        collection.Sessions.LastOrDefault(s => s.Status is PaymentSessionStatus.Pending or PaymentSessionStatus.RequiresMore);

    /// <summary>Whether the provider asks for what is owed, or keeps nothing.</summary>
    public static bool IsKnownAsOwed(this PaymentSession session) => session.Reference is null || session.ProviderAmount == session.Amount;

    /// <summary>The promise that stands.</summary>
    public static Payment? LivePayment(this PaymentCollection collection) => collection.Payments.FirstOrDefault(p => p.CanceledAt is null);

    /// <summary>What its provider is told of a session.</summary>
    public static ProviderSession AtProvider(this PaymentSession session, PaymentCollection collection) =>
        new(session.Id, collection.CartId, session.Reference, session.Amount, collection.CurrencyCode, session.Data);
}
