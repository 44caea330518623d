using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using HeadlessPro.Modules.Tests.Ordering;

namespace HeadlessPro.Modules.Tests.Identity;

/// <summary>
/// Somebody repeats another's traffic, id for id: what is that person's alone answers as if it were not there, to the letter and the status, and no
/// answer holds anything of theirs. Carts and orders open to whoever holds their id, as guests need it; what is personal in them does not.
/// </summary>
public partial class SwappedIdsTests(CheckoutShop shop) : IClassFixture<CheckoutShop>
{
    // The parts of Lerato's life that must not turn up in an answer to anybody else.
    private static readonly string[] Secrets = ["Lerato", "Dlamini", "83123", "Kloof", "8005", "Vredehoek"];

    [Fact]
    public async Task Another_persons_ids_are_answered_like_ids_that_nobody_has()
    {
        using var owner = await Person.Join(shop);
        using var stranger = await Person.Join(shop);
        await shop.Scalar<object>($"update identity.customers set first_name = 'Sipho', last_name = 'Zulu', phone = null where email = '{stranger.Email}'");
        await shop.Scalar<object>($"update identity.sign_ins set verified_at = now() where subject = '{owner.Email}'");
        var address = new { first_name = "Lerato", last_name = "Dlamini", address_1 = "7 Kloof Street", city = "Vredehoek", postal_code = "8005", country_code = "za", phone = "+27831234567" };
        var book = await owner.Client.PostJson("/store/customers/me/addresses", address);
        var factor = await owner.Client.PostJson("/auth/mfa/factors", new { provider = "totp" });
        var session = (await owner.Client.GetJson("/auth/sessions"))["sessions"]![0]!["id"]!;
        var entry = book["customer"]!["addresses"]![0]!["id"]!;
        var before = await Rows();

        var swapped = new (string Method, string Path, object? Body)[]
        {
            ("GET", $"/store/customers/me/addresses/{entry}", null),
            ("POST", $"/store/customers/me/addresses/{entry}", new { city = "Nowhere" }),
            ("DELETE", $"/store/customers/me/addresses/{entry}", null),
            ("DELETE", $"/auth/sessions/{session}", null),
            ("POST", $"/auth/mfa/factors/{factor["mfa_factor"]!["id"]}/verify", new { code = "123456" }),
            ("DELETE", $"/auth/mfa/factors/{factor["mfa_factor"]!["id"]}", new { method = "totp", code = "123456" }),
            ("POST", "/auth/mfa/challenges/authmfachal_01M7XESKKC7JM10TENH30FRX3Y/verify", new { method = "totp", code = "123456" }),
        };
        foreach (var client in (HttpClient[])[stranger.Client, shop.Store])
        {
            foreach (var (method, path, body) in swapped)
            {
                var theirs = await Ask(client, method, path, body);
                var nobodys = await Ask(client, method, Id().Replace(path, m => m.Groups[1].Value + "_00000000000000000000000000"), body);
                Assert.Equal(nobodys, theirs);
                Assert.True(theirs.Status is 401 or 404, $"{method} {path}: {theirs}");
                AssertNothingPersonal(method + " " + path, theirs.Body);
            }
        }

        Assert.Equal(before, await Rows());
    }

    [Fact]
    public async Task An_order_and_what_belongs_to_it_tells_a_stranger_nothing_personal()
    {
        using var owner = await Person.Join(shop);
        using var stranger = await Person.Join(shop);
        await shop.Scalar<object>($"update identity.customers set first_name = 'Sipho', last_name = 'Zulu', phone = null where email = '{stranger.Email}'");
        var (cart, order) = await Buy(owner);
        await shop.Scalar<object>("update ordering.orders set created_at = now() - interval '2 hours'");

        foreach (var client in (HttpClient[])[stranger.Client, shop.Store])
        {
            foreach (var path in new[] { $"/store/orders/{order}", $"/store/orders/{order}?fields=*shipping_address,*billing_address,email,*customer,metadata,*payment_collections", $"/store/carts/{cart}/complete" })
            {
                var answer = await Ask(client, path.EndsWith("complete", StringComparison.Ordinal) ? "POST" : "GET", path, null);
                Assert.Equal(200, answer.Status);
                AssertNothingPersonal(path, answer.Body);
                Assert.DoesNotContain(owner.Email, answer.Body, StringComparison.OrdinalIgnoreCase);
            }

            Assert.DoesNotContain(order, (await Ask(client, "GET", $"/store/orders?id={order}", null)).Body, StringComparison.Ordinal);
            foreach (var step in (string[])["accept", "decline"])
                Assert.Equal(400, (await Ask(client, "POST", $"/store/orders/{order}/transfer/{step}", new { token = "guess" })).Status);
        }

        // Asking for somebody's order tells nothing of them either.
        AssertNothingPersonal("transfer", (await Ask(stranger.Client, "POST", $"/store/orders/{order}/transfer/request", new { })).Body);
        Assert.True((await Ask(shop.Store, "POST", $"/store/orders/{order}/transfer/cancel", null)).Status is 400 or 401);
    }

    private static void AssertNothingPersonal(string what, string body)
    {
        foreach (var secret in Secrets) Assert.False(body.Contains(secret, StringComparison.OrdinalIgnoreCase), $"{what} tells '{secret}': {body}");
    }

    /// <summary>Status and body; the request's own number and the id that was sent are left out.</summary>
    private static async Task<(int Status, string Body)> Ask(HttpClient client, string method, string path, object? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        if (body is not null) request.Content = new StringContent(System.Text.Json.JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, answer.IsSuccessStatusCode ? text : Id().Replace(RequestId().Replace(text, ""), m => m.Groups[1].Value + "_"));
    }

    private async Task<string> Rows() => await shop.Scalar<string>("""
        select concat((select string_agg(a::text, '|' order by id) from identity.customer_addresses a), (select string_agg(f::text, '|' order by id) from identity.mfa_factors f),
            (select count(*) from identity.sessions where revoked_at is null))
        """) ?? "";

    private async Task<(string Cart, string Order)> Buy(Person person)
    {
        var voucher = await shop.Voucher(stock: 5);
        var address = new { first_name = "Lerato", last_name = "Dlamini", address_1 = "7 Kloof Street", city = "Vredehoek", postal_code = "8005", country_code = "za", phone = "+27831234567" };
        var cart = (string)(await person.Client.PostJson("/store/carts", new
        {
            region_id = shop.Region,
            shipping_address = address,
            billing_address = address,
            items = new[] { new { variant_id = voucher.WireId, quantity = 1 } },
        }))["cart"]!["id"]!;
        await shop.OpenPayment(cart);
        return (cart, (string)(await person.Client.PostJson($"/store/carts/{cart}/complete"))["order"]!["id"]!);
    }

    [GeneratedRegex("([a-z]+)_[0-9A-HJKMNP-TV-Z]{26}")]
    private static partial Regex Id();

    [GeneratedRegex("\"request_id\":\"[^\"]*\"")]
    private static partial Regex RequestId();
}
