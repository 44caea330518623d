using System.Text.Json.Nodes;
using Npgsql;

namespace HeadlessPro.Modules.Tests.Payments;

public class MovePaymentTests(PaymentShop shop) : IClassFixture<PaymentShop>
{
    [Fact]
    public async Task Money_is_captured_in_parts_and_the_order_shows_how_much()
    {
        var order = await shop.Order();
        var before = await shop.Read(order);
        Assert.Equal((250m, 0m, 0m, "zar", "pp_system_default"), ((decimal)before["amount"]!, (decimal)before["captured_amount"]!,
            (decimal)before["refunded_amount"]!, (string)before["currency_code"]!, (string)before["provider_id"]!));
        Assert.Equal("authorized", (string)(await shop.Show(order.Order))["payment_status"]!);

        var part = await shop.Move(order, "capture", new { amount = 100.25 });

        Assert.Equal((100.25m, null), ((decimal)part["captured_amount"]!, (string?)part["captured_at"]));
        var capture = Assert.Single(part["captures"]!.AsArray())!;
        Assert.Equal(100.25m, (decimal)capture["amount"]!);
        var key = await shop.Scalar<Guid>("select id from identity.api_keys where type = 'secret'");
        Assert.Equal(HeadlessPro.Contracts.WireId.Encode("apk", key), (string)capture["created_by"]!);
        var shown = await shop.Show(order.Order);
        Assert.Equal(("partially_captured", 100.25m), ((string)shown["payment_status"]!, (decimal)shown["payment_collections"]![0]!["captured_amount"]!));
        Assert.Null(shown["payment_collections"]![0]!["payments"]![0]!["captured_at"]);

        var whole = await shop.Move(order, "capture");

        Assert.Equal([100.25m, 149.75m], whole["captures"]!.AsArray().Select(c => (decimal)c!["amount"]!));
        Assert.Equal(250m, (decimal)whole["captured_amount"]!);
        shown = await shop.Show(order.Order);
        var collection = shown["payment_collections"]![0]!;
        Assert.Equal(("captured", "completed", 250m), ((string)shown["payment_status"]!, (string)collection["status"]!, (decimal)collection["captured_amount"]!));
        Assert.Equal((string)whole["captured_at"]!, (string)collection["payments"]![0]!["captured_at"]!);
        Assert.Equal("captured 25000 refunded 0 canceled f; ledger authorization 25000 of 1, capture 25000 of 2; operations done 2", await shop.Books(order));
    }

    [Fact]
    public async Task Money_is_given_back_in_parts_with_a_reason()
    {
        var order = await shop.Order();
        await shop.Move(order, "capture", new { amount = 200 });

        var part = await shop.Move(order, "refund", new { amount = 50.01, reason = "damaged", note = "Left sleeve" });

        var refund = Assert.Single(part["refunds"]!.AsArray())!;
        Assert.Equal((50.01m, "damaged", "Left sleeve"), ((decimal)refund["amount"]!, (string)refund["reason"]!, (string)refund["note"]!));
        var shown = await shop.Show(order.Order);
        Assert.Equal(("partially_refunded", 200m, 50.01m), ((string)shown["payment_status"]!,
            (decimal)shown["payment_collections"]![0]!["captured_amount"]!, (decimal)shown["payment_collections"]![0]!["refunded_amount"]!));

        var whole = await shop.Move(order, "refund");

        Assert.Equal([50.01m, 149.99m], whole["refunds"]!.AsArray().Select(r => (decimal)r!["amount"]!));
        Assert.Equal("refunded", (string)(await shop.Show(order.Order))["payment_status"]!);
        Assert.Equal(
            "captured 20000 refunded 20000 canceled f; ledger authorization 25000 of 1, capture 20000 of 1, refund 20000 of 2; operations done 3",
            await shop.Books(order));
        Assert.Equal(("nothing_to_refund", $"Payment {order.Payment} has nothing left to refund"), await shop.Refused(order, "refund"));
        Assert.Equal(50m, (decimal)(await shop.Move(order, "capture"))["captures"]![1]!["amount"]!);
        Assert.Equal("partially_refunded", (string)(await shop.Show(order.Order))["payment_status"]!);
    }

    [Fact]
    public async Task A_promise_that_is_let_go_is_never_asked_for_anew()
    {
        var order = await shop.Order();

        var canceled = await shop.Move(order, "cancel");

        Assert.NotNull(canceled["canceled_at"]);
        const string books = "captured 0 refunded 0 canceled t; ledger authorization 25000 of 1, void 25000 of 1; operations done 1";
        Assert.Equal(books, await shop.Books(order));
        Assert.Equal("canceled", (string)(await shop.Show(order.Order))["payment_status"]!);
        Assert.Equal(order.Order, (string)(await shop.Complete(order.Cart))["order"]!["id"]!);
        await shop.Store.PostJson($"/store/carts/{order.Cart}/payment-sessions", new { provider_id = "pp_system_default" }, 400);
        foreach (var how in new[] { "capture", "refund", "cancel" })
            Assert.Equal(("payment_canceled", $"Payment {order.Payment} is canceled"), await shop.Refused(order, how));
        Assert.Equal(books, await shop.Books(order));
        Assert.Equal(1L, await shop.Scalar<long>($"select count(*) from payments.payments p join payments.collections c on c.id = p.collection_id where c.cart_id = '{PaymentShop.Decode("cart", order.Cart)}'"));
        Assert.Equal("canceled", (string)(await shop.Show(order.Order))["payment_status"]!);
    }

    [Theory]
    [InlineData("capture", """{"amount":0}""", "Invalid request: Value for field 'amount' too small, expected more than: '0'")]
    [InlineData("capture", """{"amount":-1}""", "Invalid request: Value for field 'amount' too small, expected more than: '0'")]
    [InlineData("capture", """{"amount":1.001}""", "Invalid request: Value for field 'amount' has more than the 2 decimals of zar")]
    [InlineData("capture", """{"amount":1e15}""", "Invalid request: Value for field 'amount' too large, expected at most: '1000000000000'")]
    [InlineData("capture", """{"amount":"1"}""", "Invalid request: Expected type: 'number' for field 'amount', got: '1'")]
    [InlineData("capture", """{"amont":1}""", "Invalid request: Unrecognized fields: 'amont'")]
    [InlineData("capture", """{"amount":50.01}""", "Invalid request: Value for field 'amount' too large, expected at most what is left to capture: '50 ZAR'")]
    [InlineData("refund", """{"amount":150.01}""", "Invalid request: Value for field 'amount' too large, expected at most what is left to refund: '150 ZAR'")]
    [InlineData("refund", """{"amount":0.001}""", "Invalid request: Value for field 'amount' has more than the 2 decimals of zar")]
    [InlineData("cancel", """{"amount":1}""", "Invalid request: Unrecognized fields: 'amount'")]
    public async Task What_cannot_be_is_refused_by_name_and_moves_nothing(string how, string body, string message)
    {
        var order = await shop.Order();
        await shop.Move(order, "capture", new { amount = 200 });
        await shop.Move(order, "refund", new { amount = 50 });
        var before = ((await shop.Read(order)).ToJsonString(), await shop.Books(order));

        Assert.EndsWith(message, (await shop.Refused(order, how, body)).Message, StringComparison.Ordinal);

        Assert.Equal(before, ((await shop.Read(order)).ToJsonString(), await shop.Books(order)));
    }

    [Fact]
    public async Task What_a_capture_in_parts_left_is_let_go_once_and_what_was_taken_stays()
    {
        var order = await shop.Order();
        await shop.Move(order, "capture", new { amount = 100 });
        await shop.Move(order, "capture", new { amount = 50.25 });

        var canceled = await shop.Move(order, "cancel");

        Assert.Equal((150.25m, 99.75m), ((decimal)canceled["captured_amount"]!, (decimal)canceled["released_amount"]!));
        Assert.NotNull(canceled["captured_at"]);
        Assert.Null(canceled["canceled_at"]);
        const string books = "captured 15025 refunded 0 canceled f; ledger authorization 25000 of 1, capture 15025 of 2, void 9975 of 1; operations done 3";
        Assert.Equal(books, await shop.Books(order));
        var collection = (await shop.Show(order.Order))["payment_collections"]![0]!;
        Assert.Equal((150.25m, 150.25m, "partially_authorized"), ((decimal)collection["authorized_amount"]!, (decimal)collection["captured_amount"]!, (string)collection["status"]!));

        Assert.Equal(("payment_captured", $"Payment {order.Payment} has nothing left to cancel: 150.25 ZAR is captured, refund it instead"), await shop.Refused(order, "cancel"));
        Assert.Equal("nothing_to_capture", (await shop.Refused(order, "capture", new { amount = 1 })).Code);
        Assert.Equal(books, await shop.Books(order));
        Assert.Equal(150.25m, (decimal)(await shop.Move(order, "refund"))["refunded_amount"]!);
    }

    [Fact]
    public async Task Nothing_is_refunded_before_it_is_captured_and_nothing_captured_twice()
    {
        var order = await shop.Order();
        Assert.Equal("nothing_to_refund", (await shop.Refused(order, "refund", new { amount = 1 })).Code);
        await shop.Move(order, "capture");
        Assert.Equal(("nothing_to_capture", $"Payment {order.Payment} has nothing left to capture"), await shop.Refused(order, "capture"));
        Assert.Equal("captured 25000 refunded 0 canceled f; ledger authorization 25000 of 1, capture 25000 of 1; operations done 1", await shop.Books(order));
    }

    [Theory]
    [InlineData("pay_x")]
    [InlineData("pay_01M7XF437G6B3HNARG99FB03AT")]
    public async Task Unknown_payments_are_404(string id)
    {
        var message = $"Payment with id: {id} was not found";
        Assert.Equal(message, (string)(await shop.Admin.GetJson($"/admin/payments/{id}", 404))["message"]!);
        foreach (var how in new[] { "capture", "refund", "cancel" })
            Assert.Equal(message, (string)(await shop.Admin.PostJson($"/admin/payments/{id}/{how}", status: 404))["message"]!);
    }

    [Fact]
    public async Task Only_staff_move_money()
    {
        var order = await shop.Order();
        await shop.Store.GetJson("/admin/payments", 401);
        await shop.Store.PostJson($"/admin/payments/{order.Payment}/capture", status: 401);
        Assert.Equal("captured 0 refunded 0 canceled f; ledger authorization 25000 of 1; operations ", await shop.Books(order));
    }

    [Fact]
    public async Task The_list_finds_payments_by_what_they_are_of()
    {
        var (first, second) = (await shop.Order(), await shop.Order());
        await shop.Move(second, "capture");
        async Task<JsonNode> List(string query) => await shop.Admin.GetJson("/admin/payments?" + query);
        var one = await List($"cart_id={first.Cart}");
        Assert.Equal((1, first.Payment), ((int)one["count"]!, (string)one["payments"]![0]!["id"]!));
        Assert.Equal((await shop.Read(first)).ToJsonString(), one["payments"]![0]!.ToJsonString());
        var collection = (string)one["payments"]![0]!["payment_collection_id"]!;
        Assert.Equal(first.Payment, (string)Assert.Single((await List($"payment_collection_id={collection}"))["payments"]!.AsArray())!["id"]!);
        var both = await List($"id[]={first.Payment}&id[]={second.Payment}&provider_id=pp_system_default&currency_code=zar&order=created_at&fields=amount");
        Assert.Equal([first.Payment, second.Payment], both["payments"]!.AsArray().Select(p => (string)p!["id"]!));
        Assert.Equal(["id", "amount"], both["payments"]![0]!.AsObject().Select(p => p.Key));
        var page = await List($"id[]={first.Payment}&id[]={second.Payment}&limit=1&offset=1");
        Assert.Equal((2, 1, 1, first.Payment), ((int)page["count"]!, (int)page["limit"]!, (int)page["offset"]!, (string)page["payments"]![0]!["id"]!));
        var since = Uri.EscapeDataString((string)(await shop.Read(second))["captured_at"]!);
        Assert.Contains(second.Payment, (await List($"captured_at[$gte]={since}"))["payments"]!.AsArray().Select(p => (string)p!["id"]!));
        Assert.Equal("Invalid request: Unrecognized fields: 'status'", (string)(await shop.Admin.GetJson("/admin/payments?status=x", 400))["message"]!);
    }

    [Fact]
    public async Task The_same_request_again_under_its_key_moves_nothing_more()
    {
        var order = await shop.Order();
        await shop.Move(order, "capture");
        async Task<(string Body, bool Replayed)> Refund()
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/admin/payments/{order.Payment}/refund");
            request.Headers.Add("Idempotency-Key", $"refund-of-{order.Payment}");
            request.Content = new StringContent("""{"amount":20}""", System.Text.Encoding.UTF8, "application/json");
            using var response = await shop.Admin.SendAsync(request);
            Assert.Equal(200, (int)response.StatusCode);
            return (await response.Content.ReadAsStringAsync(), response.Headers.Contains("Idempotency-Replayed"));
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Refund()));

        Assert.Single(answers.Select(a => a.Body).Distinct());
        Assert.Single(answers, a => !a.Replayed);
        Assert.Equal(
            "captured 25000 refunded 2000 canceled f; ledger authorization 25000 of 1, capture 25000 of 1, refund 2000 of 1; operations done 2",
            await shop.Books(order));
    }

    [Fact]
    public async Task The_shop_is_told_of_each_movement_with_it()
    {
        var order = await shop.Order();
        await shop.Move(order, "capture", new { amount = 100 });
        await shop.Move(order, "capture");
        await shop.Move(order, "refund", new { amount = 1 });
        await shop.Refused(order, "refund", new { amount = 250 });
        var told = await shop.Scalar<string[]>($"""
            select array_agg(format('%s %s', name, payload - 'PaymentId' - 'CartId') order by id) from events.log
            where payload->>'PaymentId' = '{order.Id}' and payload->>'CartId' = '{PaymentShop.Decode("cart", order.Cart)}'
            """);
        Assert.Equal(
            [
                """payments.captured {"Amount": 10000, "Captured": 10000, "CurrencyCode": "zar"}""",
                """payments.captured {"Amount": 15000, "Captured": 25000, "CurrencyCode": "zar"}""",
                """payments.refunded {"Amount": 100, "Refunded": 100, "CurrencyCode": "zar"}""",
            ], told!);
    }

    [Theory]
    [InlineData("update payments.ledger set amount = 1")]
    [InlineData("delete from payments.ledger")]
    [InlineData("truncate payments.ledger")]
    public async Task What_is_in_the_ledger_stays_there(string sql)
    {
        var order = await shop.Order();
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => shop.Scalar<object>(sql));
        Assert.Equal("ledger is only ever appended to", refusal.MessageText);
        Assert.Equal("captured 0 refunded 0 canceled f; ledger authorization 25000 of 1; operations ", await shop.Books(order));
    }
}
