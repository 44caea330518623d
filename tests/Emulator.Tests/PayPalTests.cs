using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.Tests;

/// <summary>PayPal's orders, authorizations, captures, refunds and webhooks, by plain HTTP.</summary>
public sealed class PayPalTests
{
    [Fact]
    public async Task A_token_opens_the_api_and_nothing_else_does()
    {
        await using var payPal = await Emulated.StartAsync();
        Assert.Equal((401, "invalid_token"), await Refusal(payPal.JsonAsync("GET", "/v2/checkout/orders/x", null, "Authorization: Bearer nonsense")));
        Assert.Equal((401, "invalid_client"), await Refusal(TokenAsync(payPal, "id:invalid")));
        Assert.Equal((400, "unsupported_grant_type"), await Refusal(TokenAsync(payPal, "id:secret", "password")));
        var token = await TokenAsync(payPal, "id:secret");
        Assert.Equal(("Bearer", "32400"), (token["token_type"], token["expires_in"]));
        var bearer = "Authorization: Bearer " + token["access_token"];
        Assert.Equal(404, (await payPal.JsonAsync("GET", "/v2/checkout/orders/x", null, bearer)).Status);
        await payPal.ControlAsync("paypal/revoke-tokens", []);
        Assert.Equal(401, (await payPal.JsonAsync("GET", "/v2/checkout/orders/x", null, bearer)).Status);

        static async Task<(int, string?)> Refusal(Task<Answer> call) => ((await call).Status, (await call)["error"]);
    }

    [Fact]
    public async Task An_order_is_approved_authorized_captured_in_parts_and_given_back()
    {
        await using var payPal = await Emulated.StartAsync();
        var shop = await ShopAsync(payPal);
        var order = await shop("POST", "/v2/checkout/orders", Order("AUTHORIZE", "20.00"));
        Assert.Equal((201, "CREATED", null), (order.Status, order["status"], order["purchase_units"]));
        Assert.Equal("ORDER_NOT_APPROVED", (await shop("POST", $"/v2/checkout/orders/{order["id"]}/authorize", null))["details.0.issue"]);
        Assert.Equal("ACTION_DOES_NOT_MATCH_INTENT", (await shop("POST", $"/v2/checkout/orders/{order["id"]}/capture", null))["details.0.issue"]);

        var approve = (string)((JsonArray)order.Body["links"]!).Single(l => (string)l!["rel"]! == "approve")!["href"]!;
        Assert.Contains("20.00 USD", (await payPal.PageAsync(approve)).Text, StringComparison.Ordinal);
        var back = await payPal.PageAsync(approve, ("outcome", "approve"), ("email", "ada@example.com"), ("name", "Ada M"));
        Assert.StartsWith($"http://shop.example/back?cart=1&token={order["id"]}&PayerID=", back.Location, StringComparison.Ordinal);
        Assert.Equal("APPROVED", (await shop("GET", "/v2/checkout/orders/" + order["id"], null))["status"]);

        var authorized = await shop("POST", $"/v2/checkout/orders/{order["id"]}/authorize", null);
        Assert.Equal((201, "COMPLETED", "ada@example.com"), (authorized.Status, authorized["status"], authorized["payer.email_address"]));
        var id = authorized["purchase_units.0.payments.authorizations.0.id"]!;
        Assert.Equal("CREATED", authorized["purchase_units.0.payments.authorizations.0.status"]);
        Assert.Equal("ORDER_ALREADY_AUTHORIZED", (await shop("POST", $"/v2/checkout/orders/{order["id"]}/authorize", null))["details.0.issue"]);

        var first = await shop("POST", $"/v2/payments/authorizations/{id}/capture", Amount("12.50"));
        Assert.Equal((201, "COMPLETED", null), (first.Status, first["status"], first["amount"]));
        Assert.Equal("PARTIALLY_CAPTURED", (await shop("GET", "/v2/payments/authorizations/" + id, null))["status"]);
        var tooMuch = await shop("POST", $"/v2/payments/authorizations/{id}/capture", Amount("7.51"));
        Assert.Equal((422, "UNPROCESSABLE_ENTITY", "MAX_CAPTURE_AMOUNT_EXCEEDED"), (tooMuch.Status, tooMuch["name"], tooMuch["details.0.issue"]));
        var last = Amount("5.00");
        last["final_capture"] = true;
        Assert.Equal("5.00", (await shop("POST", $"/v2/payments/authorizations/{id}/capture", last, "Prefer: return=representation"))["amount.value"]);
        Assert.Equal("AUTHORIZATION_ALREADY_CAPTURED", (await shop("POST", $"/v2/payments/authorizations/{id}/capture", Amount("1.00")))["details.0.issue"]);
        Assert.Equal("PREVIOUSLY_CAPTURED", (await shop("POST", $"/v2/payments/authorizations/{id}/void", null))["details.0.issue"]);

        var refund = await shop("POST", $"/v2/payments/captures/{first["id"]}/refund", Amount("2.50"), "Prefer: return=representation");
        Assert.Equal((201, "2.50", "2.50"), (refund.Status, refund["amount.value"], refund["seller_payable_breakdown.total_refunded_amount.value"]));
        Assert.Equal("PARTIALLY_REFUNDED", (await shop("GET", "/v2/payments/captures/" + first["id"], null))["status"]);
        Assert.Equal("REFUND_AMOUNT_EXCEEDED", (await shop("POST", $"/v2/payments/captures/{first["id"]}/refund", Amount("10.01")))["details.0.issue"]);
        Assert.Equal("COMPLETED", (await shop("POST", $"/v2/payments/captures/{first["id"]}/refund", []))["status"]);
        Assert.Equal("CAPTURE_FULLY_REFUNDED", (await shop("POST", $"/v2/payments/captures/{first["id"]}/refund", []))["details.0.issue"]);
        Assert.Equal("2.50", (await shop("GET", "/v2/payments/refunds/" + refund["id"], null))["amount.value"]);

        Assert.Equal(["CHECKOUT.ORDER.APPROVED", "PAYMENT.AUTHORIZATION.CREATED", "PAYMENT.CAPTURE.COMPLETED", "PAYMENT.CAPTURE.COMPLETED", "PAYMENT.CAPTURE.REFUNDED",
            "PAYMENT.CAPTURE.REFUNDED"], await payPal.EventsAsync());
        Assert.Equal("""{"paypal":{"USD":{"authorization":2000,"capture":1750,"void":250,"refund":1250}}}""", (await payPal.ControlAsync("state"))["totals"]!.ToJsonString());
    }

    [Fact]
    public async Task An_order_captured_at_once_repeats_its_answer_under_the_same_request_id()
    {
        await using var payPal = await Emulated.StartAsync();
        var shop = await ShopAsync(payPal);
        var order = await shop("POST", "/v2/checkout/orders", Order("CAPTURE", "9.99"), "PayPal-Request-Id: o1");
        Assert.Equal(order["id"], (await shop("POST", "/v2/checkout/orders", Order("CAPTURE", "9.99"), "PayPal-Request-Id: o1"))["id"]);
        await ApproveAsync(payPal, order, ("email", "ada@example.com"));
        await payPal.FaultAsync("lost", "*/capture");
        await Assert.ThrowsAsync<HttpRequestException>(() => shop("POST", $"/v2/checkout/orders/{order["id"]}/capture", null, "PayPal-Request-Id: c1"));
        var again = await shop("POST", $"/v2/checkout/orders/{order["id"]}/capture", null, "PayPal-Request-Id: c1");
        Assert.Equal((200, "COMPLETED", "COMPLETED"), (again.Status, again["status"], again["purchase_units.0.payments.captures.0.status"]));
        Assert.Equal("ORDER_ALREADY_CAPTURED", (await shop("POST", $"/v2/checkout/orders/{order["id"]}/capture", null, "PayPal-Request-Id: c2"))["details.0.issue"]);
        var captures = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => shop("POST", $"/v2/payments/captures/{again["purchase_units.0.payments.captures.0.id"]}/refund", Amount("1.00"))));
        Assert.Equal(9, captures.Count(c => c.Status == 201));
        Assert.Equal("""{"paypal":{"USD":{"authorization":999,"capture":999,"refund":900}}}""", (await payPal.ControlAsync("state"))["totals"]!.ToJsonString());
    }

    [Fact]
    public async Task An_authorization_is_voided_renewed_and_lapses()
    {
        await using var payPal = await Emulated.StartAsync();
        var shop = await ShopAsync(payPal);
        var voided = await AuthorizedAsync(payPal, shop);
        Assert.Equal(204, (await shop("POST", $"/v2/payments/authorizations/{voided}/void", null)).Status);
        Assert.Equal("PREVIOUSLY_VOIDED", (await shop("POST", $"/v2/payments/authorizations/{voided}/void", null))["details.0.issue"]);
        Assert.Equal("AUTHORIZATION_VOIDED", (await shop("POST", $"/v2/payments/authorizations/{voided}/capture", []))["details.0.issue"]);
        Assert.Equal("PAYMENT.AUTHORIZATION.VOIDED", (await payPal.EventsAsync())[^1]);

        var former = await AuthorizedAsync(payPal, shop);
        Assert.Equal("REAUTHORIZATION_TOO_SOON", (await shop("POST", $"/v2/payments/authorizations/{former}/reauthorize", []))["details.0.issue"]);
        await payPal.ControlAsync("clock", new JsonObject { ["advance_days"] = 4 });
        shop = await ShopAsync(payPal);
        var renewed = await shop("POST", $"/v2/payments/authorizations/{former}/reauthorize", []);
        Assert.Equal((201, "CREATED"), (renewed.Status, renewed["status"]));
        Assert.Equal("AUTHORIZATION_EXPIRED", (await shop("POST", $"/v2/payments/authorizations/{former}/capture", []))["details.0.issue"]);
        await payPal.ControlAsync("clock", new JsonObject { ["advance_days"] = 26 });
        shop = await ShopAsync(payPal);
        Assert.Equal("EXPIRED", (await shop("GET", "/v2/payments/authorizations/" + renewed["id"], null))["status"]);
        Assert.Equal("""{"paypal":{"USD":{"authorization":3000,"void":3000}}}""", (await payPal.ControlAsync("state"))["totals"]!.ToJsonString());
    }

    [Fact]
    public async Task A_payer_goes_back_has_a_bank_that_declines_or_a_payment_that_is_reviewed()
    {
        await using var payPal = await Emulated.StartAsync();
        var shop = await ShopAsync(payPal);
        var order = await shop("POST", "/v2/checkout/orders", Order("CAPTURE", "10.00"));
        Assert.Equal($"http://shop.example/cart?token={order["id"]}", await ApproveAsync(payPal, order, ("outcome", "cancel")));
        Assert.Equal("CREATED", (await shop("GET", "/v2/checkout/orders/" + order["id"], null))["status"]);

        await ApproveAsync(payPal, order, ("decline", "on"));
        var declined = await shop("POST", $"/v2/checkout/orders/{order["id"]}/capture", null);
        Assert.Equal((422, "INSTRUMENT_DECLINED", "redirect"), (declined.Status, declined["details.0.issue"], declined["links.1.rel"]));
        await ApproveAsync(payPal, order, ("email", "pending@example.com"));
        var pending = await shop("POST", $"/v2/checkout/orders/{order["id"]}/capture", null);
        Assert.Equal("PENDING", pending["purchase_units.0.payments.captures.0.status"]);
        await payPal.ControlAsync($"paypal/captures/{pending["purchase_units.0.payments.captures.0.id"]}/settle", new JsonObject { ["status"] = "DENIED" });
        Assert.Equal(["CHECKOUT.ORDER.APPROVED", "CHECKOUT.ORDER.APPROVED", "PAYMENT.CAPTURE.PENDING", "PAYMENT.CAPTURE.DENIED"], await payPal.EventsAsync());
        Assert.Equal("""{"paypal":{"USD":{"authorization":1000,"void":1000}}}""", (await payPal.ControlAsync("state"))["totals"]!.ToJsonString());
        Assert.Equal("DUPLICATE_INVOICE_ID", (await shop("POST", "/v2/checkout/orders", Order("CAPTURE", "1.00"), """PayPal-Mock-Response: {"mock_application_codes": "DUPLICATE_INVOICE_ID"}"""))["details.0.issue"]);
    }

    [Fact]
    public async Task A_dispute_of_a_capture_is_listed_by_it_and_told_when_it_is_opened_and_resolved()
    {
        await using var payPal = await Emulated.StartAsync();
        var shop = await ShopAsync(payPal);
        var captures = new List<string>();
        for (var i = 0; i < 2; i++) captures.Add((await shop("POST", $"/v2/payments/authorizations/{await AuthorizedAsync(payPal, shop)}/capture", Amount("10.00")))["id"]!);
        await payPal.ControlAsync("paypal/disputes", new JsonObject { ["capture"] = captures[0], ["amount"] = 400 });
        Assert.Equal("[]", (await shop("GET", "/v1/customer/disputes?disputed_transaction_id=" + captures[1], null))["items"]);
        var listed = await shop("GET", "/v1/customer/disputes?disputed_transaction_id=" + captures[0], null);
        Assert.Equal(("WAITING_FOR_SELLER_RESPONSE", "4.00", null), (listed["items.0.status"], listed["items.0.dispute_amount.value"], listed["items.0.disputed_transactions"]));
        Assert.Single((JsonArray)listed.Ok["items"]!);

        var id = listed["items.0.dispute_id"];
        await payPal.ControlAsync($"paypal/disputes/{id}/resolve", new JsonObject { ["outcome"] = "RESOLVED_SELLER_FAVOUR" });
        Assert.Equal("RESOLVED", (await shop("GET", "/v1/customer/disputes", null))["items.0.status"]);
        var dispute = await shop("GET", "/v1/customer/disputes/" + id, null);
        Assert.Equal(("RESOLVED", captures[0], "RESOLVED_SELLER_FAVOUR"),
            (dispute["status"], dispute["disputed_transactions.0.seller_transaction_id"], dispute["dispute_outcome.outcome_code"]));
        Assert.Equal(404, (await shop("GET", "/v1/customer/disputes/PP-D-0", null)).Status);
        Assert.Equal(["CUSTOMER.DISPUTE.CREATED", "CUSTOMER.DISPUTE.RESOLVED"], (await payPal.EventsAsync()).Where(e => e.StartsWith("CUSTOMER", StringComparison.Ordinal)));
        Assert.Equal("""{"paypal":{"USD":{"authorization":2000,"capture":2000,"dispute":400,"dispute_won":400}}}""", (await payPal.ControlAsync("state"))["totals"]!.ToJsonString());
    }

    [Theory]
    [InlineData("10", "USD", null)]
    [InlineData("10.005", "USD", "DECIMAL_PRECISION")]
    [InlineData("10.50", "JPY", "DECIMALS_NOT_SUPPORTED")]
    [InlineData("ten", "USD", "INVALID_PARAMETER_SYNTAX")]
    [InlineData("0.00", "USD", "CANNOT_BE_ZERO_OR_NEGATIVE")]
    [InlineData("10.00", "ZAR", "CURRENCY_NOT_SUPPORTED")]
    public async Task An_amount_must_be_one(string value, string currency, string? issue)
    {
        await using var payPal = await Emulated.StartAsync();
        var shop = await ShopAsync(payPal);
        var body = Order("CAPTURE", value);
        body["purchase_units"]![0]!["amount"]!["currency_code"] = currency;
        Assert.Equal(issue, issue is null ? (await shop("POST", "/v2/checkout/orders", body))["details"] : (await shop("POST", "/v2/checkout/orders", body))["details.0.issue"]);
        body["purchase_units"]![0]!["amount"] = new JsonObject
        {
            ["currency_code"] = "USD",
            ["value"] = "10.00",
            ["breakdown"] = new JsonObject { ["item_total"] = Amount("8.00")["amount"]!.DeepClone(), ["shipping"] = Amount("1.99")["amount"]!.DeepClone() },
        };
        Assert.Equal("AMOUNT_MISMATCH", (await shop("POST", "/v2/checkout/orders", body))["details.0.issue"]);
    }

    [Fact]
    public async Task An_open_order_takes_another_amount()
    {
        await using var payPal = await Emulated.StartAsync();
        var shop = await ShopAsync(payPal);
        var order = await shop("POST", "/v2/checkout/orders", Order("CAPTURE", "10.00"));
        using var patch = new HttpRequestMessage(HttpMethod.Patch, "/v2/checkout/orders/" + order["id"])
        {
            Content = new StringContent("""[{"op": "replace", "path": "/purchase_units/@reference_id=='default'/amount", "value": {"currency_code": "USD", "value": "12.34"}}]""", Encoding.UTF8, "application/json"),
        };
        Assert.Equal(204, (await payPal.SendAsync(patch, "Authorization: Bearer " + (await TokenAsync(payPal, "id:secret"))["access_token"])).Status);
        await ApproveAsync(payPal, order);
        Assert.Equal("12.34", (await shop("POST", $"/v2/checkout/orders/{order["id"]}/capture", null))["purchase_units.0.payments.captures.0.amount.value"]);
    }

    [Fact]
    public async Task A_webhook_s_signature_is_checked_by_paypal_and_by_its_certificate()
    {
        await using var payPal = await Emulated.StartAsync();
        var shop = await ShopAsync(payPal);
        await AuthorizedAsync(payPal, shop);
        await payPal.EventsAsync();
        var hook = payPal.Hooks.Last();
        Assert.Equal(("authorization", "2.0"), ((string)hook.Event["resource_type"]!, (string)hook.Event["resource_version"]!));

        JsonObject Asked(string @event) => (JsonObject)JsonNode.Parse($$"""
            {"auth_algo": "{{hook.Headers["PAYPAL-AUTH-ALGO"]}}", "cert_url": "{{hook.Headers["PAYPAL-CERT-URL"]}}", "transmission_id": "{{hook.Headers["PAYPAL-TRANSMISSION-ID"]}}",
             "transmission_time": "{{hook.Headers["PAYPAL-TRANSMISSION-TIME"]}}", "transmission_sig": "{{hook.Headers["PAYPAL-TRANSMISSION-SIG"]}}", "webhook_id": "EMULATOR0WEBHOOK1", "webhook_event": {{@event}} }
            """)!;
        var sent = Encoding.UTF8.GetString(hook.Body);
        Assert.Equal("SUCCESS", (await shop("POST", "/v1/notifications/verify-webhook-signature", Asked(sent)))["verification_status"]);
        Assert.Equal("FAILURE", (await shop("POST", "/v1/notifications/verify-webhook-signature", Asked(sent.Replace("10.00", "1.00", StringComparison.Ordinal))))["verification_status"]);

        using var certificate = X509Certificate2.CreateFromPem((await payPal.PageAsync(hook.Headers["PAYPAL-CERT-URL"])).Text);
        var crc = Crc(hook.Body);
        var signed = $"{hook.Headers["PAYPAL-TRANSMISSION-ID"]}|{hook.Headers["PAYPAL-TRANSMISSION-TIME"]}|EMULATOR0WEBHOOK1|{crc}";
        using var key = certificate.GetRSAPublicKey()!;
        Assert.True(key.VerifyData(Encoding.UTF8.GetBytes(signed), Convert.FromBase64String(hook.Headers["PAYPAL-TRANSMISSION-SIG"]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    private delegate Task<Answer> Shop(string method, string path, JsonObject? body, params string[] headers);

    private static async Task<Shop> ShopAsync(Emulated payPal)
    {
        var bearer = "Authorization: Bearer " + (await TokenAsync(payPal, "id:secret"))["access_token"];
        return (method, path, body, headers) => payPal.JsonAsync(method, path, body, [bearer, .. headers]);
    }

    private static Task<Answer> TokenAsync(Emulated payPal, string credentials, string grant = "client_credentials")
    {
        var message = new HttpRequestMessage(HttpMethod.Post, "/v1/oauth2/token") { Content = new FormUrlEncodedContent([new("grant_type", grant)]) };
        return payPal.SendAsync(message, "Authorization: Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
    }

    private static async Task<string?> ApproveAsync(Emulated payPal, Answer order, params (string, string)[] form) =>
        (await payPal.PageAsync("/checkoutnow?token=" + order["id"], [("name", "Ada M"), .. form])).Location;

    private static async Task<string> AuthorizedAsync(Emulated payPal, Shop shop)
    {
        var order = await shop("POST", "/v2/checkout/orders", Order("AUTHORIZE", "10.00"));
        await ApproveAsync(payPal, order);
        return (await shop("POST", $"/v2/checkout/orders/{order["id"]}/authorize", null))["purchase_units.0.payments.authorizations.0.id"]!;
    }

    private static JsonObject Order(string intent, string value) => new()
    {
        ["intent"] = intent,
        ["purchase_units"] = new JsonArray(new JsonObject { ["amount"] = new JsonObject { ["currency_code"] = "USD", ["value"] = value }, ["custom_id"] = "cart_1" }),
        ["application_context"] = new JsonObject { ["return_url"] = "http://shop.example/back?cart=1", ["cancel_url"] = "http://shop.example/cart" },
    };

    private static JsonObject Amount(string value) => new() { ["amount"] = new JsonObject { ["currency_code"] = "USD", ["value"] = value } };

    /// <summary>CRC-32 by the long division of its definition, not by the table the emulator uses.</summary>
    private static uint Crc(byte[] bytes)
    {
        var rest = uint.MaxValue;
        foreach (var one in bytes)
            for (var bit = 0; bit < 8; bit++)
            {
                var carry = ((rest ^ (uint)(one >> bit)) & 1) == 1;
                rest >>= 1;
                if (carry) rest ^= 0xEDB88320;
            }

        return ~rest;
    }
}
