using System.Collections.Concurrent;
using System.Net;
using HeadlessPro.Contracts;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Payments.Providers.Stripe;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using static HeadlessPro.Modules.Tests.Payments.StripeEmulator;

namespace HeadlessPro.Modules.Tests.Payments;

/// <summary>Answers that Stripe gives and the emulator does not: refunds that fail, long lists, inquiries, means other than cards, advice on trying again.</summary>
public sealed class StripeOddAnswersTests : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, Queue<(int Status, string Header, string Body)>> _answers = new();
    private readonly ConcurrentQueue<string> _asked = new();
    private WebApplication _server = null!;
    private StripeClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _server = builder.Build();
        _server.Run(Answer);
        await _server.StartAsync();
        _client = new StripeClient(Quick(_server.Urls.First()), TimeProvider.System, new Lines());
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_refund_that_failed_is_told_with_its_reversal_and_one_that_is_pending_counts()
    {
        On("/v1/payment_intents/pi_1", Intent("succeeded", """
            "captured":true,"amount_captured":5000,"refunds":{"has_more":false,"data":[
                {"id":"re_3","amount":300,"created":30,"status":"canceled","balance_transaction":"txn_3"},
                {"id":"re_2","amount":200,"created":20,"status":"pending","balance_transaction":null},
                {"id":"re_1","amount":100,"created":10,"status":"failed","balance_transaction":"txn_1"}]}
            """));
        Assert.Equal(
            "capture ch_1 5000, refund re_1 100, refund re_2 200, refund re_3 300, refund_reversal re_1 100, refund_reversal re_3 300", Told(await Find()));
    }

    [Fact]
    public async Task Of_a_long_list_every_refund_is_told_and_what_was_let_go_is_none()
    {
        On("/v1/payment_intents/pi_1", Intent("succeeded", """
            "captured":true,"amount_captured":4000,"refunds":{"has_more":true,"data":[
                {"id":"re_4","amount":1000,"created":40,"status":"succeeded","balance_transaction":"txn_4"}]}
            """));
        On("/v1/refunds?charge=ch_1&limit=100&starting_after=re_4", """
            {"has_more":true,"data":[{"id":"re_3","amount":1000,"created":30,"status":"succeeded","balance_transaction":null,"metadata":{"operation_id":"0198c000-0000-7000-8000-000000000001"}}]}
            """);
        On("/v1/refunds?charge=ch_1&limit=100&starting_after=re_3", """
            {"has_more":false,"data":[{"id":"re_1","amount":1000,"created":10,"status":"succeeded","balance_transaction":null}]}
            """);
        Assert.Equal("capture ch_1 4000, void pi_1:released 1000, refund re_3 1000, refund re_4 1000", Told(await Find()));
    }

    [Fact]
    public async Task Inquiries_and_prevented_disputes_move_nothing()
    {
        On("/v1/payment_intents/pi_1", Intent("succeeded", """ "captured":true,"amount_captured":5000,"disputed":true """));
        On("/v1/disputes?charge=ch_1&limit=100", """
            {"has_more":false,"data":[
                {"id":"du_5","amount":50,"created":50,"status":"under_review"},
                {"id":"du_4","amount":40,"created":40,"status":"won"},
                {"id":"du_3","amount":30,"created":30,"status":"prevented"},
                {"id":"du_2","amount":20,"created":20,"status":"warning_closed"},
                {"id":"du_1","amount":10,"created":10,"status":"warning_needs_response"}]}
            """);
        Assert.Equal("capture ch_1 5000, dispute du_4 40, dispute du_5 50, dispute_reversal du_4 40", Told(await Find()));
    }

    [Fact]
    public async Task Means_other_than_cards_are_told_by_name_and_lapse_a_week_after_the_hold()
    {
        On("/v1/payment_intents/pi_1", Intent("requires_capture", """
            "captured":false,"amount_captured":0,"payment_method_details":{"type":"klarna","klarna":{}},"outcome":{"risk_level":"not_assessed"}
            """));
        var held = (await Find()).Value!;
        Assert.Equal(new ProviderMeans("klarna", null, null, null, null, null), held.Means);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(100).AddDays(7), held.LapsesAt);
    }

    [Theory]
    [InlineData("processing", """ "status":"pending" """, "Pending")]
    [InlineData("requires_confirmation", """ "status":"failed" """, "Pending")]
    [InlineData("something_new", """ "status":"failed" """, "Pending")]
    [InlineData("canceled", """ "status":"failed" """, "Canceled")]
    public async Task What_is_not_on_hold_is_no_promise(string status, string charge, string state)
    {
        On("/v1/payment_intents/pi_1", Intent(status, charge + ""","captured":false,"amount_captured":0"""));
        var found = (await Find()).Value!;
        Assert.Equal((state, null, null, 0), ($"{found.State}", found.PaymentReference, found.LapsesAt, found.Movements.Count));
    }

    [Theory]
    [InlineData(400, "Stripe-Should-Retry: true", true)]
    [InlineData(500, "Stripe-Should-Retry: false", false)]
    [InlineData(500, "Idempotent-Replayed: true", false)]
    [InlineData(503, "", true)]
    [InlineData(409, "", true)]
    [InlineData(400, "", false)]
    [InlineData(401, "", false)]
    [InlineData(302, "Location: https://elsewhere.example", false)]
    public async Task A_call_is_made_again_when_Stripe_says_so_or_when_it_may_help(int status, string header, bool again)
    {
        On("/v1/payment_intents/pi_1", """{"error":{"type":"invalid_request_error","code":"odd"}}""", status, header);
        On("/v1/payment_intents/pi_1", Intent("processing", """ "captured":false,"amount_captured":0 """));
        Assert.Equal((again, again ? 2 : 1), ((await Find()).IsOk, _asked.Count));
    }

    [Fact]
    public async Task An_error_that_Stripe_keeps_for_a_key_hides_no_capture_that_was_made_in_spite_of_it()
    {
        On("/v1/payment_intents/pi_1", Intent("requires_capture", """ "captured":false,"amount_captured":0 """));
        On("/v1/payment_intents/pi_1/capture", "{}", 500, "Stripe-Should-Retry: false");
        On("/v1/payment_intents/pi_1", Intent("succeeded", """ "captured":true,"amount_captured":5000 """)
            .Replace("\"metadata\":{}", "\"metadata\":{\"operation_id\":\"0198c000-0000-7000-8000-000000000001\"}", StringComparison.Ordinal));
        var payment = new ProviderPayment(Session() with { Reference = "pi_1" }, "pi_1", 5000, 0);
        Assert.Equal(ErrorType.Unavailable, (await Capture()).Error!.Type);
        Assert.Equal("capture ch_1 5000", Told(await Capture()));

        Task<Result<ProviderSnapshot>> Capture() => CardsOf(_client)
            .Capture(payment, 5000, Guid.Parse("0198c000-0000-7000-8000-000000000001"), default);
    }

    [Theory]
    [InlineData(200, "<html>Welcome to the hotel</html>")]
    [InlineData(404, "<html>not here</html>")]
    [InlineData(200, """{"id":"pi_1","latest_charge":"ch_1"}""")]
    [InlineData(400, """{"error":{"type":"api_error","message":"Something at Stripe"}}""")]
    [InlineData(403, """{"error":{"type":"invalid_request_error","message":"This key does not have the required permissions"}}""")]
    public async Task What_is_no_answer_of_Stripe_s_is_no_refusal(int status, string body)
    {
        for (var i = 0; i < 4; i++) On("/v1/payment_intents/pi_1", body, status);
        Assert.Equal(ErrorType.Unavailable, (await Find()).Error!.Type);
    }

    [Fact]
    public async Task Calls_say_which_version_they_speak_and_who_calls()
    {
        On("/v1/payment_intents/pi_1", Intent("processing", """ "captured":false,"amount_captured":0 """));
        await Find();
        Assert.Equal("GET /v1/payment_intents/pi_1?expand%5B%5D=latest_charge.refunds 2025-09-30.clover Bearer sk_test_shop HeadlessPro/1.0", Assert.Single(_asked));
    }

    private static string Intent(string status, string charge) => $$"""
        {"id":"pi_1","object":"payment_intent","amount":5000,"currency":"eur","status":"{{status}}","created":1,"client_secret":"pi_1_secret_1","metadata":{},
         "latest_charge":{"id":"ch_1","amount":5000,"created":100,"disputed":false,"status":"succeeded",{{charge}} } }
        """;

    private static string Told(Result<ProviderSnapshot> answer) => string.Join(", ", answer.Value!.Movements.Select(m => $"{m.Kind.Name()} {m.Reference} {m.Amount}"));

    private void On(string path, string body, int status = 200, string header = "") =>
        _answers.GetOrAdd(path, _ => new()).Enqueue((status, header, body));

    private Task<Result<ProviderSnapshot>> Find() => CardsOf(_client).Find(Session() with { Reference = "pi_1" }, default);

    private async Task Answer(HttpContext http)
    {
        var (request, path) = (http.Request, http.Request.Path.Value!);
        _asked.Enqueue($"{request.Method} {path}{request.QueryString} {request.Headers["Stripe-Version"]} {request.Headers.Authorization} {request.Headers.UserAgent}");
        var (status, header, body) = (_answers.TryGetValue(path, out var queue) ? queue : _answers[path + request.QueryString]).Dequeue();
        http.Response.StatusCode = status;
        if (header.Length > 0) http.Response.Headers[header.Split(": ")[0]] = header.Split(": ")[1];
        await http.Response.WriteAsync(body);
    }
}
