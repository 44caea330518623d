using System.Text;
using System.Text.Json;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Payments.Providers.PayPal;

namespace HeadlessPro.Modules.Tests.Payments;

/// <summary>States of PayPal's objects that the emulator does not bring about, as PayPal's reference describes them.</summary>
public sealed class PayPalOddAnswersTests
{
    private const string Done = """{"id": "A", "status": "CAPTURED", "amount": {"currency_code": "EUR", "value": "10.00"}}""";

    [Theory]
    [InlineData("COMPLETED", """{"id": "A", "status": "PENDING", "amount": {"currency_code": "EUR", "value": "10.00"}}""", "RequiresMore", null)]
    [InlineData("COMPLETED", """{"id": "A", "status": "DENIED", "amount": {"currency_code": "EUR", "value": "10.00"}}""", "Pending",
        "PayPal could not take the money from the means of payment that was chosen there")]
    [InlineData("COMPLETED", """{"id": "A", "status": "ON_THE_MOON", "amount": {"currency_code": "EUR", "value": "10.00"}}""", "RequiresMore", null)]
    [InlineData("VOIDED", "", "Canceled", null)]
    [InlineData("SAVED", "", "Pending", null)]
    public void What_is_not_promised_is_no_promise(string status, string authorization, string state, string? reason)
    {
        var held = Read(status, authorization);
        Assert.Equal((state, null, 1000L, reason), (held.State.ToString(), held.PaymentReference, held.Amount, held.Reason));
        Assert.Empty(held.Movements);
    }

    [Fact]
    public void A_refund_that_did_not_arrive_is_money_the_shop_has_again()
    {
        var held = Read("COMPLETED", Done, Capture("C1", "PARTIALLY_REFUNDED", "10.00"), string.Join(',', Refund("R1", "FAILED"), Refund("R2", "CANCELLED"), Refund("R3", "PENDING"), Refund("R4", "COMPLETED")));
        Assert.Equal(
            "capture C1 1000, refund R1 100, refund_reversal R1:failed 100, refund R2 100, refund_reversal R2:failed 100, refund R3 100, refund R4 100", Text(held));
        Assert.Equal(ProviderState.Authorized, held.State);
    }

    [Theory]
    [InlineData("DECLINED")]
    [InlineData("FAILED")]
    public void A_capture_that_failed_before_the_next_worked_moved_nothing(string status) =>
        Assert.Equal("capture C2 1000", Text(Read("COMPLETED", Done, Capture("C1", status, "10.00") + "," + Capture("C2", "COMPLETED", "10.00"))));

    [Fact]
    public void A_capture_in_review_is_neither_taken_nor_let_go()
    {
        var held = Read("COMPLETED", Done, Capture("C1", "PENDING", "10.00"));
        Assert.Equal((ProviderState.Authorized, ""), (held.State, Text(held)));
        Assert.Equal("capture C2 300, void A:released 300", Text(Read("COMPLETED", Done, Capture("C1", "PENDING", "4.00") + "," + Capture("C2", "COMPLETED", "3.00"))));
        Assert.Equal("capture C2 300, void C1:denied 400, void A:released 300", Text(Read("COMPLETED", Done, Capture("C1", "DECLINED", "4.00") + "," + Capture("C2", "COMPLETED", "3.00"))));
    }

    [Theory]
    [InlineData("PENDING", "BUYER_COMPLAINT")]
    [InlineData("DENIED", "CHARGEBACK")]
    public void A_capture_that_is_disputed_was_taken_first(string status, string why)
    {
        var capture = Capture("C1", status, "10.00").Replace("\"amount\"", $"\"status_details\": {{\"reason\": \"{why}\"}}, \"amount\"", StringComparison.Ordinal);
        Assert.Equal("capture C1 1000", Text(Read("COMPLETED", Done, capture)));
    }

    [Theory]
    [InlineData("OPEN", null, "capture C1 1000, dispute D 400")]
    [InlineData("RESOLVED", "RESOLVED_BUYER_FAVOUR", "capture C1 1000, dispute D 400")]
    [InlineData("RESOLVED", "ACCEPTED", "capture C1 1000, dispute D 400")]
    [InlineData("RESOLVED", "RESOLVED_SELLER_FAVOUR", "capture C1 1000, dispute D 400, dispute_reversal D 400")]
    [InlineData("RESOLVED", "CANCELED_BY_BUYER", "capture C1 1000, dispute D 400, dispute_reversal D 400")]
    public void A_dispute_is_money_taken_back_until_it_is_won(string status, string? outcome, string movements)
    {
        var dispute = new PayPalDispute("D", status, DateTimeOffset.Parse("2026-01-03T10:00:00Z", null), new PayPalMoney("EUR", "4.00"), outcome is null ? null : new PayPalOutcome(outcome));
        Assert.Equal(movements, Text(Read("COMPLETED", Done, Capture("C1", "COMPLETED", "10.00"), disputes: dispute)));
    }

    [Fact]
    public void An_amount_that_is_none_is_not_guessed() =>
        Assert.Throws<FormatException>(() => Read("COMPLETED", Done.Replace("10.00", "10.005", StringComparison.Ordinal)));

    [Theory]
    [InlineData("checkout-order", """{"order_id": "O", "purchase_units": [{"custom_id": "0198b1a4-5c6e-7000-8000-000000000001"}]}""", "O", null, null, true)]
    [InlineData("checkout-order", """{"id": "O", "purchase_units": [{"custom_id": "cart_1"}]}""", "O", null, null, false)]
    [InlineData("dispute", """{"dispute_id": "PP-D-1"}""", null, null, null, false)]
    [InlineData("dispute", """{"dispute_id": "PP-D-1", "disputed_transactions": [{"seller_transaction_id": "C"}]}""", null, null, "C", false)]
    [InlineData("capture", """{"id": "C", "supplementary_data": {"related_ids": {"order_id": "O", "authorization_id": "A"}}}""", "O", "A", "C", false)]
    [InlineData("refund", """{"id": "R", "links": [{"rel": "self", "href": "/refunds/R"}, {"rel": "up", "href": "/captures/C"}]}""", null, null, "C", false)]
    public void Events_are_read_for_where_to_look(string kind, string resource, string? order, string? authorization, string? capture, bool isOurs)
    {
        var told = PayPalWebhook.Read(Encoding.UTF8.GetBytes($$$"""{"id": "WH-1", "event_type": "X", "resource_type": "{{{kind}}}", "resource": {{{resource}}} }"""))!;
        Assert.Equal(("WH-1", order, authorization, capture), (told.Id, told.OrderId, told.AuthorizationId, told.CaptureId));
        Assert.Equal(isOurs ? new Guid("0198b1a4-5c6e-7000-8000-000000000001") : null, told.SessionId);
    }

    private static ProviderSnapshot Read(string status, string authorization, string captures = "", string refunds = "", params PayPalDispute[] disputes) => PayPalSnapshot.Of(
        JsonSerializer.Deserialize($$$"""
            {"id": "O", "status": "{{{status}}}", "purchase_units": [{"amount": {"currency_code": "EUR", "value": "10.00"},
             "payments": {"authorizations": [{{{authorization}}}], "captures": [{{{captures}}}], "refunds": [{{{refunds}}}]}}]}
            """, PayPalJson.Default.PayPalOrder)!,
        new ProviderSession(Guid.CreateVersion7(), Guid.CreateVersion7(), "O", 1000, "eur", "{}"), disputes);

    private static string Capture(string id, string status, string value) =>
        $$$"""{"id": "{{{id}}}", "status": "{{{status}}}", "amount": {"currency_code": "EUR", "value": "{{{value}}}"}, "create_time": "2026-01-01T10:00:00Z"}""";

    private static string Refund(string id, string status) =>
        $$$"""{"id": "{{{id}}}", "status": "{{{status}}}", "amount": {"currency_code": "EUR", "value": "1.00"}, "create_time": "2026-01-02T10:00:00Z"}""";

    private static string Text(ProviderSnapshot held) => string.Join(", ", held.Movements.Select(m => $"{m.Kind.Name()} {m.Reference} {m.Amount}"));
}
