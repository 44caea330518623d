using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;

namespace HeadlessPro.Modules.Tests.Payments.Proof;

/// <summary>
/// Hosts are killed (SIGKILL) at random moments while shoppers pay with cards, some of whom never come back, while money is taken, given back
/// and let go. In the end money and orders match one by one. <c>PAYMENT_KILLS</c> says how many hosts die (3), <c>PAYMENT_KILLS_SEED</c> when.
/// </summary>
public sealed class CardKillTests(CardShop shop) : IClassFixture<CardShop>, IAsyncDisposable
{
    private const int Shoppers = 6;
    private const long Stock = 1_000_000;

    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("PAYMENT_KILLS") ?? "3", CultureInfo.InvariantCulture);

    private readonly ConcurrentBag<Bought> _bought = [];
    private readonly CancellationTokenSource _closing = new();
    private NpgsqlDataSource _database = null!;
    private HostProcess _host = null!;
    private ShopVariant _voucher = null!;
    private string _region = "";

    public async ValueTask DisposeAsync()
    {
        _host?.Dispose();
        _closing.Dispose();
        if (_database is not null) await _database.DisposeAsync();
    }

    [Fact]
    public async Task No_money_without_an_order_no_order_without_money_and_nothing_twice_whenever_hosts_die()
    {
        (_voucher, _region) = (await shop.Voucher(Stock), shop.Region);
        await shop.Stop();
        _database = NpgsqlDataSource.Create(shop.ConnectionString);
        var seed = Environment.GetEnvironmentVariable("PAYMENT_KILLS_SEED") is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        var random = new Random(seed);

        _host = await NextHost();
        var shoppers = Enumerable.Range(0, Shoppers).Select(i => Shop(new Random(seed + i + 1))).ToArray();
        for (var i = 0; i < Kills; i++)
        {
            // The next one starts while this one works, so that the shop is not closed for long, and dies soon after.
            var (victim, next) = (_host, await NextHost());
            await Task.Delay(random.Next(0, 400));
            _host = next;
            victim.Dispose();
            await AMinutePasses();
        }

        await _closing.CancelAsync();
        // What the last victim had sent may have been written after its death, and the minute before.
        var ended = Task.WhenAll(shoppers);
        while (await Task.WhenAny(ended, Task.Delay(1000)) != ended) await AMinutePasses();
        await ended;
        await AtRest();
        var (wrong, orders) = (new List<string>(), 0L);
        foreach (var bought in _bought)
        {
            if (await Problem(bought) is { } problem) wrong.Add($"{bought}: {problem}");
            orders++;
        }

        Assert.True(wrong.Count == 0, $"seed {seed}, {_bought.Count} carts:\n{string.Join('\n', wrong)}");
        Assert.True(orders >= Kills, $"only {orders} carts were paid");
        // Whoever has an order is known to have paid for it; and whatever moved at the provider was a cart's.
        Assert.Equal(orders, await Scalar<long>("select count(*) from ordering.orders"));
        var moved = (await shop.Stripe.Control("state"))["movements"]!.AsArray().Select(m => (string)m!["payment"]!).ToHashSet();
        Assert.Equal(_bought.Select(b => b.Intent).Order(), moved.Order());
        var sold = await Scalar<long>("select count(*) from ordering.orders where status <> 'canceled'");
        Assert.Equal($"0 reserved, {Stock - sold} on the shelf", await Scalar<string>($"""
            select format('%s reserved, %s on the shelf', sum(l.reserved), sum(l.stocked))
            from inventory.levels l join inventory.variant_items v on v.item_id = l.item_id where v.variant_id = '{_voucher.Id}'
            """));
        var (code, said) = await HostProcess.Run("reconcile", shop.ConnectionString, Settings);
        Assert.True(code == 0, $"seed {seed}: reconcile answered {code}:\n{said}");
        Assert.Contains("payments.reconcile", said, StringComparison.Ordinal);
    }

    private (string, string)[] Settings =>
    [
        ("STRIPE_API_URL", shop.Stripe.Url), ("STRIPE_API_KEY", "sk_test_shop"), ("STRIPE_WEBHOOK_SECRET", "whsec_shop"),
        ("Payments__CaptureAfter", "00:00:00"), ("Payments__Sweep", "00:00:00.5"), ("Payments__OrderExpectedWithin", "00:00:03"),
        ("Checkout__Lease", "00:00:02"), ("Checkout__Sweep", "00:00:01"), ("Logging__LogLevel__Default", "Warning"),
    ];

    private async Task<HostProcess> NextHost()
    {
        var host = await HostProcess.Start(shop.ConnectionString, Settings);
        await shop.Stripe.Control("webhooks/stripe", new JsonObject { ["url"] = new Uri(host.Store.BaseAddress!, "/webhooks/stripe").ToString(), ["secret"] = "whsec_shop" });
        return host;
    }

    /// <summary>What waits for a minute because its host may be at it still is looked at now: also while it is.</summary>
    private Task<object?> AMinutePasses() => Scalar<object>("""
        update jobs.recurring set leased_until = null;
        update payments.operations set taken_at = taken_at - interval '1 minute' where status = 'open';
        update payments.webhook_events set due_at = now() where due_at is not null;
        update events.failed set retry_at = now() where retry_at is not null
        """);

    /// <summary>A shopper after the other, until the shop closes; each ends what it began.</summary>
    private async Task Shop(Random random)
    {
        while (!_closing.IsCancellationRequested)
        {
            var bought = await Pay((Ending)random.Next(4));
            _bought.Add(bought);
            if (bought.Ending == Ending.NeverComesBack) continue;
            var order = (await Ask(h => h.Store, $"/store/carts/{bought.Cart}/complete", null))["order"]!;
            if (bought.Ending == Ending.Cancels) await Ask(h => h.Admin, $"/admin/orders/{order["id"]}/cancel", null);
            if (bought.Ending == Ending.SendsSomeBack) await GiveBack(bought);
        }
    }

    private async Task<Bought> Pay(Ending ending)
    {
        var body = new JsonObject
        {
            ["region_id"] = _region,
            ["email"] = "thandi@example.com",
            ["items"] = new JsonArray(new JsonObject { ["variant_id"] = _voucher.WireId, ["quantity"] = 1 }),
        };
        var cart = (string)(await Ask(h => h.Store, "/store/carts", body))["cart"]!["id"]!;
        var collection = (await Ask(h => h.Store, "/store/payment-collections", new JsonObject { ["cart_id"] = cart }))["payment_collection"]!["id"];
        var session = (await Ask(h => h.Store, $"/store/payment-collections/{collection}/payment-sessions", new JsonObject { ["provider_id"] = CardShop.Cards }))
            ["payment_collection"]!["payment_sessions"]!.AsArray().Last()!;
        await shop.Stripe.Confirm((string)session["data"]!["client_secret"]!);
        return new Bought(cart, (string)session["data"]!["id"]!, ending);
    }

    /// <summary>Staff give R 100.00 back once it is captured, asking again under the same key.</summary>
    private async Task GiveBack(Bought bought)
    {
        var key = $"give-back-{bought.Intent}";
        for (var i = 0; ; i++)
        {
            var payment = await Scalar<Guid>($"select id from payments.payments where reference = '{bought.Intent}' and captured = 25000");
            if (payment != default)
            {
                await Ask(h => h.Admin, $"/admin/payments/{HeadlessPro.Contracts.WireId.Encode("pay", payment)}/refund", new JsonObject { ["amount"] = 100 }, key);
                return;
            }

            Assert.True(i < 600, $"{bought} was not captured");
            await Task.Delay(100);
        }
    }

    /// <summary>Asks whichever host there is, again while it dies or says that it cannot now.</summary>
    private async Task<JsonNode> Ask(Func<HostProcess, HttpClient> client, string path, JsonObject? body, string? key = null)
    {
        for (var i = 0; ; i++)
        {
            var host = _host;
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, path);
                if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
                if (key is not null) request.Headers.Add("Idempotency-Key", key);
                using var answer = await client(host).SendAsync(request);
                var text = await answer.Content.ReadAsStringAsync();
                if (answer.IsSuccessStatusCode) return JsonNode.Parse(text)!;
                Assert.True(
                    i < 100 && answer.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.ServiceUnavailable,
                    $"{path}: {(int)answer.StatusCode} {text}\n{string.Join('\n', host.Errors)}");
            }
            catch (Exception e) when (i < 100 && e is HttpRequestException or ObjectDisposedException or TaskCanceledException)
            {
                // It died.
            }

            await Task.Delay(50);
        }
    }

    /// <summary>The last host finishes everything.</summary>
    private async Task AtRest()
    {
        var left = "";
        for (var i = 0; i < 60; i++)
        {
            await AMinutePasses();
            await shop.Stripe.Control("idle");
            left = (await Scalar<string>("""
                select concat_ws(', ',
                    (select 'operations ' || count(*) from payments.operations where status = 'open' having count(*) > 0),
                    (select 'webhooks ' || count(*) from payments.webhook_events where due_at is not null having count(*) > 0),
                    (select 'checkouts ' || count(*) from ordering.carts where completing_until is not null and completed_at is null having count(*) > 0),
                    (select 'promises ' || count(*) from payments.payments where order_id is null and canceled_at is null having count(*) > 0),
                    (select 'captures ' || count(*) from payments.payments where capture_at is not null having count(*) > 0),
                    (select 'deaf ' || string_agg(distinct c.subscriber, ' ') from events.log l join events.cursors c on c.event_name = l.name
                        where (l.tx, l.id) > (c.tx, c.id) having count(*) > 0),
                    (select 'failed ' || string_agg(subscriber, ' ') from events.failed having count(*) > 0))
                """))!;
            if (left.Length == 0) return;
            await Task.Delay(500);
        }

        Assert.Fail("The last host does not come to rest: " + left);
    }

    /// <summary>What is wrong with order and money of a cart; null when nothing is.</summary>
    private async Task<string?> Problem(Bought bought)
    {
        var moved = (await shop.Stripe.Control("state?payment=" + bought.Intent))["movements"]!.AsArray();
        long There(string kind) => moved.Where(m => (string)m!["kind"]! == kind).Sum(m => (long)m!["amount"]!);
        var there = $"authorization {There("authorization")}, capture {There("capture")}, refund {There("refund")}, void {There("void")}";
        var here = await Scalar<string>($"""
            select format('orders %s; authorization %s, capture %s, refund %s, void %s',
                (select coalesce(string_agg(o.status, ' '), 'none') from ordering.orders o where o.cart_id = '{CardShop.Decode("cart", bought.Cart)}'),
                coalesce(sum(l.amount) filter (where l.kind = 'authorization'), 0), coalesce(sum(l.amount) filter (where l.kind = 'capture'), 0),
                coalesce(sum(l.amount) filter (where l.kind = 'refund'), 0), coalesce(sum(l.amount) filter (where l.kind = 'void'), 0))
            from payments.ledger l join payments.payments p on p.id = l.payment_id where p.reference = '{bought.Intent}'
            """);
        string[] right = bought.Ending switch
        {
            Ending.Cancels =>
            [
                "orders canceled; authorization 25000, capture 25000, refund 25000, void 0",
                "orders canceled; authorization 25000, capture 0, refund 0, void 25000",
            ],
            Ending.SendsSomeBack => ["orders pending; authorization 25000, capture 25000, refund 10000, void 0"],
            _ => ["orders pending; authorization 25000, capture 25000, refund 0, void 0"],
        };
        if (!right.Contains(here)) return $"our books say {here}";
        return here!.EndsWith("; " + there, StringComparison.Ordinal) ? null : $"our books say {here}, the provider {there}";
    }

    private async Task<T?> Scalar<T>(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        return await command.ExecuteScalarAsync() is { } value and not DBNull ? (T)value : default;
    }

    private enum Ending
    {
        ComesBack,
        NeverComesBack,
        Cancels,
        SendsSomeBack,
    }

    private sealed record Bought(string Cart, string Intent, Ending Ending);
}
