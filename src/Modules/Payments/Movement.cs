using HeadlessPro.Contracts;
using HeadlessPro.Payments.Providers;
using Npgsql;

namespace HeadlessPro.Payments;

/// <summary>
/// What is asked of a payment; no amount stands for all that is left, no <paramref name="By"/> for the shop itself. With the same
/// <paramref name="RequestKey"/> of the same key it is the same movement, also when its first request was cut off.
/// </summary>
internal sealed record Movement(
    Guid PaymentId, MovementKind Kind, long? Amount = null, string? Reason = null, string? Note = null, string? By = null, string? RequestKey = null)
{
    /// <summary>Of a capture: what the order costs of it at that moment, and the rest is let go.</summary>
    public bool IsDue { get; init; }
}

/// <summary>A movement that is written down and may have happened at the provider.</summary>
internal sealed record OpenOperation(
    Guid Id, Guid PaymentId, MovementKind Kind, long Amount, string? Reason, string ProviderId, ProviderPayment Payment, bool IsFinal = false,
    bool IsClosed = false);

/// <summary>
/// A payment under its lock: <paramref name="Begun"/> is what was asked, now open, or null when the payment does not allow it;
/// <paramref name="Voiding"/> a void that was open already, <paramref name="Known"/> what the same request began before.
/// </summary>
internal sealed record PaymentState(
    long Captured, long Refunded, long Released, bool IsCanceled, bool IsClosed, string? Review, ProviderPayment Payment, OpenOperation? Begun, OpenOperation? Voiding, KnownOperation? Known)
{
    public static PaymentState Read(NpgsqlDataReader reader, Movement asked)
    {
        var (captured, refunded, released) = (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
        var provider = reader.GetString(13);
        var payment = new ProviderPayment(
            new ProviderSession(
                reader.GetGuid(17), reader.GetGuid(20), TextOrNull(18), reader.GetInt64(15), reader.GetString(16), reader.GetString(19)),
            reader.GetString(14), reader.GetInt64(15), captured);
        var begun = reader.IsDBNull(4) ? null
            : new OpenOperation(reader.GetGuid(4), asked.PaymentId, asked.Kind, reader.GetInt64(5), asked.Reason, provider, payment, asked.IsDue);
        var voiding = reader.IsDBNull(6) ? null
            : new OpenOperation(reader.GetGuid(6), asked.PaymentId, MovementKind.Void, payment.Amount, null, provider, payment);
        var known = reader.IsDBNull(7) ? null : new KnownOperation(
            new OpenOperation(
                reader.GetGuid(7), asked.PaymentId, MovementKindNames.Parse(reader.GetString(8)), reader.GetInt64(9), TextOrNull(10), provider, payment),
            reader.GetString(11), TextOrNull(12));
        return new PaymentState(captured, refunded, released, reader.GetBoolean(3), reader.GetBoolean(21), TextOrNull(22), payment, begun, voiding, known);

        string? TextOrNull(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }

    /// <summary>Major units, for messages.</summary>
    public string Text(long minor) => PaymentWire.Text(minor, Payment.Session.CurrencyCode);
}

/// <summary>An operation that the same request began before, and what became of it.</summary>
internal sealed record KnownOperation(OpenOperation Operation, string Status, string? Refusal)
{
    /// <summary>Why it cannot stand for what is asked; null when it can.</summary>
    public Error? Refuse(Movement asked) =>
        Operation.Kind != asked.Kind || (asked.Amount ?? Operation.Amount) != Operation.Amount
            ? Error.Duplicate("This Idempotency-Key was used for another request", "idempotency_key_reused")
            : Refusal is null ? null : Error.NotAllowed(Refusal, "payment_refused");
}
