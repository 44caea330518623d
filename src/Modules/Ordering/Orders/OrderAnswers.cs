using System.Buffers;
using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Ordering.Orders;

/// <summary>Answers with orders, each cut to the selected fields, with their payments and, where they are to be shown, today's variants.</summary>
internal sealed class OrderAnswers(IPayments payments, ICatalog catalog, PersonalSeal seal)
{
    /// <summary>An order, its payment asked for.</summary>
    public async Task<IResult> One(Order order, Fields fields, OrderView view, CancellationToken ct)
    {
        var found = await payments.GetCollections(new GetPaymentCollections([order.Row.CartId]), ct);
        return found.Try(out var collections, out var error) ? await One(order, collections.FirstOrDefault(), fields, view, asOf: null, type: null, ct) : Reply.Error(error);
    }

    /// <param name="order">The order.</param>
    /// <param name="payment">Its payment collection.</param>
    /// <param name="fields">What to show.</param>
    /// <param name="view">For whom.</param>
    /// <param name="asOf">A state of the catalogue that will do.</param>
    /// <param name="type">When given: the <c>type</c> of the union that completing a cart answers with.</param>
    /// <param name="ct">Cancellation.</param>
    public async Task<IResult> One(Order order, PaymentCollection? payment, Fields fields, OrderView view, long? asOf, string? type, CancellationToken ct)
    {
        var variants = await Variants([order], fields, asOf, ct);
        var whole = Whole(order, payment, variants, view);
        return Reply.Written(writer =>
        {
            writer.WriteStartObject();
            if (type is not null) writer.WriteString("type", type);
            writer.WritePropertyName("order");
            JsonProjection.Write(writer, whole.WrittenSpan, fields);
            writer.WriteEndObject();
        });
    }

    /// <summary>Whole orders, as JSON, without today's variants.</summary>
    public async Task<Result<IReadOnlyList<ReadOnlyMemory<byte>>>> Documents(IReadOnlyList<Order> orders, OrderView view, CancellationToken ct)
    {
        if (!(await Payments(orders, ct)).Try(out var byCart, out var error)) return error;
        return orders.Select(o => Whole(o, byCart.GetValueOrDefault(o.Row.CartId), new Dictionary<Guid, VariantDocument>(), view).WrittenMemory).ToList();
    }

    /// <summary>A page of orders, whose payments are asked for all at once.</summary>
    public async Task<IResult> Page(ListPage<Order> page, Fields fields, OrderView view, CancellationToken ct)
    {
        if (!(await Payments(page.Rows, ct)).Try(out var byCart, out var error)) return Reply.Error(error);
        var variants = await Variants(page.Rows, fields, asOf: null, ct);
        return Reply.Page("orders", page.To(order =>
        {
            var shown = new ArrayBufferWriter<byte>(4 * 1024);
            var whole = Whole(order, byCart.GetValueOrDefault(order.Row.CartId), variants, view);
            using (var writer = new Utf8JsonWriter(shown, JsonBody.Options)) JsonProjection.Write(writer, whole.WrittenSpan, fields);
            return new Document(shown.WrittenMemory);
        }));
    }

    private async Task<Result<Dictionary<Guid, PaymentCollection>>> Payments(IReadOnlyList<Order> orders, CancellationToken ct)
    {
        var found = await payments.GetCollections(new GetPaymentCollections([.. orders.Select(o => o.Row.CartId)]), ct);
        return found.Try(out var collections, out var error) ? collections.ToDictionary(c => c.CartId) : error;
    }

    private ArrayBufferWriter<byte> Whole(
        Order order, PaymentCollection? payment, IReadOnlyDictionary<Guid, VariantDocument> variants, OrderView view)
    {
        var whole = new ArrayBufferWriter<byte>(16 * 1024);
        using (var writer = new Utf8JsonWriter(whole, JsonBody.Options)) new OrderJson(writer, order, payment, variants, view, seal).Write();
        return whole;
    }

    private async Task<IReadOnlyDictionary<Guid, VariantDocument>> Variants(IReadOnlyList<Order> orders, Fields fields, long? asOf, CancellationToken ct)
    {
        var none = new Dictionary<Guid, VariantDocument>();
        if (!fields.Wants("items.variant") && !fields.Wants("items.product")) return none;
        var ids = orders.SelectMany(o => o.Lines).Select(l => l.VariantId).Distinct().ToList();
        var asked = await catalog.GetVariantDocuments(new GetVariantDocuments(ids, asOf), ct);
        // An order is answered even while the catalogue cannot be reached: its lines carry what was bought.
        return asked.Try(out var documents, out _) ? documents.ToDictionary(d => d.VariantId) : none;
    }
}
