using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace HeadlessPro.Payments;

/// <summary>
/// A payment as staff see it. Amounts are major units; <c>captured_at</c> is when nothing was left to capture, <c>capture_at</c> when the shop
/// captures it by itself, <c>lapses_at</c> when the provider lets it go. <c>needs_attention</c> says why staff should look.
/// </summary>
internal sealed record AdminPaymentResponse(
    string Id, decimal Amount, decimal CapturedAmount, decimal RefundedAmount, decimal ReleasedAmount, decimal DisputedAmount, string CurrencyCode,
    string ProviderId, string Reference, string PaymentCollectionId, string PaymentSessionId, string CartId, string? OrderId, JsonElement? Means,
    JsonElement? Data, string? NeedsAttention, DateTimeOffset? CaptureAt, DateTimeOffset? LapsesAt, DateTimeOffset? CapturedAt, DateTimeOffset? CanceledAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    FraudResponse? Fraud, IReadOnlyList<CaptureResponse> Captures, IReadOnlyList<RefundResponse> Refunds);

/// <summary>What the fraud rules said: a score of 0 to 100, the verdict <c>allow</c>, <c>review</c> or <c>deny</c>, why; and what staff decided of a held payment.</summary>
internal sealed record FraudResponse(int Score, string Verdict, IReadOnlyList<string> Reasons, string? Review, string? ReviewedBy, DateTimeOffset? ReviewedAt);

/// <summary>Money taken. <paramref name="CreatedBy"/> is the API key or the member of staff that asked for it.</summary>
internal sealed record CaptureResponse(string Id, decimal Amount, string? CreatedBy, DateTimeOffset CreatedAt);

/// <summary>Money given back.</summary>
internal sealed record RefundResponse(string Id, decimal Amount, string? Reason, string? Note, string? CreatedBy, DateTimeOffset CreatedAt);

internal sealed record AdminPaymentEnvelope(AdminPaymentResponse Payment);

internal sealed record AdminPaymentsPage(IReadOnlyList<AdminPaymentResponse> Payments, long Count, int Offset, int Limit);

/// <summary>A ledger row with what is known of who asked for it.</summary>
internal sealed record LedgerRow(long Id, string Kind, long Amount, string? Reason, string? Note, string? CreatedBy, DateTimeOffset CreatedAt);

/// <summary>Lists payments (<c>cart_id</c>, <c>order_id</c>, <c>provider_id</c>, <c>needs_attention</c>, <c>review</c>, <c>currency_code</c>, times) and reads one, with captures and refunds.</summary>
internal static class ReadPayments
{
    private sealed record PaymentRow(
        Guid Id, Guid CollectionId, Guid SessionId, Guid CartId, Guid? OrderId, string ProviderId, string Reference, string CurrencyCode,
        long Amount, long Captured, long Refunded, long Released, long Disputed, string? Means, string Data, string? Attention, long? Difference,
        DateTimeOffset? CaptureAt, DateTimeOffset? LapsesAt, DateTimeOffset? CapturedAt, DateTimeOffset? CanceledAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
        int? Score, string? Verdict, string[]? Reasons, string? Review, string? ReviewedBy, DateTimeOffset? ReviewedAt, string Ledger);

    private const string From = "payments.payments p join payments.collections c on c.id = p.collection_id left join payments.assessments f on f.payment_id = p.id";

    // What an order that was edited owes more (or, below zero, less than was taken) than its payments are; null when they are even.
    private const string Difference = """
        (select case when sum(l.amount - l.released) < c.amount then c.amount - sum(l.amount - l.released)
                when sum(l.captured - l.refunded - l.disputed) > c.amount then c.amount - sum(l.captured - l.refunded - l.disputed) end::bigint
            from payments.payments l
            where c.order_version > 0 and c.closed_at is null and p.canceled_at is null and not p.is_stray
                and l.collection_id = c.id and l.canceled_at is null and not l.is_stray)
        """;

    private const string Columns = $"""
        p.id, p.collection_id, p.session_id, c.cart_id, p.order_id, p.provider_id, p.reference, c.currency_code,
        p.amount, p.captured, p.refunded, p.released, p.disputed, p.means::text as means, p.data::text as data, p.attention, {Difference} as difference,
        p.capture_at, p.lapses_at, p.captured_at, p.canceled_at, p.created_at, p.updated_at,
        f.score, f.verdict, f.reasons, p.review, p.reviewed_by, p.reviewed_at,
        (select coalesce(json_agg(json_build_object('id', l.id, 'kind', l.kind, 'amount', l.amount, 'reason', o.reason, 'note', o.note,
                'created_by', o.created_by, 'created_at', l.created_at) order by l.id), '[]')::text
            from payments.ledger l left join payments.operations o on o.id = l.operation_id
            where l.payment_id = p.id and l.kind in ('capture', 'refund')) as ledger
        """;

    private static readonly SqlList Payments = new(From, Columns, "p.id")
    {
        Filters = (filter, query) => filter
            .And("p.id = any (@value)", query.Ids("id", PaymentWire.Payment))
            .And("p.collection_id = any (@value)", query.Ids("payment_collection_id", PaymentWire.Collection))
            .And("p.session_id = any (@value)", query.Ids("payment_session_id", PaymentWire.Session))
            .And("c.cart_id = any (@value)", query.Ids("cart_id", "cart"))
            .And("c.order_id = any (@value)", query.Ids("order_id", "order"))
            .And("p.reference = any (@value)", query.Texts("reference"))
            .And($"(p.attention is not null or {Difference} is not null) = @value", query.Flag("needs_attention"))
            .And("p.review = any (@value)", query.Texts("review"))
            .And("p.provider_id = any (@value)", query.Texts("provider_id"))
            .And("c.currency_code = any (@value)", query.Texts("currency_code"))
            .AndTimes(query, "p").AndTimes(query, "p", "captured_at").AndTimes(query, "p", "capture_at").AndTimes(query, "p", "lapses_at").AndTimes(query, "p", "canceled_at"),
        Orders = SqlList.Columns("p", "id", "amount", "provider_id", "created_at", "updated_at", "captured_at", "canceled_at", "capture_at", "lapses_at"),
        DefaultOrder = "p.id desc",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = Fields(query);
        var list = Payments.Of(query);
        await using var connection = await db.Open(ct);
        var page = await list.Read<PaymentRow>(connection, ct);
        return Reply.Page("payments", page.To(ToWire), PaymentsJson.Default.AdminPaymentResponse, fields);
    }

    public static async Task<IResult> One(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = Fields(query);
        query.RejectUnknown();
        return WireId.TryDecode(PaymentWire.Payment, id, out var payment) && await Find(db, payment, ct) is { } found
            ? Answer(found, fields)
            : Reply.Error(PaymentErrors.NotFound(id));
    }

    /// <summary>What is shown unasked.</summary>
    public static Fields Fields(ApiQuery query) => query.Fields("*", "captures", "refunds");

    public static async Task<AdminPaymentResponse?> Find(Db db, Guid payment, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var row = await connection.QuerySingleOrDefaultAsync<PaymentRow>(new CommandDefinition(
            $"select {Columns} from {From} where p.id = @payment", new { payment }, cancellationToken: ct));
        return row is null ? null : ToWire(row);
    }

    public static IResult Answer(AdminPaymentResponse payment, Fields fields) =>
        Reply.One("payment", payment, PaymentsJson.Default.AdminPaymentResponse, fields);

    private static string? Attention(PaymentRow row) => row.Attention ?? row.Difference switch
    {
        > 0 and var more => $"The order grew: {PaymentWire.Text(more, row.CurrencyCode)} more is to be paid",
        < 0 and var less => $"The order shrank: {PaymentWire.Text(-less, row.CurrencyCode)} of what was captured is to be given back",
        _ => null,
    };

    private static AdminPaymentResponse ToWire(PaymentRow row)
    {
        decimal Major(long minor) => Money.ToMajor(minor, row.CurrencyCode);
        var ledger = JsonSerializer.Deserialize(row.Ledger, PaymentsJson.Default.IReadOnlyListLedgerRow)!;
        return new(
            WireId.Encode(PaymentWire.Payment, row.Id), Major(row.Amount), Major(row.Captured), Major(row.Refunded), Major(row.Released),
            Major(row.Disputed), row.CurrencyCode, row.ProviderId, row.Reference,
            WireId.Encode(PaymentWire.Collection, row.CollectionId), WireId.Encode(PaymentWire.Session, row.SessionId),
            WireId.Encode("cart", row.CartId), WireId.EncodeOrNull("order", row.OrderId), JsonColumn.Read(row.Means), JsonColumn.Read(row.Data), Attention(row),
            row.CaptureAt, row.LapsesAt, row.CapturedAt, row.CanceledAt, row.CreatedAt, row.UpdatedAt,
            row.Score is { } score ? new FraudResponse(score, row.Verdict!, row.Reasons!, row.Review, row.ReviewedBy, row.ReviewedAt) : null,
            [.. ledger.Where(l => l.Kind == "capture").Select(l => new CaptureResponse($"capt_{l.Id}", Major(l.Amount), l.CreatedBy, l.CreatedAt))],
            [.. ledger.Where(l => l.Kind == "refund").Select(l => new RefundResponse($"ref_{l.Id}", Major(l.Amount), l.Reason, l.Note, l.CreatedBy, l.CreatedAt))]);
    }
}

/// <summary>Prefixes of ids on the wire.</summary>
internal static class PaymentWire
{
    public const string Payment = "pay";
    public const string Collection = "pay_col";
    public const string Session = "payses";

    /// <summary>An amount in major units, for messages.</summary>
    public static string Text(long minor, string currency) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Money.ToMajor(minor, currency)} {currency.ToUpperInvariant()}");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, NumberHandling = JsonNumberHandling.Strict,
    Converters = [typeof(WireTimeConverter)])]
[JsonSerializable(typeof(PaymentProviderResponse))]
[JsonSerializable(typeof(CapturePaymentRequest))]
[JsonSerializable(typeof(RefundPaymentRequest))]
[JsonSerializable(typeof(CancelPaymentRequest))]
[JsonSerializable(typeof(Fraud.ReviewPaymentRequest))]
[JsonSerializable(typeof(AdminPaymentEnvelope))]
[JsonSerializable(typeof(AdminPaymentsPage))]
[JsonSerializable(typeof(IReadOnlyList<LedgerRow>))]
[JsonSerializable(typeof(Providers.ProviderMeans))]
internal sealed partial class PaymentsJson : JsonSerializerContext;
