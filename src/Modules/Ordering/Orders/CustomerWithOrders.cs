using System.Buffers;
using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Ordering.Orders;

/// <summary>
/// GET /store/customers/me: who is signed in, as Identity tells, and with <c>fields=*orders</c> their orders, the newest 100. It stands here for their sake: Identity
/// knows of none. An app sees them only where it was let see purchases.
/// </summary>
internal static class CustomerWithOrders
{
    private const int Most = 100;

    public static async Task<IResult> Handle(ApiQuery query, Actor actor, ICustomers customers, Db db, OrderAnswers answers, CancellationToken ct)
    {
        var fields = query.Fields("*", "addresses");
        if (!(await customers.DescribeCustomer(new DescribeCustomer(actor.Id), ct)).Try(out var customer, out var error))
            return Reply.Error(error.Type == ErrorType.NotFound ? Error.Unauthorized() : error);
        IReadOnlyList<ReadOnlyMemory<byte>> orders = [];
        var session = actor.Session;
        var shown = fields.Wants("orders") && (session.AppId is null || session.Scopes.Contains(Scopes.PurchasesRead));
        if (shown && !(await answers.Documents(await Newest(actor.Id, db, ct), OrderView.Shopper, ct)).Try(out orders!, out error)) return Reply.Error(error);

        var whole = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(whole, JsonBody.Options))
        {
            writer.WriteStartObject();
            using (var known = JsonDocument.Parse(customer.Json))
                foreach (var member in known.RootElement.EnumerateObject()) member.WriteTo(writer);
            if (shown)
            {
                writer.WriteStartArray("orders");
                foreach (var order in orders) writer.WriteRawValue(order.Span, skipInputValidation: true);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        return Reply.Written(writer =>
        {
            writer.WriteStartObject();
            writer.WritePropertyName("customer");
            JsonProjection.Write(writer, whole.WrittenSpan, fields);
            writer.WriteEndObject();
        });
    }

    private static async Task<IReadOnlyList<Order>> Newest(Guid customer, Db db, CancellationToken ct)
    {
        await using var command = db.Command($"select {OrdersStore.Document} from ordering.orders o where o.customer_id = $1 order by o.created_at desc, o.id limit {Most}");
        command.Parameters.Add(new() { Value = customer });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var orders = new List<Order>();
        while (await reader.ReadAsync(ct)) orders.Add(OrdersStore.Read(reader.GetString(0)));
        return orders;
    }
}
