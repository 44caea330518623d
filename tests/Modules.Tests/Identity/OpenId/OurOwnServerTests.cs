using HeadlessPro.Modules.Tests.Identity.Apps;

namespace HeadlessPro.Modules.Tests.Identity.OpenId;

/// <summary>One shop of ours as the provider of another, in a process and on a database of its own.</summary>
public class OurOwnServerTests(HpApp first) : IClassFixture<HpApp>
{
    private const string Nonce = "0123456789abcdef";

    [Fact]
    public async Task A_second_shop_signs_its_customers_in_with_the_first()
    {
        var app = await RegisteredApp.Register(first, ["openid", "email", "profile"], "customer");
        var database = await TestServer.NewDatabase();
        using (var second = await HostProcess.Start(
            database, ("Identity__OpenId__first__Authority", first.BaseAddress.OriginalString.TrimEnd('/')), ("Identity__OpenId__first__ClientId", app.Id),
            ("Identity__OpenId__first__ClientSecret", app.Secret!), ("Identity__OpenId__first__CallbackUrls", RegisteredApp.RedirectUri)))
        {
            using var person = await Person.Join(first);
            // Who has not confirmed the address there is nobody here.
            await second.Store.GetJson(await Return(second, person.Email), 401);
            await first.Scalar<object>($"update identity.sign_ins set verified_at = now() where subject = '{person.Email}'");
            var token = (string)(await second.Store.GetJson(await Return(second, person.Email)))["token"]!;
            var claims = SignInTests.Claims(token);
            Assert.Equal(("", "first", person.Email, "Lerato"),
                ((string)claims["actor_id"]!, (string)claims["auth_provider"]!, (string)claims["user_metadata"]!["email"]!, (string)claims["user_metadata"]!["given_name"]!));
            var again = SignInTests.Claims((string)(await second.Store.GetJson(await Return(second, person.Email)))["token"]!);
            Assert.Equal((string)claims["auth_identity_id"]!, (string)again["auth_identity_id"]!);
        }

        await TestServer.Drop(database);
    }

    /// <summary>To the first shop's pages and back; answers the second's callback.</summary>
    private async Task<string> Return(HostProcess second, string email)
    {
        var location = (string)(await second.Store.PostJson("/auth/customer/first", new { nonce = Nonce }))["location"]!;
        using var browser = new AppPerson(first);
        await browser.Go(location);
        await browser.SignIn(email);
        if (browser.Location is null) await browser.Decide(true);
        return $"/auth/customer/first/callback{browser.Location!.Query}&nonce={Nonce}";
    }
}
