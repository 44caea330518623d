using HeadlessPro.Modules.Tests.Notifications;

namespace HeadlessPro.Modules.Tests.Identity;

public class RequiredProofTests(RequiredProofTests.Shop app) : IClassFixture<RequiredProofTests.Shop>
{
    [Fact]
    public async Task Nobody_is_a_customer_before_their_address_is_proven()
    {
        var email = Person.NewEmail();
        var first = (string)(await app.Store.PostJson("/auth/customer/emailpass/register", new { email, password = Person.Password }))["token"]!;
        using var nobody = Person.With(app, first);
        await nobody.PostJson("/store/customers", new { email });
        var refreshed = (string)(await nobody.PostJson("/auth/token/refresh"))["token"]!;
        using var still = Person.With(app, refreshed);
        await still.GetJson("/store/customers/me", 401);

        var unproven = await app.Store.PostJson("/auth/customer/emailpass", new { email, password = Person.Password });
        Assert.True((bool)unproven["verification_required"]!);
        Assert.Equal((email, "email"), ((string)unproven["verification"]!["entity_id"]!, (string)unproven["verification"]!["entity_type"]!));
        using var client = Person.With(app, (string)unproven["token"]!);
        await client.GetJson("/store/customers/me", 401);

        await client.PostJson("/auth/verification/request", new { entity_id = email, entity_type = "email" });
        await app.Store.PostJson("/auth/verification/confirm", new { code = (await Mails.To(app, email))[0].Parameter("code") });
        var proven = await app.Store.PostJson("/auth/customer/emailpass", new { email, password = Person.Password });
        Assert.Null(proven["verification_required"]);
        using var customer = Person.With(app, (string)proven["token"]!);
        Assert.Equal(email, (string)(await customer.GetJson("/store/customers/me"))["customer"]!["email"]!);
    }

    public sealed class Shop : HpApp
    {
        protected override string[] Arguments => ["--Identity:RequireVerifiedEmail=true"];
    }
}
