using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using HeadlessPro.Modules.Tests.Identity;
using HeadlessPro.Modules.Tests.Notifications;
using HeadlessPro.Platform.Jobs;

namespace HeadlessPro.Modules.Tests.Privacy;

/// <summary>Customers get all that is held of them.</summary>
public class DataExportTests(PrivacyShop shop) : IClassFixture<PrivacyShop>
{
    [Fact]
    public async Task Everything_that_is_held_of_a_customer_is_in_the_archive_and_nothing_of_anybody_else()
    {
        using var other = await Shopper.Join(shop);
        using var shopper = await Shopper.Join(shop);
        var asked = (await shopper.Person.Client.PostJson("/store/customers/me/data-export", "{}", 202))["data_export"]!;
        var files = await PrivacyShop.Archive(shopper.Person.Client, $"/store/customers/me/data-exports/{asked["id"]}/archive", HttpMethod.Get);

        var all = string.Join('\n', files.Where(f => f.Key != "manifest.json").Select(f => f.Value));
        Assert.Empty(shopper.Planted.Where(p => p.Key != "company" && !all.Contains(p.Value, StringComparison.OrdinalIgnoreCase)));
        Assert.Empty(other.Planted.Values.Where(p => all.Contains(p, StringComparison.OrdinalIgnoreCase)));
        Assert.Equal([shopper.Order, shopper.GuestOrder], Shopper.Json(files["ordering/orders.json"]).AsArray().Select(o => (string)o!["id"]!));
        Assert.DoesNotContain("secret", string.Join('\n', files.Keys), StringComparison.Ordinal);
        // Hashes and sealed texts are no use to them and would be to others.
        foreach (var secret in (string[])["sealed", "AQAAAA", "CfDJ8"]) Assert.DoesNotContain(secret, all, StringComparison.Ordinal);

        var manifest = Shopper.Json(files["manifest.json"]);
        Assert.Equal((1, shopper.Person.Id), ((int)manifest["schema_version"]!, (string)manifest["customer_id"]!));
        Assert.Equal(
            files.Where(f => f.Key != "manifest.json").Select(f => $"{f.Key} {Encoding.UTF8.GetByteCount(f.Value)} {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(f.Value)))}").Order(),
            manifest["files"]!.AsArray().Select(f => $"{f!["name"]} {f["bytes"]} {f["sha256"]}").Order());

        var listed = Assert.Single((await shopper.Person.Client.GetJson("/store/customers/me/data-exports"))["data_exports"]!.AsArray())!;
        Assert.Equal(("ready", "customer", (string)asked["id"]!), ((string)listed["status"]!, (string)listed["requested_by"]!, (string)listed["id"]!));
        Assert.Contains(await Mails.To(shop, shopper.Email), m => m.Kind == "data_export_ready" && m.Link.ToString() == $"http://localhost:8000/account/data-exports/{asked["id"]}");
        // At rest it is sealed: what was not kept in plain text before is nowhere now.
        Assert.DoesNotContain((await EveryRow.Of(shop)).Where(r => r.Table == "privacy.exports"), r => shopper.Planted.Values.Any(p => r.Row.Contains(p, StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public async Task Staff_get_it_too_which_is_written_down_and_who_may_only_read_does_not()
    {
        using var person = await Person.Join(shop);
        var asked = (await shop.Admin.PostJson($"/admin/customers/{person.Id}/data-export", "{}", 202))["data_export"]!;
        var files = await PrivacyShop.Archive(shop.Admin, $"/admin/customers/{person.Id}/data-exports/{asked["id"]}/archive", HttpMethod.Post);
        Assert.Contains(person.Email, files["identity/profile.json"], StringComparison.Ordinal);
        Assert.Equal("staff", (string)Assert.Single((await shop.Admin.GetJson($"/admin/customers/{person.Id}/data-exports"))["data_exports"]!.AsArray())!["requested_by"]!);
        Assert.NotEmpty((await shop.Admin.GetJson("/admin/audit?operation=PostAdminCustomerDataExportArchive"))["audit_entries"]!.AsArray());

        using var support = await Colleague.Join(shop, "support");
        var before = await Count();
        await support.Client.PostJson($"/admin/customers/{person.Id}/data-export", "{}", 403);
        await support.Client.PostJson($"/admin/customers/{person.Id}/data-exports/{asked["id"]}/archive", "{}", 403);
        Assert.Equal(before, await Count());
    }

    [Fact]
    public async Task Nobody_takes_anothers_and_nobody_with_an_old_sign_in_takes_their_own()
    {
        using var person = await Person.Join(shop);
        using var other = await Person.Join(shop);
        var id = (string)(await person.Client.PostJson("/store/customers/me/data-export", "{}", 202))["data_export"]!["id"]!;
        await PrivacyShop.Archive(person.Client, $"/store/customers/me/data-exports/{id}/archive", HttpMethod.Get);
        foreach (var path in (string[])[$"/store/customers/me/data-exports/{id}", $"/store/customers/me/data-exports/{id}/archive"])
            Assert.Equal($"Data export with id: {id} was not found", (string)(await other.Client.GetJson(path, 404))["message"]!);
        await shop.Admin.PostJson($"/admin/customers/{other.Id}/data-exports/{id}/archive", "{}", 404);
        Assert.Empty((await other.Client.GetJson("/store/customers/me/data-exports"))["data_exports"]!.AsArray());

        await shop.Sql("update identity.sessions set created_at = now() - interval '16 minutes' where identity_id = (select identity_id from identity.customers where email = @email)", ("email", person.Email));
        var before = await Count();
        Assert.Equal("sign_in_again", (string)(await person.Client.PostJson("/store/customers/me/data-export", "{}", 403))["code"]!);
        Assert.Equal("sign_in_again", (string)(await person.Client.GetJson($"/store/customers/me/data-exports/{id}/archive", 403))["code"]!);
        Assert.Equal(before, await Count());
    }

    [Fact]
    public async Task An_address_that_nobody_has_proven_brings_nothing_of_its_owner()
    {
        // Somebody registers with the address of a guest, and writes their number.
        var owner = Person.NewEmail();
        var order = (string)(await shop.Complete(await ReadyCart(owner)))["order"]!["id"]!;
        using (var asks = await Person.Join(shop)) await asks.Client.PostJson($"/store/orders/{order}/transfer/request", "{}");
        await Mails.To(shop, owner);
        using var stranger = await Person.Join(shop, owner);
        var id = (string)(await stranger.Client.PostJson("/store/customers/me/data-export", "{}", 202))["data_export"]!["id"]!;
        var files = await PrivacyShop.Archive(stranger.Client, $"/store/customers/me/data-exports/{id}/archive", HttpMethod.Get);
        foreach (var name in (string[])["ordering/orders", "ordering/carts", "payments/payments", "payments/payment_attempts", "pricing/promotion_uses", "notifications/messages"])
            Assert.Equal((name, 0), (name, Shopper.Json(files[name + ".json"]).AsArray().Count));
    }

    [Fact]
    public async Task Asked_many_times_at_once_it_is_made_once()
    {
        using var person = await Person.Join(shop);
        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => (string)(await person.Client.PostJson("/store/customers/me/data-export", "{}", 202))["data_export"]!["id"]!));
        await PrivacyShop.Archive(person.Client, $"/store/customers/me/data-exports/{ids[^1]}/archive", HttpMethod.Get);
        // One that was made in between is not made again by its repeat.
        Assert.Equal(ids.Distinct().Count(), (await person.Client.GetJson("/store/customers/me/data-exports"))["data_exports"]!.AsArray().Count);
        Assert.Equal((long)ids.Distinct().Count(), await shop.Scalar<long>($"select count(distinct key) from notifications.messages where recipient = '{person.Email}' and kind = 'data_export_ready'"));
    }

    [Fact]
    public async Task An_archive_vanishes_in_time()
    {
        using var person = await Person.Join(shop);
        var id = (string)(await person.Client.PostJson("/store/customers/me/data-export", "{}", 202))["data_export"]!["id"]!;
        await PrivacyShop.Archive(person.Client, $"/store/customers/me/data-exports/{id}/archive", HttpMethod.Get);
        await shop.Sql("update privacy.exports set expires_at = now() - interval '1 second' where customer_id = @id", ("id", ShopFixture.Decode("cus", person.Id)));
        Assert.Equal("export_expired", (string)(await person.Client.GetJson($"/store/customers/me/data-exports/{id}/archive", 400))["code"]!);
        await shop.Contract<JobRunner>().RunNow("privacy.forget_exports", default);
        Assert.Equal(0L, await shop.Scalar<long>("select count(*) from privacy.exports where archive is not null and expires_at < now()"));
        Assert.Equal("expired", (string)(await person.Client.GetJson($"/store/customers/me/data-exports/{id}"))["data_export"]!["status"]!);
    }

    private Task<long> Count() => shop.Scalar<long>("select count(*) from privacy.exports");

    private async Task<string> ReadyCart(string email)
    {
        var voucher = await shop.Voucher(stock: 5);
        var cart = (string)(await shop.Store.PostJson("/store/carts", new { region_id = shop.Region, email, items = new[] { new { variant_id = voucher.WireId, quantity = 1 } } }))["cart"]!["id"]!;
        await shop.OpenPayment(cart);
        return cart;
    }
}
