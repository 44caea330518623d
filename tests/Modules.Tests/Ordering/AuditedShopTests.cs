using System.Text.Json.Nodes;

namespace HeadlessPro.Modules.Tests.Ordering;

/// <summary>The audit log over the whole shop: shoppers leave nothing in it and pay nothing for it, staff do.</summary>
public class AuditedShopTests(CheckoutShop shop) : IClassFixture<CheckoutShop>
{
    [Fact]
    public async Task A_purchase_leaves_no_entry_and_asks_the_database_for_nothing_more()
    {
        var voucher = await shop.Voucher(stock: 10);
        var entries = await Count();

        var trips = await RoundTrips.Of(async () =>
        {
            var cart = await shop.ReadyCart((voucher, 1));
            await shop.Store.PostJson($"/store/carts/{cart}/line-items", new { variant_id = voucher.WireId, quantity = 1 });
            await shop.Complete(cart);
        });

        Assert.Equal(entries, await Count());
        Assert.True(trips.Count > 5, trips.ToString());
        Assert.DoesNotContain(trips.Statements, s => s.Contains("headlesspro.caller", StringComparison.Ordinal) || s.Contains("audit.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Canceling_an_order_is_its_own_entry_and_so_is_what_is_captured_and_given_back()
    {
        var order = (await shop.Complete(await shop.ReadyCart((await shop.Voucher(stock: 10), 2))))["order"]!;
        var payment = (string)(await shop.Admin.GetJson($"/admin/orders/{order["id"]}"))["order"]!["payment_collections"]![0]!["payments"]![0]!["id"]!;
        await shop.Admin.PostJson($"/admin/payments/{payment}/capture");
        await shop.Admin.PostJson($"/admin/payments/{payment}/refund", new { amount = 100, reason = "requested_by_customer", note = "One came broken" });
        await shop.Admin.PostJson($"/admin/orders/{order["id"]}/cancel");

        var canceled = Assert.Single(await Entries($"resource_id={order["id"]}"));
        Assert.Equal(("updated", "PostAdminOrderCancel", "pending", "canceled"),
            ((string)canceled["action"]!, (string)canceled["operation"]!, (string)canceled["before"]!["status"]!, (string)canceled["after"]!["status"]!));
        var booked = (await Entries($"resource_id={payment}")).Where(e => (string)e["details"]!["table"]! == "payments.ledger").ToList();
        Assert.Contains(booked, e => ((string)e["operation"]!, (string)e["after"]!["kind"]!, (long)e["after"]!["amount"]!) == ("PostAdminPaymentCapture", "capture", 50000));
        Assert.Contains(booked, e => ((string)e["operation"]!, (string)e["after"]!["kind"]!, (long)e["after"]!["amount"]!) == ("PostAdminPaymentRefund", "refund", 10000));
        // What was asked for, and why, beside what became of it.
        var asked = (await Entries($"resource_id={payment}&operation=PostAdminPaymentRefund")).Single(e => (string)e["details"]!["table"]! == "payments.operations" && (string)e["action"]! == "created")["after"]!;
        Assert.Equal(("refund", 10000, "requested_by_customer"), ((string)asked["kind"]!, (long)asked["amount"]!, (string)asked["reason"]!));
        // The note may say who they are: it goes when they are forgotten, and would not from here.
        Assert.Equal(0L, await shop.Scalar<long>("select count(*) from audit.entries where details::text like '%One came broken%'"));
        Assert.StartsWith("apk_", (string)asked["created_by"]!, StringComparison.Ordinal);
        Assert.Single(await Entries($"resource_id={payment}&operation=PostAdminPaymentCapture"), e => (string)e["details"]!["table"]! == "payments.operations" && (string)e["action"]! == "created");
    }

    [Fact]
    public async Task A_new_price_is_the_old_one_gone_and_the_new_one_made_in_one_transaction_with_the_request()
    {
        var voucher = await shop.Voucher(stock: null);
        var trips = await RoundTrips.Of(() => shop.SetPrices(voucher, ("zar", 30000)));

        var entries = (await Entries($"resource_type=product_variant&resource_id={voucher.WireId}")).Where(e => (string)e["details"]!["table"]! == "catalog.prices").ToList();

        Assert.Contains(entries, e => (string)e["action"]! == "deleted" && (long)e["before"]!["amount"]! == 25000);
        Assert.Contains(entries, e => (string)e["action"]! == "created" && (long)e["after"]!["amount"]! == 30000);
        Assert.Single(await Entries($"request_id={entries[0]["request_id"]}&kind=request"));
        // Of all it asks the database, one is to say who it is; its own entry travels with the commit.
        Assert.Single(trips.Statements, s => s.StartsWith("select set_config('headlesspro.caller'", StringComparison.Ordinal));
        Assert.DoesNotContain(trips.Statements, s => s.StartsWith("select audit.write", StringComparison.Ordinal));
    }

    private Task<long> Count() => shop.Scalar<long>("select count(*) from audit.entries");

    private async Task<List<JsonNode>> Entries(string query) => [.. (await shop.Admin.GetJson($"/admin/audit?limit=200&{query}"))["audit_entries"]!.AsArray().Select(e => e!)];
}
