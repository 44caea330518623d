using System.Diagnostics;
using System.Text.Json.Nodes;
using HeadlessPro.Identity.SignIn.OpenId;
using Microsoft.Extensions.Configuration;

namespace HeadlessPro.Modules.Tests.Identity.OpenId;

/// <summary>Providers that lie, are somebody else, or are not there: nobody gets in, nothing changes, and the next sign-in works.</summary>
public class OpenIdFaultTests(OpenIdShop shop) : IClassFixture<OpenIdShop>
{
    private const string Unverified = "What the provider sent could not be verified: sign in again";

    [Theory]
    [InlineData("openid-nonce")]
    [InlineData("openid-no-nonce")]
    [InlineData("openid-aud")]
    [InlineData("openid-azp")]
    [InlineData("openid-iss")]
    [InlineData("openid-expired")]
    [InlineData("openid-no-exp")]
    [InlineData("openid-early")]
    [InlineData("openid-old")]
    [InlineData("openid-no-sub")]
    [InlineData("openid-at-hash")]
    [InlineData("openid-no-id-token")]
    [InlineData("openid-none")]
    [InlineData("openid-hs256")]
    [InlineData("openid-signature")]
    [InlineData("openid-kid")]
    [InlineData("openid-tampered")]
    public async Task A_token_that_is_not_this_provider_s_word_for_this_sign_in_opens_nothing(string fault)
    {
        var email = Person.NewEmail();
        await shop.Provider.Knows(email);
        using var browser = shop.Browser();
        var query = await shop.Return(browser, email);
        var before = await shop.People();
        await shop.Provider.Fault(fault, "/openid/main/token");
        Assert.Equal(Unverified, (string)(await browser.GetJson("/auth/customer/main/callback" + query, 401))["message"]!);
        Assert.Equal((0, before), (await shop.Provider.FaultsLeft(), await shop.People()));
        await browser.GetJson("/auth/customer/main/callback" + query, 401);
        await shop.SignIn(browser, email);
    }

    [Fact]
    public async Task An_answer_that_names_another_provider_or_none_opens_nothing()
    {
        var email = Person.NewEmail();
        await shop.Provider.Knows(email);
        using var browser = shop.Browser();
        await shop.Provider.Fault("openid-mixed-up", "/openid/main/authorize");
        var query = await shop.Return(browser, email);
        Assert.Contains("accounts.example", query, StringComparison.Ordinal);
        var before = await shop.People();
        await browser.GetJson("/auth/customer/main/callback" + query, 401);
        query = await shop.Return(browser, email);
        await browser.GetJson("/auth/customer/main/callback" + query[..query.IndexOf("&iss=", StringComparison.Ordinal)], 401);
        Assert.Equal(before, await shop.People());
    }

    [Theory]
    [InlineData("500")]
    [InlineData("429")]
    [InlineData("cut")]
    [InlineData("delay:60")]
    [InlineData("openid-html")]
    [InlineData("openid-json-as-text")]
    [InlineData("openid-redirect")]
    [InlineData("openid-huge")]
    public async Task A_provider_that_does_not_answer_as_it_should_is_waited_for_no_longer_than_it_may_and_costs_nothing(string fault)
    {
        var email = Person.NewEmail();
        await shop.Provider.Knows(email, "slow");
        using var browser = shop.Browser();
        var query = await shop.Return(browser, email, "slow");
        var before = await shop.People();
        await shop.Provider.Fault(fault, "/openid/slow/token");
        var watch = Stopwatch.StartNew();
        var answer = await browser.GetJson("/auth/customer/slow/callback" + query, 503);
        Assert.Equal(("provider_unavailable", "unavailable"), ((string)answer["code"]!, (string)answer["type"]!));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"{watch.Elapsed}");
        Assert.Equal((0, before), (await shop.Provider.FaultsLeft(), await shop.People()));
    }

    [Fact]
    public async Task A_provider_that_cannot_be_reached_does_not_close_the_other_ways_in()
    {
        using var browser = shop.Browser();
        Assert.Equal("provider_unavailable", (string)(await browser.PostJson("/auth/customer/nowhere", new { }, 503))["code"]!);
        using var person = await Person.Join(shop);
        Assert.Equal(0L, await shop.Scalar<long>("select count(*) from identity.openid_attempts where provider = 'nowhere'"));
    }

    [Theory]
    [InlineData("openid-issuer")]
    [InlineData("openid-plain-endpoint")]
    [InlineData("openid-html")]
    [InlineData("openid-huge")]
    [InlineData("500")]
    public async Task A_description_that_is_not_the_provider_s_own_is_not_believed(string fault)
    {
        // Read when the first one asks.
        await shop.Restart();
        using var browser = shop.Browser();
        await shop.Provider.Fault(fault, "/openid/house/.well-known/openid-configuration");
        await browser.PostJson("/auth/customer/house", new { }, 503);
        Assert.Equal(0, await shop.Provider.FaultsLeft());
        await browser.PostJson("/auth/customer/house", new { });
    }

    [Fact]
    public async Task A_description_serves_for_a_day_while_the_provider_is_down_and_nobody_waits_for_the_next_one()
    {
        var clock = new Clock();
        using var discovery = NewDiscovery(clock);
        var first = await discovery.Metadata(default);
        foreach (var fault in new[] { "500", "openid-html", "delay:10" })
        {
            clock.Now += TimeSpan.FromHours(2);
            await shop.Provider.Fault(fault, Description);
            var looking = discovery.Metadata(default);
            if (fault == "delay:10")
            {
                Assert.Same(first, await discovery.Metadata(default));
                Assert.False(looking.IsCompleted);
            }

            Assert.Same(first, await looking);
            Assert.Equal(0, await shop.Provider.FaultsLeft());
            // For half a minute it is not asked again.
            await shop.Provider.Fault("500", Description);
            Assert.Same(first, await discovery.Metadata(default));
            Assert.Equal(1, await shop.Provider.FaultsLeft());
            clock.Now += TimeSpan.FromSeconds(30);
            Assert.Same(first, await discovery.Metadata(default));
            Assert.Equal(0, await shop.Provider.FaultsLeft());
            clock.Now += TimeSpan.FromSeconds(30);
        }

        clock.Now += TimeSpan.FromHours(19);
        await shop.Provider.Fault("500", Description);
        Assert.Equal("provider_unavailable", (await Assert.ThrowsAsync<OpenIdRefusal>(() => discovery.Metadata(default))).Answer.Code);
        Assert.Equal(first.Issuer, (await discovery.Metadata(default)).Issuer);
    }

    [Fact]
    public async Task Keys_are_read_by_whatever_name_of_JSON_they_come()
    {
        using var discovery = NewDiscovery(new Clock());
        await shop.Provider.Fault("openid-jwk-set", "/openid/slow/jwks");
        Assert.NotEmpty(await discovery.Keys(null, default));
        Assert.Equal(0, await shop.Provider.FaultsLeft());
    }

    [Fact]
    public async Task A_description_is_read_once_and_keys_nobody_knows_are_looked_for_once()
    {
        var email = Person.NewEmail();
        await shop.Provider.Knows(email, "house");
        using var browser = shop.Browser();
        await shop.SignIn(browser, email, "house");
        await shop.Provider.Fault("500", "/openid/house/.well-known/*");
        await shop.SignIn(browser, email, "house");
        for (var i = 0; i < 3; i++)
        {
            var query = await shop.Return(browser, email, "house");
            await shop.Provider.Fault("openid-kid", "/openid/house/token");
            await browser.GetJson("/auth/customer/house/callback" + query, 401);
            // The first look finds nothing; from then on the keys are not asked for.
            if (i == 0) await shop.Provider.Fault("500", "/openid/house/jwks");
        }

        Assert.Equal(2, await shop.Provider.FaultsLeft());
        await shop.Provider.NoFaults();
    }

    [Fact]
    public async Task Of_a_provider_of_many_tenants_each_token_names_one_and_nobody_else_s()
    {
        var email = Person.NewEmail();
        await shop.Provider.Knows(email, "common");
        using var browser = shop.Browser();
        var token = await shop.SignIn(browser, email, "tenants");
        Assert.Equal(email, (string)SignInTests.Claims(token)["user_metadata"]!["email"]!);
        var subject = await shop.Scalar<string>($"select subject from identity.sign_ins where provider = 'openid' and profile->>'email' = '{email}'");
        Assert.StartsWith(shop.Provider.Url + "/openid/11111111-2222-4333-8444-555555555555 ", subject, StringComparison.Ordinal);

        var before = await shop.People();
        foreach (var tenant in new[] { "main", "{tenantid}", "11111111-2222-4333-8444-555555555555/../main" })
        {
            var other = Person.NewEmail();
            await shop.Provider.Knows(other, "common", new JsonObject { ["tid"] = tenant });
            await browser.GetJson("/auth/customer/tenants/callback" + await shop.Return(browser, other, "tenants"), 401);
        }

        var query = await shop.Return(browser, email, "tenants");
        await shop.Provider.Fault("openid-iss", "/openid/common/token");
        await browser.GetJson("/auth/customer/tenants/callback" + query, 401);
        Assert.Equal(before, await shop.People());
    }

    [Fact]
    public async Task A_tenant_s_other_name_stands_for_its_number_and_for_no_other_tenant()
    {
        var email = Person.NewEmail();
        await shop.Provider.Knows(email, "contoso");
        using var browser = shop.Browser();
        await shop.SignIn(browser, email, "contoso");
        var other = Person.NewEmail();
        await shop.Provider.Knows(other, "contoso", new JsonObject { ["tid"] = "99999999-2222-4333-8444-555555555555" });
        var before = await shop.People();
        await shop.Refused(browser, other, "contoso", 401);
        Assert.Equal(before, await shop.People());
    }

    private const string Description = "/openid/slow/.well-known/openid-configuration";

    private Discovery NewDiscovery(TimeProvider clock) => new(OpenIdSettings.All(shop.Contract<IConfiguration>()).Single(s => s.Name == "slow"), shop.Contract<OpenIdHttp>(), clock);

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UtcNow;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
