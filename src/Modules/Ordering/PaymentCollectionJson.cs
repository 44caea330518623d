using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Payments;

namespace HeadlessPro.Ordering;

/// <summary>A payment collection as carts, orders and its own routes show it (recordings 056 to 062).</summary>
internal static class PaymentCollectionJson
{
    public static void Write(Utf8JsonWriter writer, PaymentCollection collection, bool withPayments)
    {
        decimal? Major(long? minor) => minor is { } value ? Money.ToMajor(value, collection.CurrencyCode) : null;
        var id = WireId.Encode("pay_col", collection.Id);
        writer.WriteStartObject();
        writer.WriteString("id", id);
        writer.WriteString("currency_code", collection.CurrencyCode);
        writer.WriteNull("completed_at");
        writer.WriteString("status", collection.Status);
        writer.WriteNull("metadata");
        writer.WriteTimes(collection.CreatedAt, collection.UpdatedAt, deletable: true);
        writer.WriteStartArray("payment_sessions");
        foreach (var session in collection.Sessions.Where(s => s.Status != PaymentSessionStatus.Canceled)) WriteSession(writer, session, id);
        writer.WriteEndArray();
        if (withPayments)
        {
            writer.WriteStartArray("payments");
            foreach (var payment in collection.Payments) WritePayment(writer, payment, id);
            writer.WriteEndArray();
        }

        writer.WriteNumberAndRaw("amount", Major(collection.Amount));
        writer.WriteNumberAndRaw("authorized_amount", Major(collection.AuthorizedAmount));
        writer.WriteNumberAndRaw("captured_amount", Major(collection.CapturedAmount));
        writer.WriteNumberAndRaw("refunded_amount", Major(collection.RefundedAmount));
        writer.WriteEndObject();
    }

    /// <summary>
    /// Without what providers say of it: that may be a page that shows who pays, and their saved cards. A session without that is none to a storefront, so
    /// there is none.
    /// </summary>
    /// <param name="collection">What is owed.</param>
    /// <param name="butOpen">Whether the session that can still be paid stays.</param>
    public static PaymentCollection WithoutPerson(PaymentCollection collection, bool butOpen = false) => collection with
    {
        Sessions = [.. collection.Sessions.Where(s => butOpen && s.Status is PaymentSessionStatus.Pending or PaymentSessionStatus.RequiresMore)],
        Payments = [.. collection.Payments.Select(p => p with { Data = "{}" })],
    };

    private static void WriteSession(Utf8JsonWriter writer, PaymentSession session, string collectionId)
    {
        writer.WriteStartObject();
        writer.WriteString("id", WireId.Encode("payses", session.Id));
        writer.WriteString("currency_code", session.CurrencyCode);
        writer.WriteString("provider_id", session.ProviderId);
        writer.WriteRaw("data", session.Data);
        writer.WriteRaw("context", "{}");
        writer.WriteString("status", PaymentSessionStatusNames.Of(session.Status));
        writer.WriteTime("authorized_at", session.AuthorizedAt);
        writer.WriteString("payment_collection_id", collectionId);
        writer.WriteNull("payment");
        writer.WriteRaw("metadata", "{}");
        writer.WriteTimes(session.CreatedAt, session.UpdatedAt, deletable: true);
        writer.WriteNumberAndRaw("amount", Money.ToMajor(session.Amount, session.CurrencyCode));
        writer.WriteEndObject();
    }

    private static void WritePayment(Utf8JsonWriter writer, Payment payment, string collectionId)
    {
        writer.WriteStartObject();
        writer.WriteString("id", WireId.Encode("pay", payment.Id));
        writer.WriteString("currency_code", payment.CurrencyCode);
        writer.WriteString("provider_id", payment.ProviderId);
        writer.WriteRaw("data", payment.Data);
        writer.WriteNull("metadata");
        writer.WriteTime("captured_at", payment.CapturedAt);
        writer.WriteTime("canceled_at", payment.CanceledAt);
        writer.WriteString("payment_collection_id", collectionId);
        writer.WriteString("payment_session_id", WireId.Encode("payses", payment.SessionId));
        writer.WriteTimes(payment.CreatedAt, payment.UpdatedAt, deletable: true);
        writer.WriteNumberAndRaw("amount", Money.ToMajor(payment.Amount, payment.CurrencyCode));
        writer.WriteEndObject();
    }
}
