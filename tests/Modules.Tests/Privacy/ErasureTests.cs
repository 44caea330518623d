using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using HeadlessPro.Modules.Tests.Identity;
using HeadlessPro.Modules.Tests.Identity.Apps;
using HeadlessPro.Modules.Tests.Ordering;
using HeadlessPro.Notifications.Providers;
using HeadlessPro.Platform.Audit;
using HeadlessPro.Platform.Reconciling;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Modules.Tests.Privacy;

/// <summary>A shop that keeps what it sends, where orders are done with at once.</summary>
public sealed class ErasureShop : PrivacyShop
{
    private readonly Post _post = new();

    protected override string[] Arguments => [.. base.Arguments, "--Privacy:OrdersOpenFor=00:00:00.001", "--Privacy:ErasureWaits=00:00:00"];

    internal List<OutgoingMessage> Sent(string to) => [.. _post.Sent.Where(m => m.Recipient == to)];

    protected override void AddServices(IServiceCollection services) => services.AddSingleton<INotificationProvider>(_post);

    /// <summary>Once it is done.</summary>
    public async Task<JsonNode> Erased(string id)
    {
        for (var i = 0; ; i++)
        {
            var erasure = (await Admin.GetJson($"/admin/erasures/{id}"))["erasure"]!;
            if ((string)erasure["status"]! == "done") return erasure;
            Assert.True(i < 400, $"It is never done: {erasure}; {await Scalar<string>("select string_agg(last_error, ' ') from jobs.queue")}");
            await Task.Delay(50);
        }
    }

    private sealed class Post : INotificationProvider
    {
        public ConcurrentQueue<OutgoingMessage> Sent { get; } = new();

        public string Id => "post";

        public Task Deliver(OutgoingMessage message, CancellationToken ct)
        {
            Sent.Enqueue(message);
            return Task.CompletedTask;
        }
    }

    /// <summary>Staff take what is promised for their orders.</summary>
    public async Task Paid(string email)
    {
        var payments = await Scalar<string[]>($"""
            select array_agg(audit.wire_id('pay', p.id)) from payments.payments p join payments.collections c on c.id = p.collection_id join ordering.orders o on o.cart_id = c.cart_id
            where lower(o.email) = '{email}'
            """);
        foreach (var payment in payments!) await Admin.PostJson($"/admin/payments/{payment}/capture");
    }
}

/// <summary>People are forgotten, and nobody and nothing else.</summary>
public class ErasureTests(ErasureShop shop) : IClassFixture<ErasureShop>
{
    // What is the shop's to keep, and says nothing of who it was.
    private static readonly string[] OfTheShop = ["consent text"];

    [Fact]
    public async Task Nothing_of_a_person_is_left_anywhere_but_the_books_which_are_even()
    {
        using var other = await Shopper.Join(shop);
        using var shopper = await Shopper.Join(shop);
        await shop.Paid(shopper.Email);
        var (totals, others) = (await Books(), await shop.Find(other.Planted.Values));
        Assert.NotEmpty(await shop.Find(shopper.Planted.Values));

        var asked = (await shop.Admin.PostJson($"/admin/customers/{shopper.Person.Id}/erasure", new { confirmation = shopper.Email }, 202))["erasure"]!;
        var erasure = await shop.Erased((string)asked["id"]!);

        Assert.Empty(await shop.Find(shopper.Planted.Where(p => !OfTheShop.Contains(p.Key)).Select(p => p.Value)));
        Assert.Equal(totals, await Books());
        Assert.Equal(others.Count, (await shop.Find(other.Planted.Values)).Count);
        await shopper.Person.Client.GetJson("/store/customers/me", 401);
        await shop.Store.PostJson("/auth/customer/emailpass", new { email = shopper.Email, password = Person.Password }, 401);
        await Even();

        // Staff still see the orders, and give money back.
        var order = (await shop.Admin.GetJson($"/admin/orders/{shopper.Order}"))["order"]!;
        Assert.Equal((null, null, "za", null), ((string?)order["email"], (string?)order["customer_id"], (string)order["shipping_address"]!["country_code"]!, (string?)order["shipping_address"]!["address_1"]));
        var payment = (string)order["payment_collections"]![0]!["payments"]![0]!["id"]!;
        await shop.Admin.PostJson($"/admin/payments/{payment}/refund", new { amount = 100 });
        await shop.Admin.PostJson($"/admin/orders/{shopper.GuestOrder}/cancel");
        // What was taken by hand is given back by hand.
        var guests = (string)(await shop.Admin.GetJson($"/admin/orders/{shopper.GuestOrder}"))["order"]!["payment_collections"]![0]!["payments"]![0]!["id"]!;
        await shop.Admin.PostJson($"/admin/payments/{guests}/refund");
        await Even();

        await Certified(erasure, shopper);
    }

    [Fact]
    public async Task Cut_off_in_the_middle_it_goes_on_and_ends()
    {
        using var shopper = await Shopper.Join(shop);
        await shop.Paid(shopper.Email);
        // The account and the orders are forgotten by the time payments cannot be; then the messages, once the mail has left.
        await shop.Sql("""
            create function public.fail() returns trigger language plpgsql as $$ begin raise exception 'cut off'; end $$;
            create trigger fail before delete on payments.provider_customers for each statement execute function public.fail();
            """);
        var id = (string)(await shop.Admin.PostJson($"/admin/customers/{shopper.Person.Id}/erasure", new { confirmation = shopper.Email }, 202))["erasure"]!["id"]!;
        await Until("select count(*) from jobs.queue where name = 'privacy.erase_person' and last_error is not null");
        Assert.Empty(await shop.Find([shopper.Planted["own engraving"]]));
        Assert.NotEmpty(await shop.Find([shopper.Planted["stripe account"]]));
        await shop.Sql("drop trigger fail on payments.provider_customers; drop function public.fail()");
        var erasure = await shop.Erased(id);
        Assert.Empty(await shop.Find(shopper.Planted.Where(p => !OfTheShop.Contains(p.Key)).Select(p => p.Value)));
        await Certified(erasure, shopper);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_guest_whose_address_staff_made_sure_of_is_exported_and_forgotten_and_no_other(bool isVerified)
    {
        var (email, street) = (Person.NewEmail(), $"{Random.Shared.Next():x} Kloof Street");
        var cart = (string)(await shop.Store.PostJson("/store/carts", new
        {
            region_id = shop.Region,
            email,
            items = new[] { new { variant_id = shop.Mug.WireId, quantity = 1 } },
            shipping_address = new { first_name = "Lerato", address_1 = street, city = "Cape Town", country_code = "za" },
        }))["cart"]!["id"]!;
        var customer = (string)(await shop.Admin.PostJson("/admin/customers", new { email, email_verified = isVerified }))["customer"]!["id"]!;
        var export = (string)(await shop.Admin.PostJson($"/admin/customers/{customer}/data-export", "{}", 202))["data_export"]!["id"]!;
        var archive = await PrivacyShop.Archive(shop.Admin, $"/admin/customers/{customer}/data-exports/{export}/archive", HttpMethod.Post);
        Assert.Equal(isVerified, archive["ordering/carts.json"].Contains(street, StringComparison.Ordinal));

        await shop.Erased((string)(await shop.Admin.PostJson($"/admin/customers/{customer}/erasure", new { confirmation = email, force = true, reason = "They asked by mail" }, 202))["erasure"]!["id"]!);
        Assert.Equal(!isVerified, (await shop.Find([street])).Exists(place => !place.Contains("platform.idempotency", StringComparison.Ordinal)));
        await shop.Store.GetJson($"/store/carts/{cart}", isVerified ? 404 : 200);
    }

    [Fact]
    public async Task Asked_many_times_at_once_it_is_done_once_and_the_address_is_free_again()
    {
        using var shopper = await Shopper.Join(shop);
        await shop.Paid(shopper.Email);
        var ids = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            using var answer = await shop.Admin.PostAsync(new Uri($"/admin/customers/{shopper.Person.Id}/erasure", UriKind.Relative), new StringContent($$"""{"confirmation":"{{shopper.Email}}"}""", Encoding.UTF8, "application/json"));
            return (int)answer.StatusCode == 404 ? null : (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["erasure"]!["id"]!;
        }));
        foreach (var id in ids.OfType<string>().Distinct().Take(1)) await shop.Erased(id);
        Assert.Single(shop.Sent(shopper.Email), m => m.Kind == "erasure_completed");

        using var again = await Person.Join(shop, shopper.Email);
        Assert.NotEqual(shopper.Person.Id, again.Id);
        Assert.Empty((await again.Client.GetJson("/store/orders"))["orders"]!.AsArray());
        Assert.Empty((await again.Client.GetJson("/store/customers/me/addresses"))["addresses"]!.AsArray());
        Assert.Empty((await again.Client.GetJson("/store/customers/me/consents"))["history"]!.AsArray());
        Assert.Empty((await again.Client.GetJson("/auth/sessions"))["sessions"]!.AsArray().Where(s => (string?)s!["ip"] == shopper.Planted["ip"]));
    }

    [Fact]
    public async Task Customers_do_it_themselves_with_a_fresh_sign_in_and_their_address()
    {
        using var person = await Person.Join(shop);
        var before = await shop.Scalar<long>("select count(*) from privacy.erasures");
        Assert.Equal("not_confirmed", (string)(await person.Client.PostJson("/store/customers/me/erasure", new { confirmation = "yes" }, 400))["code"]!);
        await shop.Sql("update identity.sessions set created_at = now() - interval '16 minutes' where identity_id = (select identity_id from identity.customers where email = @email)", ("email", person.Email));
        Assert.Equal("sign_in_again", (string)(await person.Client.PostJson("/store/customers/me/erasure", new { confirmation = person.Email }, 403))["code"]!);
        Assert.Equal(before, await shop.Scalar<long>("select count(*) from privacy.erasures"));
        using var support = await Colleague.Join(shop, "support");
        await support.Client.PostJson($"/admin/customers/{person.Id}/erasure", new { confirmation = person.Email }, 403);

        using var fresh = await Person.SignIn(shop, person.Email);
        var id = (string)(await fresh.Client.PostJson("/store/customers/me/erasure", new { confirmation = person.Email.ToUpperInvariant() }, 202))["erasure"]!["id"]!;
        Assert.Equal("customer", (string)(await shop.Erased(id))["requested_by"]!);
        Assert.Empty(await shop.Find([person.Email]));
    }

    [Fact]
    public async Task Who_is_staff_as_well_keeps_what_they_sign_in_with_as_staff_and_nothing_else()
    {
        using var colleague = await Colleague.Join(shop, "support");
        var token = (string)(await shop.Store.PostJson("/auth/customer/emailpass", new { email = colleague.Email, password = Person.Password }))["token"]!;
        using var shopping = Person.With(shop, token);
        var id = (string)(await shopping.PostJson("/store/customers", new { email = colleague.Email }))["customer"]!["id"]!;
        await shop.Sql("""
            insert into identity.sign_ins (id, identity_id, provider, subject, verified_at)
            select gen_random_uuid(), identity_id, p, p || ' ' || @email, now() from identity.customers, unnest(array['phone', 'phone-staff', 'openid', 'openid-staff']) p where email = @email
            """, ("email", colleague.Email));
        await shop.Erased((string)(await shop.Admin.PostJson($"/admin/customers/{id}/erasure", new { confirmation = colleague.Email }, 202))["erasure"]!["id"]!);
        Assert.Equal("emailpass, openid-staff, phone-staff", await shop.Scalar<string>($"select string_agg(provider, ', ' order by provider) from identity.sign_ins where subject like '%{colleague.Email}'"));
        await colleague.Client.GetJson("/admin/users/me");
    }

    [Fact]
    public async Task As_long_as_money_is_promised_it_is_refused_but_to_staff_who_say_why()
    {
        using var person = await Person.Join(shop);
        var order = (string)(await shop.Complete(await shop.ReadyCart((await shop.Voucher(stock: 5), 1))))["order"]!["id"]!;
        await shop.Sql("update ordering.orders set customer_id = @id where id = @order", ("id", ShopFixture.Decode("cus", person.Id)), ("order", ShopFixture.Decode("order", order)));
        foreach (var (client, path) in (IEnumerable<(HttpClient, string)>)[(shop.Admin, $"/admin/customers/{person.Id}/erasure"), (person.Client, "/store/customers/me/erasure")])
            Assert.Equal("open_matters", (string)(await client.PostJson(path, new { confirmation = person.Email }, 409))["code"]!);
        await shop.Admin.PostJson($"/admin/customers/{person.Id}/erasure", new { confirmation = person.Email, force = true }, 400);
        Assert.NotEmpty(await shop.Find([person.Email]));
        var id = (string)(await shop.Admin.PostJson($"/admin/customers/{person.Id}/erasure", new { confirmation = person.Email, force = true, reason = "a court says so" }, 202))["erasure"]!["id"]!;
        Assert.True((bool)(await shop.Erased(id))["is_forced"]!);
        var asked = (await shop.Admin.GetJson($"/admin/audit?action=erasure_requested&resource_id={id}"))["audit_entries"]![0]!;
        Assert.Equal("""{"reason":"a court says so","is_forced":"true"}""", asked["details"]!.ToJsonString());
        Assert.Empty(await shop.Find([person.Email]));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("eur")]
    [InlineData("OrderId")]
    public async Task What_somebody_calls_their_number_is_never_looked_for_in_what_is_others(string phone)
    {
        using var other = await Shopper.Join(shop);
        var kept = await KeptAnswer(shop.Admin, "/admin/sales-channels", new { name = "eur 0 OrderId" });
        await shop.Sql("insert into jobs.queue (name, payload, run_at) values ('nobody.does_it', to_jsonb(@phone), now() + interval '1 day')", ("phone", phone));
        using var person = await Person.Join(shop);
        await person.Client.PostJson("/store/customers/me", new { phone });
        var (events, jobs, answers) = (await Events(), await Count("jobs.queue where name = 'nobody.does_it'"), await Count("platform.idempotency"));

        await shop.Erased((string)(await shop.Admin.PostJson($"/admin/customers/{person.Id}/erasure", new { confirmation = person.Email }, 202))["erasure"]!["id"]!);

        Assert.Equal((events, jobs, answers), (await Events(), await Count("jobs.queue where name = 'nobody.does_it'"), await Count("platform.idempotency")));
        Assert.Equal(kept.Answer, (await KeptAnswer(shop.Admin, "/admin/sales-channels", new { name = "eur 0 OrderId" }, kept.Key)).Answer);

        Task<string?> Events() => shop.Scalar<string>("select md5(string_agg(l.payload::text, ';' order by l.id)) from events.log l where l.name like 'ordering.%' or l.name like 'payments.%'");
    }

    [Fact]
    public async Task What_was_done_for_them_is_not_done_again_though_its_answer_is_forgotten()
    {
        using var shopper = await Shopper.Join(shop);
        await shop.Paid(shopper.Email);
        var payment = (string)(await shop.Admin.GetJson($"/admin/orders/{shopper.Order}"))["order"]!["payment_collections"]![0]!["payments"]![0]!["id"]!;
        var refund = new { amount = 100, note = $"for {shopper.Email}" };
        var (key, answer) = await KeptAnswer(shop.Admin, $"/admin/payments/{payment}/refund", refund);
        Assert.StartsWith("200 ", answer, StringComparison.Ordinal);
        // What staff wrote of a payment may stand in the audit log, too.
        await shop.Sql("select audit.write('change', 'updated', 'payment', @payment, '{\"type\": \"nobody\"}', jsonb_build_object('after', @note))", ("payment", payment), ("note", refund.note));
        Assert.Contains(await shop.Find([refund.note]), f => f.Contains("in audit.entries", StringComparison.Ordinal));

        await shop.Erased((string)(await shop.Admin.PostJson($"/admin/customers/{shopper.Person.Id}/erasure", new { confirmation = shopper.Email }, 202))["erasure"]!["id"]!);

        var refunds = await Count("payments.ledger where kind = 'refund'");
        answer = (await KeptAnswer(shop.Admin, $"/admin/payments/{payment}/refund", refund, key)).Answer;
        Assert.StartsWith("422 ", answer, StringComparison.Ordinal);
        Assert.Equal("idempotency_answer_gone", (string)JsonNode.Parse(answer[4..])!["code"]!);
        Assert.Equal(refunds, await Count("payments.ledger where kind = 'refund'"));
        Assert.Empty(await shop.Find([shopper.Email]));
    }

    [Fact]
    public async Task An_address_they_only_wrote_down_is_somebody_elses_whose_messages_links_and_entries_stay()
    {
        using var other = await Shopper.Join(shop);
        using var anybody = shop.Client();
        await anybody.PostJson("/auth/customer/emailpass", new { email = other.Email, password = "a-wrong-password" }, 401);
        (await anybody.PostAsJsonAsync("/auth/customer/emailpass/reset-password", new { identifier = other.Email })).EnsureSuccessStatusCode().Dispose();
        await Until($"select count(*) from identity.mailed_secrets where recipient = '{other.Email}'");
        await Until($"select count(*) from notifications.messages where recipient = '{other.Email}' and kind = 'password_reset' and sent_at is not null");
        using var person = await Person.Join(shop);
        await person.Client.PostJson("/store/carts", new { region_id = shop.Region, email = other.Email, items = new[] { new { variant_id = shop.Mug.WireId, quantity = 1 } } });
        var before = await Others();

        await shop.Erased((string)(await shop.Admin.PostJson($"/admin/customers/{person.Id}/erasure", new { confirmation = person.Email }, 202))["erasure"]!["id"]!);

        Assert.Equal(before, await Others());

        Task<string?> Others() => shop.Scalar<string>($"""
            select concat_ws(' ', (select count(*) from identity.mailed_secrets where recipient = '{other.Email}'), (select count(*) from notifications.messages where recipient = '{other.Email}'),
                (select count(*) from audit.entries where details ->> 'email' = '{other.Email}'))
            """);
    }

    [Fact]
    public async Task Cut_off_at_its_very_end_it_tells_nobody_twice_and_writes_down_once_what_it_blanked()
    {
        using var shopper = await Shopper.Join(shop);
        await shop.Paid(shopper.Email);
        var blanked = await Count("audit.entries where action = 'audit_redacted'");
        await shop.Sql("""
            create function public.fail() returns trigger language plpgsql as $$ begin raise exception 'cut off'; end $$;
            create trigger fail before delete on platform.idempotency for each statement execute function public.fail();
            """);
        var id = (string)(await shop.Admin.PostJson($"/admin/customers/{shopper.Person.Id}/erasure", new { confirmation = shopper.Email }, 202))["erasure"]!["id"]!;
        await Until("select count(*) from jobs.queue where name = 'privacy.erase_person' and attempts > 1");
        await shop.Sql("drop trigger fail on platform.idempotency; drop function public.fail()");
        var erasure = await shop.Erased(id);

        Assert.Equal(blanked + 1, await Count("audit.entries where action = 'audit_redacted'"));
        await Certified(erasure, shopper);
    }

    [Fact]
    public async Task Staff_who_shop_here_are_forgotten_as_shoppers_and_what_they_did_as_staff_stays_written_down()
    {
        using var colleague = await Colleague.Join(shop, "support");
        await shop.Sql("update identity.sign_ins set verified_at = now() where subject = @email", ("email", colleague.Email));
        var first = (string)(await shop.Store.PostJson("/auth/customer/emailpass", new { email = colleague.Email, password = Person.Password }))["token"]!;
        using (var nobody = Person.With(shop, first)) await nobody.PostJson("/store/customers", new { email = colleague.Email, first_name = "Thandi" });
        using var person = await Person.SignIn(shop, colleague.Email);
        var identity = await shop.Scalar<Guid>($"select identity_id from identity.customers where email = '{colleague.Email}'");
        foreach (var audience in (string[])["customer", "user"])
        {
            var app = await RegisteredApp.Register(shop, [audience == "customer" ? "account:read" : "orders:read"], audience);
            await shop.Sql("insert into identity.app_consents (app_id, identity_id, scopes) values (@app, @identity, '{}')", ("app", ShopFixture.Decode("app", app.Id)), ("identity", identity));
        }

        var asStaff = $"audit.entries e where e.details is not null and (e.actor_id = '{colleague.Id}' or e.resource_id in (select audit.wire_id('ses', s.id) from identity.sessions s where s.actor_type = 'user' and s.identity_id = '{identity}'))";
        var before = await Count(asStaff);
        Assert.True(before > 0);

        await shop.Erased((string)(await shop.Admin.PostJson($"/admin/customers/{person.Id}/erasure", new { confirmation = colleague.Email }, 202))["erasure"]!["id"]!);

        Assert.Equal(before, await Count(asStaff));
        Assert.Equal("user", await shop.Scalar<string>($"select string_agg(a.audience, ' ') from identity.app_consents c join identity.apps a on a.id = c.app_id where c.identity_id = '{identity}'"));
        await colleague.Client.GetJson("/admin/orders");
        await person.Client.GetJson("/store/customers/me", 401);
    }

    private Task<long> Count(string of) => shop.Scalar<long>($"select count(*) from {of}");

    /// <summary>Asks with a key, and what it was answered.</summary>
    private static async Task<(string Key, string Answer)> KeptAnswer(HttpClient client, string path, object body, string? key = null)
    {
        key ??= Guid.NewGuid().ToString();
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", key);
        using var answer = await client.SendAsync(request);
        return (key, $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    private async Task Certified(JsonNode erasure, Shopper shopper)
    {
        Assert.Null((string?)erasure["customer_id"]);
        var text = (string)erasure["certificate"]!;
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(sha256, (string)erasure["certificate_sha256"]!);
        Assert.Equal(1L, await shop.Scalar<long>($"select count(*) from audit.entries where action = 'person_erased' and resource_id = '{erasure["id"]}' and details ->> 'certificate_sha256' = '{sha256}'"));
        var certificate = JsonNode.Parse(text)!;
        var mail = Assert.Single(shop.Sent(shopper.Email), m => m.Kind == "erasure_completed");
        Assert.Contains(text, mail.Text, StringComparison.Ordinal);
        var secret = System.Text.RegularExpressions.Regex.Match(mail.Text, "[0-9a-f]{32}(?![0-9a-f])(?<![0-9a-f]{33})").Value;
        Assert.Equal((string)certificate["email_proof"]!, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{secret} {shopper.Email}"))));
        Assert.Equal((string)certificate["customer_proof"]!, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{secret} {shopper.Person.Id}"))));
        Assert.Empty(await shop.Find([secret]));
        Assert.Contains(certificate["erased"]!.AsArray(), e => (string)e!["what"]! == "identity/addresses" && (int)e["count"]! == 1);
        Assert.Contains(certificate["kept"]!.AsArray(), e => (string)e!["what"]! == "ordering/orders" && (int)e["count"]! == 2);
        Assert.Equal("stripe", (string)Assert.Single(certificate["providers"]!.AsArray())!["provider"]!);
    }

    private async Task Even()
    {
        var verdict = await shop.Contract<VerifyAudit>().Run(null, null, default);
        Assert.Empty(verdict.Findings);
        var now = DateTimeOffset.UtcNow;
        foreach (var reconciliation in shop.Services.GetServices<Reconciliation>())
            Assert.Empty((await reconciliation.Run(shop.Services, new ReconciliationPeriod(now.AddDays(-1), now.AddMinutes(1)), default)).Uneven);
    }

    private Task<string?> Books() => shop.Scalar<string>("""
        select concat_ws(' ', (select md5(string_agg(concat_ws(',', o.id, o.display_id, o.total, o.tax_total, o.status, o.currency_code, o.created_at), ';' order by o.id)) from ordering.orders o),
            (select md5(string_agg(concat_ws(',', l.id, l.order_id, l.title, l.quantity, l.total), ';' order by l.id)) from ordering.order_lines l),
            (select md5(string_agg(l::text, ';' order by l.id)) from payments.ledger l))
        """);

    private async Task Until(string count)
    {
        for (var i = 0; await shop.Scalar<long>(count) == 0; i++)
        {
            Assert.True(i < 400, count);
            await Task.Delay(50);
        }
    }
}
