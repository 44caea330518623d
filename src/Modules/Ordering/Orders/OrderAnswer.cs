using System.Buffers;
using System.Text.Json;
using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Ordering.Orders;

/// <summary>Answers with one order, cut to the selected fields.</summary>
internal static class OrderAnswer
{
    /// <param name="order">The order.</param>
    /// <param name="payment">Its payment collection.</param>
    /// <param name="fields">What to show.</param>
    /// <param name="catalog">Asked for the variants when they are to be shown.</param>
    /// <param name="asOf">A state of the catalogue that will do.</param>
    /// <param name="masked">Leave out what is personal.</param>
    /// <param name="type">When given: the <c>type</c> of the union that completing a cart answers with.</param>
    /// <param name="ct">Cancellation.</param>
    public static async Task<IResult> Of(
        Order order, PaymentCollection? payment, Fields fields, ICatalog catalog, long? asOf, bool masked, string? type, CancellationToken ct)
    {
        IReadOnlyDictionary<Guid, VariantDocument> variants = new Dictionary<Guid, VariantDocument>();
        if (fields.Wants("items.variant") || fields.Wants("items.product"))
        {
            var asked = await catalog.GetVariantDocuments(new GetVariantDocuments(order.Lines.Select(l => l.VariantId).Distinct().ToList(), asOf), ct);
            // An order is answered even while the catalogue cannot be reached: its lines carry what was bought.
            if (asked.Try(out var documents, out _)) variants = documents.ToDictionary(d => d.VariantId);
        }

        var whole = new ArrayBufferWriter<byte>(16 * 1024);
        using (var writer = new Utf8JsonWriter(whole, JsonBody.Options)) new OrderJson(writer, order, payment, variants, masked).Write();
        return Reply.Written(writer =>
        {
            writer.WriteStartObject();
            if (type is not null) writer.WriteString("type", type);
            writer.WritePropertyName("order");
            JsonProjection.Write(writer, whole.WrittenSpan, fields);
            writer.WriteEndObject();
        });
    }
}
