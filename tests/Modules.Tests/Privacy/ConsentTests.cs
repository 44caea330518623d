using HeadlessPro.Modules.Tests.Identity;
using Npgsql;

namespace HeadlessPro.Modules.Tests.Privacy;

/// <summary>What customers agree to.</summary>
public class ConsentTests(PrivacyShop shop) : IClassFixture<PrivacyShop>
{
    [Fact]
    public async Task What_was_agreed_to_and_taken_back_is_kept_in_order_and_told()
    {
        using var person = await Person.Join(shop);
        var asked = await person.Client.GetJson("/store/customers/me/consents");
        Assert.Equal(["marketing_email", "marketing_sms", "analytics", "personalization"], asked["consents"]!.AsArray().Select(c => (string)c!["purpose"]!));
        Assert.All(asked["consents"]!.AsArray(), c => Assert.False((bool)c!["is_granted"]!));

        await Say(person, "marketing_email", true, "2026-01");
        await Say(person, "marketing_email", true, "2026-01");
        await Say(person, "analytics", false, "2026-01");
        await Say(person, "marketing_email", false, "2026-01");
        await Say(person, "marketing_email", true, "2026-02");

        var now = await shop.Admin.GetJson($"/admin/customers/{person.Id}/consents");
        Assert.Equal(
            ["marketing_email True 2026-02", "marketing_sms False ", "analytics False 2026-01", "personalization False "],
            now["consents"]!.AsArray().Select(c => $"{c!["purpose"]} {(bool)c["is_granted"]!} {c["text_version"]}"));
        Assert.Equal(
            ["marketing_email True 2026-02", "marketing_email False 2026-01", "analytics False 2026-01", "marketing_email True 2026-01"],
            now["history"]!.AsArray().Select(c => $"{c!["purpose"]} {(bool)c["is_granted"]!} {c["text_version"]}"));
        Assert.Equal("127.0.0.1", (string)now["history"]![0]!["ip"]!);
        var customer = ShopFixture.Decode("cus", person.Id);
        Assert.Equal(4L, await shop.Scalar<long>($"select count(*) from events.log where name = 'privacy.consent_changed' and payload ->> 'CustomerId' = '{customer}'"));
        // Somebody else has agreed to nothing.
        using var other = await Person.Join(shop);
        Assert.Empty((await other.Client.GetJson("/store/customers/me/consents"))["history"]!.AsArray());
    }

    [Theory]
    [InlineData("""{"purpose":"astrology","is_granted":true,"text_version":"1"}""")]
    [InlineData("""{"purpose":"analytics","is_granted":true,"text_version":" "}""")]
    [InlineData("""{"purpose":"analytics","is_granted":null,"text_version":"1"}""")]
    [InlineData("""{"purpose":"analytics","text_version":"1"}""")]
    public async Task What_says_nothing_is_refused(string body)
    {
        using var person = await Person.Join(shop);
        await person.Client.PostJson("/store/customers/me/consents", body, 400);
        Assert.Empty((await person.Client.GetJson("/store/customers/me/consents"))["history"]!.AsArray());
    }

    [Fact]
    public async Task Said_many_times_at_once_it_is_kept_once()
    {
        using var person = await Person.Join(shop);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Say(person, "analytics", true, "1")));
        Assert.Single((await person.Client.GetJson("/store/customers/me/consents"))["history"]!.AsArray());
    }

    [Theory]
    [InlineData("update privacy.consents set is_granted = not is_granted")]
    [InlineData("update privacy.consents set created_at = now()")]
    [InlineData("delete from privacy.consents")]
    [InlineData("truncate privacy.consents")]
    public async Task The_record_is_only_ever_appended_to(string sql)
    {
        using var person = await Person.Join(shop);
        await Say(person, "analytics", true, "1");
        var refused = await Assert.ThrowsAsync<PostgresException>(() => shop.Sql(sql));
        Assert.Equal("privacy.consents is only ever appended to", refused.MessageText);
    }

    private static Task Say(Person person, string purpose, bool granted, string version) =>
        person.Client.PostJson("/store/customers/me/consents", new { purpose, is_granted = granted, text_version = version });
}
