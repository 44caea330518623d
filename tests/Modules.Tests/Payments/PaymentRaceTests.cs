using HeadlessPro.Contracts;
using HeadlessPro.Payments;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Jobs;

namespace HeadlessPro.Modules.Tests.Payments;

/// <summary>Whatever meets, and wherever it is cut off, each movement of money happens once and the books say so.</summary>
public class PaymentRaceTests(PaymentShop shop) : IClassFixture<PaymentShop>
{
    [Fact]
    public async Task A_hundred_captures_at_once_are_one()
    {
        var order = await shop.Order();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => shop.Try(order, "capture")));
        Assert.Equal(1, outcomes.Count(s => s == 200));
        Assert.Equal(99, outcomes.Count(s => s is 400 or 409));
        Assert.Equal("captured 25000 refunded 0 canceled f; ledger authorization 25000 of 1, capture 25000 of 1; operations done 1", await shop.Books(order));
        Assert.Equal(1L, await Told(order, "payments.captured"));
    }

    [Fact]
    public async Task A_hundred_refunds_at_once_give_back_what_was_captured_and_no_more()
    {
        var order = await shop.Order();
        await shop.Move(order, "capture", new { amount = 249.99 });
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => shop.Try(order, "refund", """{"amount":10}""")));
        Assert.Equal(24, outcomes.Count(s => s == 200));
        Assert.Equal(76, outcomes.Count(s => s is 400 or 409));
        Assert.Equal(
            "captured 24999 refunded 24000 canceled f; ledger authorization 25000 of 1, capture 24999 of 1, refund 24000 of 24; operations done 25",
            await shop.Books(order));
        Assert.Equal(24L, await Told(order, "payments.refunded"));
        Assert.Equal(9.99m, (decimal)(await shop.Move(order, "refund"))["refunds"]![24]!["amount"]!);
    }

    [Fact]
    public async Task What_is_captured_in_parts_and_let_go_at_once_is_the_promise_exactly()
    {
        for (var round = 0; round < 5; round++)
        {
            var order = await shop.Order();
            await Task.WhenAll(Enumerable.Range(0, 20).Select(i => i % 2 == 0 ? shop.Try(order, "capture", """{"amount":20}""") : shop.Try(order, "cancel")));
            // Had all captures come first, this one lets go.
            await shop.Try(order, "cancel");
            var (captured, released) = (await shop.Sum(order, "capture"), await shop.Sum(order, "void"));
            Assert.Equal(25000, captured + released);
            Assert.Equal(0, captured % 2000);
            Assert.Equal(captured, (long)((decimal)(await shop.Read(order))["captured_amount"]! * 100));
        }
    }

    [Fact]
    public async Task What_was_cut_off_before_the_books_is_finished_once_by_whoever_looks_first()
    {
        var (order, fresh) = (await shop.Order(), await shop.Order());
        await CutOff(order, "capture", 10000, minutesAgo: 2);
        await CutOff(fresh, "capture", 10000, minutesAgo: 0);
        Assert.Equal("payment_busy", (await shop.Refused(order, "capture", new { amount = 200 }, 409)).Code);
        Assert.Equal("payment_busy", (await shop.Refused(order, "cancel", status: 409)).Code);
        Assert.Equal("captured 0 refunded 0 canceled f; ledger authorization 25000 of 1; operations open 1", await shop.Books(order));

        var jobs = shop.Contract<JobRunner>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => jobs.RunNow(FinishOperations.Name, default)));

        const string done = "captured 10000 refunded 0 canceled f; ledger authorization 25000 of 1, capture 10000 of 1; operations done 1";
        Assert.Equal(done, await shop.Books(order));
        Assert.Equal("captured 0 refunded 0 canceled f; ledger authorization 25000 of 1; operations open 1", await shop.Books(fresh));
        Assert.Equal(1L, await Told(order, "payments.captured"));
        await jobs.RunNow(FinishOperations.Name, default);
        Assert.Equal(done, await shop.Books(order));
        Assert.Equal(150m, (decimal)(await shop.Move(order, "capture"))["captures"]![1]!["amount"]!);
    }

    [Fact]
    public async Task What_was_cut_off_within_the_books_and_is_called_again_is_entered_once()
    {
        var order = await shop.Order();
        var operation = await CutOff(order, "void", 25000, minutesAgo: 2);
        // The host that was believed dead writes at the same time as the one that took over.
        var (session, snapshot) = await Holding(order, new ProviderMovement(MovementKind.Void, $"manual:{operation:N}", 25000, operation));
        var books = shop.Contract<Books>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => books.Apply(session, snapshot, operation, tell: false, default)));
        Assert.Equal("captured 0 refunded 0 canceled t; ledger authorization 25000 of 1, void 25000 of 1; operations done 1", await shop.Books(order));
    }

    [Fact]
    public async Task A_request_whose_host_died_moves_money_once_when_it_is_sent_again_under_its_key()
    {
        var order = await shop.Order();
        var key = Contracts.WireId.Encode("apk", await shop.Scalar<Guid>("select id from identity.api_keys where type = 'secret'"));
        // Its claim on the key died with the host, the operation did not.
        var operation = await CutOff(order, "capture", 2000, minutesAgo: 0);
        await shop.Scalar<object>($"update payments.operations set created_by = '{key}', request_key = 'take-20' where id = '{operation}'");

        var answer = await CaptureUnder("take-20", """{"amount":20}""", 200);

        const string books = "captured 2000 refunded 0 canceled f; ledger authorization 25000 of 1, capture 2000 of 1; operations done 1";
        Assert.Equal(books, await shop.Books(order));
        await shop.Scalar<object>("delete from platform.idempotency where key = 'take-20'");
        Assert.Equal(answer, await CaptureUnder("take-20", """{"amount":20}""", 200));
        await shop.Scalar<object>("delete from platform.idempotency where key = 'take-20'");
        Assert.Contains("idempotency_key_reused", await CaptureUnder("take-20", """{"amount":21}""", 422), StringComparison.Ordinal);
        Assert.Equal(books, await shop.Books(order));

        async Task<string> CaptureUnder(string requestKey, string body, int status)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/admin/payments/{order.Payment}/capture");
            request.Headers.Add("Idempotency-Key", requestKey);
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
            using var response = await shop.Admin.SendAsync(request);
            Assert.Equal(status, (int)response.StatusCode);
            return await response.Content.ReadAsStringAsync();
        }
    }

    [Fact]
    public async Task A_cancellation_that_was_cut_off_is_finished_by_the_next_one()
    {
        var order = await shop.Order();
        await CutOff(order, "void", 25000, minutesAgo: 0);
        Assert.Equal("payment_busy", (await shop.Refused(order, "capture", status: 409)).Code);
        await shop.Move(order, "cancel");
        Assert.Equal("captured 0 refunded 0 canceled t; ledger authorization 25000 of 1, void 25000 of 1; operations done 1", await shop.Books(order));
    }

    [Fact]
    public async Task A_provider_that_refuses_moves_nothing_and_one_that_does_not_answer_is_asked_again_with_the_same_key()
    {
        var order = await shop.Order();
        var provider = new MoodyProvider { Answer = Error.NotAllowed("Card expired", "payment_refused") };
        var money = new MoveMoney(shop.Contract<Db>(), new PaymentProviders([provider]), shop.Contract<Books>());

        var refused = await money.Run(new Movement(order.Id, MovementKind.Capture, 9000), default);

        Assert.Equal("Card expired", refused.Error!.Message);
        Assert.Equal("captured 0 refunded 0 canceled f; ledger authorization 25000 of 1; operations refused 1", await shop.Books(order));

        provider.Answer = Error.Unavailable("No answer", "payment_provider_unavailable");
        Assert.Equal("payment_provider_unavailable", (await money.Run(new Movement(order.Id, MovementKind.Capture), default)).Error!.Code);
        Assert.Equal("captured 0 refunded 0 canceled f; ledger authorization 25000 of 1; operations open 1, refused 1", await shop.Books(order));
        Assert.Equal("payment_busy", (await shop.Refused(order, "capture", new { amount = 1 }, 409)).Code);

        await shop.Scalar<object>($"update payments.operations set taken_at = now() - interval '2 minutes' where payment_id = '{order.Id}'");
        await shop.Contract<JobRunner>().RunNow(FinishOperations.Name, default);
        Assert.Equal("captured 25000 refunded 0 canceled f; ledger authorization 25000 of 1, capture 25000 of 1; operations done 1, refused 1", await shop.Books(order));
        Assert.Equal($"manual:{provider.Keys[1]:N}", await shop.Scalar<string>($"select provider_reference from payments.ledger where payment_id = '{order.Id}' and kind = 'capture'"));
    }

    [Fact]
    public async Task What_moved_at_the_provider_without_us_is_in_the_books_once()
    {
        var order = await shop.Order();
        await shop.Move(order, "capture");
        var books = shop.Contract<Books>();
        var (session, older) = await Holding(order, new ProviderMovement(MovementKind.Refund, "outside 1", 1000, null));
        var newer = older with { Movements = [older.Movements[0], new ProviderMovement(MovementKind.Refund, "outside 2", 500, null)] };
        foreach (var snapshot in new[] { newer, older, newer }) await books.Apply(session, snapshot, null, tell: true, default);
        Assert.Equal([10m, 5m], (await shop.Read(order))["refunds"]!.AsArray().Select(r => (decimal)r!["amount"]!));
        Assert.Equal(
            "captured 25000 refunded 1500 canceled f; ledger authorization 25000 of 1, capture 25000 of 1, refund 1500 of 2; operations done 1",
            await shop.Books(order));
        Assert.Equal(1L, await Told(order, "payments.refunded"));
    }

    [Fact]
    public async Task A_checkout_is_not_paid_with_money_that_was_given_back()
    {
        var cart = await shop.ReadyCart((await shop.Voucher(stock: 3), 1));
        var id = PaymentShop.Decode("cart", cart);
        var payments = shop.Contract<HeadlessPro.Contracts.Payments.IPayments>();
        var ask = new HeadlessPro.Contracts.Payments.AuthorizePayment(id, 25000, "zar");
        var payment = (await payments.Authorize(ask, default)).Value!.Collection.Payments[0].Id;
        var money = shop.Contract<MoveMoney>();
        Assert.Null((await money.Run(new Movement(payment, MovementKind.Capture), default)).Error);
        Assert.Null((await payments.Authorize(ask, default)).Error);
        Assert.Null((await money.Run(new Movement(payment, MovementKind.Refund), default)).Error);

        Assert.NotNull((await payments.Authorize(ask, default)).Error);
        Assert.Equal(400, (await shop.TryComplete(cart)).Status);
        Assert.Equal(0L, await shop.Scalar<long>($"select count(*) from ordering.orders where cart_id = '{id}'"));
    }

    /// <summary>What the provider of an order's payment might hold.</summary>
    private async Task<(Guid Session, ProviderSnapshot Snapshot)> Holding(PaidOrder order, params ProviderMovement[] movements)
    {
        var session = await shop.Scalar<Guid>($"select session_id from payments.payments where id = '{order.Id}'");
        return (session, new ProviderSnapshot(ProviderState.Authorized, null, 25000, "zar", "{}") { PaymentReference = $"manual:{session:N}", Movements = movements });
    }

    /// <summary>An operation whose host died after writing it down.</summary>
    private async Task<Guid> CutOff(PaidOrder order, string kind, long minor, int minutesAgo) => await shop.Scalar<Guid>($"""
        insert into payments.operations (id, payment_id, kind, amount, taken_at)
        values (gen_random_uuid(), '{order.Id}', '{kind}', {minor}, now() - interval '{minutesAgo} minutes') returning id
        """);

    private Task<long> Told(PaidOrder order, string name) =>
        shop.Scalar<long>($"select count(*) from events.log where name = '{name}' and payload->>'PaymentId' = '{order.Id}'")!;

    /// <summary>Stands in the place of the manual provider and answers what it is told to.</summary>
    private sealed class MoodyProvider : IPaymentProvider
    {
        public Error Answer { get; set; } = null!;

        public List<Guid> Keys { get; } = [];

        public string Id => "pp_system_default";

        public Task<Result<ProviderSnapshot>> Open(ProviderSession session, CancellationToken ct) => throw new NotSupportedException();

        public Task<Result<ProviderSnapshot>> Authorize(ProviderSession session, CancellationToken ct) => throw new NotSupportedException();

        public Task<Result<ProviderSnapshot>> Find(ProviderSession session, CancellationToken ct) => Task.FromResult<Result<ProviderSnapshot>>(Answer);

        public Task<Result<ProviderSnapshot>> Close(ProviderSession session, CancellationToken ct) => throw new NotSupportedException();

        public Task<Result<ProviderSnapshot>> Capture(ProviderPayment payment, long amount, Guid key, CancellationToken ct)
        {
            Keys.Add(key);
            return Task.FromResult<Result<ProviderSnapshot>>(Answer);
        }

        public Task<Result<ProviderSnapshot>> Refund(ProviderPayment payment, long amount, Guid key, string? reason, CancellationToken ct) => throw new NotSupportedException();

        public Task<Result<ProviderSnapshot>> Void(ProviderPayment payment, Guid key, CancellationToken ct) => throw new NotSupportedException();
    }
}
