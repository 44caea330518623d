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
    public async Task Who_changes_their_mind_all_day_is_refused_and_the_latest_changes_are_shown()
    {
        using var person = await Person.Join(shop);
        var customer = ShopFixture.Decode("cus", person.Id);
        await shop.Sql("insert into privacy.consents (customer_id, purpose, is_granted, text_version) select @customer, 'analytics', i % 2 = 0, i::text from generate_series(1, 250) i", ("customer", customer));
        Assert.Equal("too_many_consents", (string)(await person.Client.PostJson("/store/customers/me/consents", new { purpose = "marketing_sms", is_granted = true, text_version = "1" }, 429))["code"]!);
        // What is so already adds nothing, and may be said.
        await Say(person, "analytics", true, "250");
        Assert.Equal(250L, await shop.Scalar<long>($"select count(*) from privacy.consents where customer_id = '{customer}'"));
        var now = await person.Client.GetJson("/store/customers/me/consents");
        Assert.Equal((200, "250", "51"), (now["history"]!.AsArray().Count, (string)now["history"]![0]!["text_version"]!, (string)now["history"]![199]!["text_version"]!));
        Assert.Equal("250", (string)now["consents"]!.AsArray().Single(c => (string)c!["purpose"]! == "analytics")!["text_version"]!);
    }

    [Fact]
    public async Task A_card_number_in_what_a_browser_says_of_itself_is_kept_nowhere()
    {
        using var person = await Person.Join(shop);
        using var store = HpApp.AsShopper(shop.Client());
        store.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "Card 4242424242424242");
        var token = (string)(await store.PostJson("/auth/customer/emailpass", new { email = person.Email, password = Person.Password }))["token"]!;
        store.DefaultRequestHeaders.Add("Authorization", $"Bearer {token}");
        await store.PostJson("/store/customers/me/consents", new { purpose = "analytics", is_granted = true, text_version = "card" });
        Assert.Empty(await shop.Find(["4242424242424242"]));
        Assert.StartsWith("Card ", await shop.Scalar<string>("select user_agent from privacy.consents where text_version = 'card'"), StringComparison.Ordinal);
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
