using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using HeadlessPro.Modules.Tests.Privacy;

namespace HeadlessPro.Modules.Tests.Identity;

/// <summary>A request of somebody's, and what came of it.</summary>
internal sealed record Call(string Method, string Path, string? Body)
{
    public int Status { get; init; }

    public string? Answer { get; init; }

    public async Task<(int Status, string Body)> Ask(HttpClient client)
    {
        using var request = new HttpRequestMessage(new HttpMethod(Method), new Uri(Path, UriKind.Relative));
        if (Body is not null) request.Content = new StringContent(Body, Encoding.UTF8, "application/json");
        using var answer = await client.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}

/// <summary>
/// What the recorded storefronts ask for a shopper with an account (recordings 036 to 105; there are no returns yet), and what the rest of the Store and
/// Auth API has for one by an id of theirs, request by request: everybody's life is the same but for their words and ids.
/// </summary>
internal sealed class Life
{
    private readonly List<Call> _calls = [];
    private readonly Shopper _who;
    private readonly PrivacyShop _shop;

    private Life(PrivacyShop shop, Shopper who) => (_shop, _who) = (shop, who);

    public static async Task<IReadOnlyList<Call>> Of(PrivacyShop shop, Shopper who)
    {
        var life = new Life(shop, who);
        await life.Buy();
        await life.LeaveACartOpen();
        await life.BuyAsGuestAndAskForIt();
        await life.KeepAddresses();
        await life.LookAfterTheAccount();
        return life._calls;
    }

    private async Task Buy()
    {
        var cart = await FillCart(async cart => await Post($"/store/carts/{cart}/complete", new { }, 400));
        await Post($"/store/carts/{cart}/complete", new { });
        await Post("/store/orders", new { cart_id = cart });
        await Post($"/store/carts/{cart}/line-items", new { variant_id = _shop.Mug.WireId, quantity = 1 }, 400);
        var order = (string)(await Get("/store/orders?limit=5"))["orders"]![0]!["id"]!;
        await Get($"/store/orders/{order}");
        await Get($"/store/orders/{order}?fields=*shipping_address,*billing_address,email,*customer,metadata,*payment_collections");
        await Get($"/store/orders?id={order}");
        await Get("/store/customers/me?fields=*orders");
    }

    private Task LeaveACartOpen() => FillCart(_ => Task.CompletedTask);

    private async Task<string> FillCart(Func<string, Task> unpaid)
    {
        var made = (await Post("/store/carts", new { region_id = _shop.Region, items = new[] { new { variant_id = _shop.Mug.WireId, quantity = 1, metadata = new { note = _who.Plant("line note") } } } }))["cart"]!;
        var cart = (string)made["id"]!;
        var line = (string)made["items"]![0]!["id"]!;
        await Get($"/store/carts/{cart}");
        var more = (await Post($"/store/carts/{cart}/line-items", new { variant_id = _shop.ShirtS.WireId, quantity = 1 }))["cart"]!["items"]!.AsArray();
        await Post($"/store/carts/{cart}/line-items/{line}", new { quantity = 2 });
        await Delete($"/store/carts/{cart}/line-items/{(string)more.Single(i => (string)i!["id"]! != line)!["id"]!}");
        await Post($"/store/carts/{cart}", new { email = _who.Email, shipping_address = _who.Address(), billing_address = _who.Address(), metadata = new { note = _who.Plant("cart note") } });
        await Post($"/store/carts/{cart}/promotions", new { promo_codes = new[] { "SAVE10" } });
        await Delete($"/store/carts/{cart}/promotions", new { promo_codes = new[] { "SAVE10" } });
        await Get($"/store/shipping-options?cart_id={cart}");
        await Post($"/store/shipping-options/{_shop.Standard}/calculate", new { cart_id = cart });
        await Post($"/store/carts/{cart}/shipping-methods", new { option_id = _shop.Standard, data = new { note = _who.Plant("shipping note") } });
        await Post($"/store/carts/{cart}/taxes", new { });
        await unpaid(cart);
        var collection = (string)(await Post("/store/payment-collections", new { cart_id = cart }))["payment_collection"]!["id"]!;
        await Post($"/store/payment-collections/{collection}/payment-sessions", new { provider_id = "pp_system_default" });
        await Post($"/store/carts/{cart}/payment-sessions", new { provider_id = "pp_system_default" });
        await Get($"/store/carts/{cart}?fields=+shipping_address.*,+customer.*,+payment_collection.*");
        return cart;
    }

    private async Task BuyAsGuestAndAskForIt()
    {
        var cart = (string)(await _shop.Store.PostJson("/store/carts", new { region_id = _shop.Region, items = new[] { new { variant_id = _shop.Mug.WireId, quantity = 1 } } }))["cart"]!["id"]!;
        await Post($"/store/carts/{cart}/customer", new { });
        // Old by now: what a guest bought within the hour is open to whoever holds its id.
        await _shop.Sql("update ordering.orders set created_at = now() - interval '2 hours' where id = @id", ("id", ShopFixture.Decode("order", _who.GuestOrder)));
        await Get($"/store/orders/{_who.GuestOrder}");
        await Post($"/store/orders/{_who.GuestOrder}/transfer/accept", new { token = "guess" }, 400);
        await Post($"/store/orders/{_who.GuestOrder}/transfer/decline", new { token = "guess" }, 400);
        await Post($"/store/orders/{_who.Order}/transfer/request", new { }, 400);
        await Post($"/store/orders/{_who.Order}/transfer/cancel", new { }, 400);
    }

    private async Task KeepAddresses()
    {
        var entry = (string)(await Get("/store/customers/me/addresses"))["addresses"]![0]!["id"]!;
        await Get($"/store/customers/me/addresses/{entry}");
        await Post($"/store/customers/me/addresses/{entry}", new { city = _who.Plant("next city") });
        await Post("/store/customers/me/addresses", _who.Address());
        Next("DELETE", $"/store/customers/me/addresses/{entry}");
    }

    private async Task LookAfterTheAccount()
    {
        await Get("/store/customers/me");
        await Post("/store/customers/me", new { company_name = _who.Plant("company") });
        await _shop.Store.PostJson("/auth/customer/emailpass", new { email = _who.Email, password = Person.Password });
        var second = (await Get("/auth/sessions"))["sessions"]!.AsArray().First(s => !(bool)s!["is_current"]!)!["id"]!;
        Next("DELETE", $"/auth/sessions/{second}");
        var factor = (await Post("/auth/mfa/factors", new { provider = "totp" }))["mfa_factor"]!["id"]!;
        await Get("/auth/mfa/factors");
        await Post($"/auth/mfa/factors/{factor}/verify", new { code = "000000" }, 401);
        Next("DELETE", $"/auth/mfa/factors/{factor}", """{"method":"totp","code":"000000"}""");
        var passkey = (await Get("/auth/passkeys"))["passkeys"]![0]!["id"]!;
        await Post($"/auth/passkeys/{passkey}", new { name = _who.Plant("passkey's next name") });
        var identity = (await Get("/auth/identities"))["identities"]![0]!["id"]!;
        Next("DELETE", $"/auth/passkeys/{passkey}");
        Next("DELETE", $"/auth/identities/{identity}");
        await Get("/store/customers/me/consents");
        await Post("/store/customers/me/consents", new { purpose = "personalization", is_granted = true, text_version = _who.Plant("next consent text") });
        var export = (await Post("/store/customers/me/data-export", new { }, 202))["data_export"]!["id"]!;
        await Get("/store/customers/me/data-exports");
        await Get($"/store/customers/me/data-exports/{export}");
        await PrivacyShop.Archive(_who.Person.Client, $"/store/customers/me/data-exports/{export}/archive", HttpMethod.Get);
        await Get($"/store/customers/me/data-exports/{export}/archive", isJson: false);
    }

    /// <summary>What they have not asked for yet: what it would take away is still there to be asked for.</summary>
    private void Next(string method, string path, string? body = null) => _calls.Add(new(method, path, body));

    private Task<JsonNode> Get(string path, int status = 200, bool isJson = true) => Make(new("GET", path, null), status, isJson);

    private Task<JsonNode> Post(string path, object body, int status = 200) => Make(new("POST", path, JsonSerializer.Serialize(body)), status);

    private Task<JsonNode> Delete(string path, object? body = null, int status = 200) => Make(new("DELETE", path, body is null ? null : JsonSerializer.Serialize(body)), status);

    private async Task<JsonNode> Make(Call call, int status, bool isJson = true)
    {
        var answer = await call.Ask(_who.Person.Client);
        Assert.True(answer.Status == status, $"{call}: {answer}");
        _calls.Add(call with { Status = answer.Status, Answer = answer.Body });
        return isJson ? JsonNode.Parse(answer.Body)! : new JsonObject();
    }
}
