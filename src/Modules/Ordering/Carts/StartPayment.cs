using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Ordering.Orders;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Ordering.Carts;

/// <summary>POST /store/payment-collections: what is owed for a cart; asked again, the same collection with today's amount.</summary>
internal sealed record OpenPaymentCollectionRequest(string CartId);

/// <summary>POST /store/payment-collections/{id}/payment-sessions: begins to pay with a provider.</summary>
internal sealed record OpenPaymentSessionRequest(string ProviderId, Dictionary<string, JsonElement>? Data = null);

/// <summary>POST /store/carts/{id}/payment-sessions: both at once, the session only when a provider is named.</summary>
internal sealed record StartPaymentRequest(string? ProviderId = null, Dictionary<string, JsonElement>? Data = null);

internal sealed class StartPayment(CartStore store, CartPricing pricing, CartPayments owed, IPayments payments, TimeProvider clock)
{
    public static async Task<IResult> Collection(Body<OpenPaymentCollectionRequest> body, ApiQuery query, Caller caller, StartPayment start, CancellationToken ct)
    {
        var fields = query.Fields(CartFields.PaymentCollection);
        return Answer(await start.Open(body.Value.CartId, caller, null, null, null, null, ct), fields);
    }

    public static async Task<IResult> Session(
        string id, Body<OpenPaymentSessionRequest> body, ApiQuery query, Caller caller, HttpContext http, StartPayment start, CancellationToken ct)
    {
        var fields = query.Fields(CartFields.PaymentCollection);
        var found = WireId.TryDecode("pay_col", id, out var collectionId)
            ? await start.CollectionsOf(collectionId, ct)
            : Array.Empty<PaymentCollection>();
        if (!found.Try(out var collections, out var error)) return Reply.Error(error);
        if (collections.Count == 0) return Reply.Error(Error.NotFound($"Payment collection with id: {id} was not found"));
        var cart = WireId.Encode("cart", collections[0].CartId);
        return Answer(await start.Open(cart, caller, body.Value.ProviderId, body.Value.Data, ClientAddress.Of(http)?.ToString(), collections[0], ct), fields);
    }

    public static async Task<IResult> Both(
        string id, Body<StartPaymentRequest> body, ApiQuery query, Caller caller, HttpContext http, StartPayment start, CancellationToken ct)
    {
        var fields = query.Fields(CartFields.PaymentCollection);
        return Answer(await start.Open(id, caller, body.Value.ProviderId, body.Value.Data, ClientAddress.Of(http)?.ToString(), null, ct), fields);
    }

    private async Task<Result<PaymentCollection>> Open(
        string cartId, Caller caller, string? providerId, Dictionary<string, JsonElement>? data, string? address, PaymentCollection? known, CancellationToken ct)
    {
        var json = CartRules.Json(data, "data");
        if (json.Error is not null) return json.Error;
        // Where there is a collection, the payment has begun.
        var cart = !WireId.TryDecode("cart", cartId, out var id) ? null : known is null ? await store.LoadToPay(id, caller.CustomerId, ct) : await store.Load(id, ct);
        // What an order still owes, because it grew or its promise was let go, is paid for like its cart was.
        var isFurther = cart?.CompletedAt is not null && known is not null && (known.AuthorizedAmount ?? 0) < known.Amount;
        if (!(isFurther ? cart! : CartStore.RefuseClosed(cart, cartId)).Try(out var open, out var error)) return error;
        // The provider would offer them its customer's saved cards.
        if (CartCustomers.RefuseOthers(open, caller, "pay for it") is { } refused) return refused;
        if (!(await pricing.Price(open, ct)).Try(out var priced, out error)) return error;
        if (providerId is not null && !priced.Region.PaymentProviderIds.Contains(providerId))
            return Error.Invalid($"Payment provider {providerId} is not available in region {priced.Region.Name}: field 'provider_id' must name one of GET /store/payment-providers");
        // A session brings the amount of its collection up to date itself.
        var collection = known;
        if ((collection is null || collection.CurrencyCode != open.CurrencyCode) && !(await owed.Open(priced, ct)).Try(out collection, out error)) return error;
        if (providerId is not null)
        {
            var amount = isFurther ? collection.Amount : priced.Total;
            if (!(await payments.OpenSession(new OpenPaymentSession(collection.Id, providerId, amount, json.Value, address, open.CustomerId), ct)).Try(out collection, out error)) return error;
        }

        // Who holds the id of an old order pays what it still owes, and sees nothing of how it was paid before.
        return GetOrder.SeesPerson(caller, open.CustomerId, open.CompletedAt, clock.GetUtcNow()) ? collection : PaymentCollectionJson.WithoutPerson(collection, butOpen: true);
    }

    private Task<Result<IReadOnlyList<PaymentCollection>>> CollectionsOf(Guid collectionId, CancellationToken ct) =>
        payments.GetCollections(new GetPaymentCollections([], [collectionId]), ct);

    private static IResult Answer(Result<PaymentCollection> result, Fields fields) => result.Try(out var collection, out var error)
        ? Reply.Written(writer =>
        {
            writer.WriteStartObject();
            writer.WritePropertyName("payment_collection");
            JsonProjection.Write(writer, CartWire.Payment(collection).Span, fields);
            writer.WriteEndObject();
        })
        : Reply.Error(error);
}
