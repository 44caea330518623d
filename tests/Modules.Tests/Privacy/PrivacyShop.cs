using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using HeadlessPro.Contracts;
using HeadlessPro.Modules.Tests.Identity;
using HeadlessPro.Modules.Tests.Ordering;

namespace HeadlessPro.Modules.Tests.Privacy;

/// <summary>A shop behind a proxy, whose shoppers come from addresses of their own.</summary>
public class PrivacyShop : CheckoutShop
{
    protected override string[] Arguments => ["--TRUSTED_PROXIES=127.0.0.1,::1"];

    /// <summary>Where one of the texts stands, but for counts of requests: those are gone after two minutes.</summary>
    public async Task<List<string>> Find(IEnumerable<string> texts)
    {
        var rows = (await EveryRow.Of(this)).Where(r => r.Table != "platform.request_counts").ToList();
        return [.. texts.SelectMany(t => rows.Where(r => r.Row.Contains(t, StringComparison.OrdinalIgnoreCase)).Select(r => $"{t} in {r.Table}: {r.Row}"))];
    }

    public Task Sql(string sql, params (string Name, object? Value)[] parameters) => Run(sql, parameters);

    /// <summary>The files of an export, once it is made.</summary>
    public static async Task<Dictionary<string, string>> Archive(HttpClient client, string path, HttpMethod method)
    {
        for (var i = 0; ; i++)
        {
            using var request = new HttpRequestMessage(method, path);
            if (method == HttpMethod.Post) request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
            using var answer = await client.SendAsync(request);
            if ((int)answer.StatusCode == 409)
            {
                Assert.True(i < 1200, "The archive is never made");
                await Task.Delay(50);
                continue;
            }

            Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            Assert.Equal(("application/zip", "no-store"), (answer.Content.Headers.ContentType!.MediaType, answer.Headers.CacheControl!.ToString()));
            return Files(await answer.Content.ReadAsByteArrayAsync());
        }
    }

    private static Dictionary<string, string> Files(byte[] bytes)
    {
        using var zip = new ZipArchive(new MemoryStream(bytes));
        return zip.Entries.ToDictionary(e => e.FullName, e =>
        {
            using var reader = new StreamReader(e.Open());
            return reader.ReadToEnd();
        });
    }
}

/// <summary>A customer who leaves something of theirs wherever a shop keeps anything, each text nowhere else.</summary>
internal sealed class Shopper : IDisposable
{
    private static int _number;

    private readonly Dictionary<string, string> _planted = new(StringComparer.Ordinal);

    /// <summary>Texts by what they are.</summary>
    public IReadOnlyDictionary<string, string> Planted => _planted;

    public Person Person { get; private set; } = null!;

    public string Email => Planted["email"];

    /// <summary>Orders of the account and as a guest.</summary>
    public string Order { get; private set; } = "";

    public string GuestOrder { get; private set; } = "";

    public static async Task<Shopper> Join(PrivacyShop shop)
    {
        var shopper = new Shopper();
        var number = Interlocked.Increment(ref _number);
        shopper._planted["email"] = $"{Word()}@example.com";
        shopper._planted["phone"] = $"+2783{(7_000_000 + Random.Shared.Next(999_999)).ToString(CultureInfo.InvariantCulture)}";
        shopper._planted["ip"] = $"198.51.{100 + (number / 200)}.{10 + (number % 200)}";
        shopper.Person = await shopper.Register(shop);
        await shopper.FillAccount(shop);
        await shopper.Buy(shop);
        await shopper.LeaveTraces(shop);
        return shopper;
    }

    public void Dispose() => Person.Dispose();

    /// <summary>A client that comes from where they are.</summary>
    public HttpClient From(HttpClient client)
    {
        client.DefaultRequestHeaders.Add("X-Forwarded-For", Planted["ip"]);
        client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", Plant("user agent"));
        return client;
    }

    private static string Word() => string.Concat(Enumerable.Range(0, 14).Select(_ => (char)('a' + Random.Shared.Next(26))));

    public string Plant(string what) => _planted.TryGetValue(what, out var word) ? word : _planted[what] = Word();

    public object Address() => new
    {
        first_name = Plant("first name"),
        last_name = Plant("last name"),
        company = Plant("company"),
        address_1 = Plant("street"),
        address_2 = Plant("floor"),
        city = Plant("city"),
        postal_code = Plant("postal code"),
        country_code = "za",
        phone = Planted["phone"],
    };

    private async Task<Person> Register(PrivacyShop shop)
    {
        using var store = From(HpApp.AsShopper(shop.Client()));
        var token = (string)(await store.PostJson("/auth/customer/emailpass/register", new { email = Email, password = Person.Password }))["token"]!;
        using (var nobody = From(Person.With(shop, token)))
        {
            await nobody.PostJson("/store/customers", new
            {
                email = Email,
                first_name = Plant("first name"),
                last_name = Plant("last name"),
                company_name = Plant("company"),
                phone = Planted["phone"],
                metadata = new { loves = Plant("profile note") },
            });
        }

        token = (string)(await store.PostJson("/auth/customer/emailpass", new { email = Email, password = Person.Password }))["token"]!;
        var client = From(Person.With(shop, token));
        return new(Email, token, (string)(await client.GetJson("/store/customers/me"))["customer"]!["id"]!, client);
    }

    private async Task FillAccount(PrivacyShop shop)
    {
        var customer = ShopFixture.Decode("cus", Person.Id);
        await shop.Sql("update identity.sign_ins set verified_at = now() where subject = @email", ("email", Email));
        await Person.Client.PostJson("/store/customers/me/addresses", Address());
        await shop.Sql("""
            insert into identity.sign_ins (id, identity_id, provider, subject, verified_at) select gen_random_uuid(), identity_id, 'phone', @phone, now() from identity.customers where id = @id;
            insert into identity.sign_ins (id, identity_id, provider, subject, verified_at, profile)
            select gen_random_uuid(), identity_id, 'google', @subject, now(), jsonb_build_object('given_name', @given) from identity.customers where id = @id;
            insert into identity.passkeys (id, identity_id, actor_type, credential_id, public_key, name, sign_count, transports, is_backup_eligible, is_backed_up)
            select gen_random_uuid(), identity_id, 'customer', uuid_send(gen_random_uuid()), '\x00', @passkey, 0, '{internal}', true, true from identity.customers where id = @id;
            insert into identity.mfa_factors (id, identity_id, label, secret, enabled_at) select gen_random_uuid(), identity_id, @factor, 'sealed', null from identity.customers where id = @id;
            insert into payments.provider_customers (provider_id, customer_id, reference) values ('stripe', @id, @reference);
            """,
            ("phone", Planted["phone"]), ("id", customer), ("subject", Plant("google id")), ("given", Plant("google name")), ("passkey", Plant("passkey name")), ("factor", Plant("factor label")), ("reference", Plant("stripe account")));
        await Person.Client.PostJson("/store/customers/me/consents", new { purpose = "marketing_email", is_granted = true, text_version = Plant("consent text") });
    }

    private async Task Buy(PrivacyShop shop)
    {
        using var guest = From(HpApp.AsShopper(shop.Client()));
        Order = await Buy(shop, Person.Client, null);
        GuestOrder = await Buy(shop, guest, Email.ToUpperInvariant());
        // One more cart that comes to nothing.
        await Person.Client.PostJson("/store/carts", new { region_id = shop.Region, email = Email, items = new[] { new { variant_id = shop.Mug.WireId, quantity = 1, metadata = new { engraving = Plant("open cart engraving") } } } });
    }

    private async Task<string> Buy(PrivacyShop shop, HttpClient client, string? email)
    {
        var voucher = await shop.Voucher(stock: 10);
        var what = email is null ? "own" : "guest";
        var cart = (string)(await client.PostJson("/store/carts", new
        {
            region_id = shop.Region,
            email = email ?? Email,
            items = new[] { new { variant_id = voucher.WireId, quantity = 2, metadata = new { engraving = Plant($"{what} engraving") } } },
            shipping_address = Address(),
            billing_address = Address(),
            metadata = new { note = Plant($"{what} note") },
        }))["cart"]!["id"]!;
        var collection = (string)(await client.PostJson("/store/payment-collections", new { cart_id = cart }))["payment_collection"]!["id"]!;
        await client.PostJson($"/store/payment-collections/{collection}/payment-sessions", new { provider_id = "pp_system_default" });
        var order = (string)(await client.PostJson($"/store/carts/{cart}/complete"))["order"]!["id"]!;
        await shop.Sql("""
            update payments.payments set means = jsonb_build_object('kind', 'card', 'brand', 'visa', 'last4', '4242', 'country', 'za', 'fingerprint', @fingerprint)
            where collection_id in (select id from payments.collections where cart_id = @cart);
            insert into payments.attempts (payment_id, email, network, fingerprint)
            select p.id, @email, @ip::inet, @fingerprint from payments.payments p join payments.collections c on c.id = p.collection_id where c.cart_id = @cart
            """, ("fingerprint", Plant("card fingerprint")), ("email", Email), ("ip", Planted["ip"]), ("cart", ShopFixture.Decode("cart", cart)));
        return order;
    }

    private async Task LeaveTraces(PrivacyShop shop)
    {
        // Somebody asks for their order, they ask for somebody's.
        using (var other = await Person.Join(shop)) await other.Client.PostJson($"/store/orders/{GuestOrder}/transfer/request", "{}");
        var strangers = (string)(await shop.Complete(await shop.ReadyCart((await shop.Voucher(stock: 5), 1))))["order"]!["id"]!;
        await Person.Client.PostJson($"/store/orders/{strangers}/transfer/request", "{}");
        // Staff write their name, which the audit log keeps; an answer is kept for its repeat.
        await shop.Admin.PostJson($"/admin/customers/{Person.Id}", new { company_name = Plant("company by staff") });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/store/customers/me") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        using var answer = await Person.Client.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode);
        // They are told of something.
        await Mailed(shop);
    }

    private async Task Mailed(PrivacyShop shop)
    {
        for (var i = 0; await shop.Scalar<long>($"select count(*) from notifications.messages where lower(recipient) = '{Email}' and sent_at is not null") == 0; i++)
        {
            Assert.True(i < 1200, "No mail to them");
            await Task.Delay(50);
        }
    }

    public static JsonNode Json(string text) => JsonNode.Parse(text)!;
}
