using HeadlessPro.Modules.Tests.Notifications;

namespace HeadlessPro.Modules.Tests.Identity.Passkeys;

/// <summary>A real browser with a virtual authenticator, at a storefront's page that runs the guide's script against the shop on another origin.</summary>
[Collection(nameof(PasskeyShop))]
public class PasskeyTests(PasskeyShop shop)
{
    [Fact]
    public async Task A_customer_adds_a_passkey_signs_in_with_it_renames_and_removes_it()
    {
        using var person = await shop.Proven();
        Assert.Equal("passkey", (string)(await shop.Store.GetJson("/auth/customer/providers"))["providers"]!.AsArray().Single(p => (string)p!["id"]! == "passkey")!["flow"]!);
        var (page, authenticator) = await shop.OpenPage();
        var added = await shop.Add(page, person.Token, "Lerato's phone");
        Assert.StartsWith("pkey_", (string)added["id"]!, StringComparison.Ordinal);
        Assert.Equal(("Lerato's phone", """["internal"]""", false, false, true),
            ((string)added["name"]!, added["transports"]!.ToJsonString(), (bool)added["backup_eligible"]!, (bool)added["backed_up"]!, added["last_used_at"] is null));
        Assert.Equal($"[{added.ToJsonString()}]", (await person.Client.GetJson("/auth/passkeys"))["passkeys"]!.ToJsonString());
        var credential = Assert.Single(await page.Credentials(authenticator))!;
        Assert.Equal(("localhost", person.Email, true), ((string)credential["rpId"]!, (string)credential["userName"]!, (bool)credential["isResidentCredential"]!));

        using var signedIn = Person.With(shop, (await shop.SignIn(page))!);
        Assert.Equal(person.Id, (string)(await signedIn.GetJson("/store/customers/me"))["customer"]!["id"]!);
        var sessions = (await signedIn.GetJson("/auth/sessions"))["sessions"]!.AsArray();
        Assert.Equal("passkey", (string)sessions.Single(s => (bool)s!["is_current"]!)!["provider"]!);
        Assert.NotNull((await signedIn.GetJson("/auth/passkeys"))["passkeys"]![0]!["last_used_at"]);

        var path = $"/auth/passkeys/{added["id"]}";
        await signedIn.PostJson(path, new { name = " " }, 400);
        Assert.Equal("Old phone", (string)(await signedIn.PostJson(path, new { name = " Old phone " }))["passkey"]!["name"]!);
        using (var stranger = await Person.Join(shop))
        {
            await stranger.Client.PostJson(path, new { name = "Mine" }, 404);
            await stranger.Client.DeleteJson(path, status: 404);
        }

        Assert.Equal("Old phone", (string)(await person.Client.GetJson("/auth/passkeys"))["passkeys"]![0]!["name"]!);
        var removed = await signedIn.DeleteJson(path);
        Assert.Equal(((string)added["id"]!, "passkey", true), ((string)removed["id"]!, (string)removed["object"]!, (bool)removed["deleted"]!));
        Assert.Empty((await signedIn.GetJson("/auth/passkeys"))["passkeys"]!.AsArray());
        await person.Client.GetJson("/store/customers/me", 401);
        Assert.Equal("!unauthorized", await shop.SignIn(page));
        Assert.Equal(["passkey_added", "passkey_removed"], (await Mails.To(shop, person.Email, 2)).Select(m => m.Kind).Order());
    }

    [Fact]
    public async Task Staff_have_passkeys_of_their_own_which_no_shopper_signs_in_with()
    {
        using var colleague = await Colleague.Join(shop, "support");
        var (page, authenticator) = await shop.OpenPage();
        var added = await shop.Add(page, colleague.Token, "Office key");
        var token = (await shop.SignIn(page, actor: "user"))!;
        using var signedIn = Colleague.With(shop, token);
        Assert.Equal(colleague.Id, (string)(await signedIn.GetJson("/admin/users/me"))["user"]!["id"]!);
        Assert.Equal("!unauthorized", await shop.SignIn(page, actor: "customer"));

        // The same person shops here, too: with another passkey, on the same authenticator.
        var asShopper = (string)(await shop.Store.PostJson("/auth/customer/emailpass", new { email = colleague.Email, password = Person.Password }))["token"]!;
        await shop.Scalar<object>($"update identity.sign_ins set verified_at = now() where subject = '{colleague.Email}'");
        await shop.Add(page, asShopper, "Office key, shopping");
        Assert.Equal(2, (await page.Credentials(authenticator)).Count);
        using var shopper = Person.With(shop, asShopper);
        await shopper.PostJson($"/auth/passkeys/{added["id"]}", new { name = "Taken" }, 404);
        Assert.Equal("Office key, shopping", (string)Assert.Single((await shopper.GetJson("/auth/passkeys"))["passkeys"]!.AsArray())!["name"]!);

        await signedIn.PostJson($"/auth/passkeys/{added["id"]}", new { name = "Desk" });
        await signedIn.DeleteJson($"/auth/passkeys/{added["id"]}");
        Assert.Equal("!unauthorized", await shop.SignIn(page, actor: "user"));

        // Who has lost all that counts as a second factor is helped by a colleague.
        await shop.Add(page, token, "Spare key");
        await shop.Admin.PostJson($"/admin/users/{colleague.Id}/reset-mfa");
        Assert.Equal("!unauthorized", await shop.SignIn(page, actor: "user"));
        await signedIn.GetJson("/admin/users/me", 401);
        Assert.Equal("PostAdminUserResetMfa,DeleteAuthPasskey", await shop.Scalar<string>($"select string_agg(operation, ',' order by e.id desc) from audit.entries e join identity.sign_ins s on e.resource_id = audit.wire_id('authid', s.identity_id) where s.subject = '{colleague.Email}' and action = 'passkey_removed'"));
        Assert.Equal("Office key, shopping", await shop.Scalar<string>($"select string_agg(name, ',') from identity.passkeys p join identity.sign_ins s using (identity_id) where s.subject = '{colleague.Email}'"));
    }

    [Fact]
    public async Task What_one_host_asks_another_hears_the_answer_to()
    {
        using var person = await shop.Proven();
        var (page, _) = await shop.OpenPage();
        using var other = new HttpClient { BaseAddress = await shop.OtherHost() };
        other.DefaultRequestHeaders.Authorization = person.Client.DefaultRequestHeaders.Authorization;
        var asked = await person.Client.PostJson("/auth/passkeys/options");
        var credential = await page.Created(asked["public_key"]!);
        await other.PostJson("/auth/passkeys", new { name = "Phone", state = (string)asked["state"]!, credential });

        var nonce = Guid.NewGuid().ToString();
        asked = await shop.Store.PostJson("/auth/customer/passkey/options", new { nonce });
        var answer = new { nonce, state = (string)asked["state"]!, credential = await page.Asserted(asked["public_key"]!) };
        other.DefaultRequestHeaders.Authorization = null;
        using var signedIn = Person.With(shop, (string)(await other.PostJson("/auth/customer/passkey", answer))["token"]!);
        Assert.Equal(person.Id, (string)(await signedIn.GetJson("/store/customers/me"))["customer"]!["id"]!);
        // Spent at every host.
        await shop.Store.PostJson("/auth/customer/passkey", answer, 401);
    }
}
