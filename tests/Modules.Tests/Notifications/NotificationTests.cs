using HeadlessPro.Contracts.Notifications;
using HeadlessPro.Platform.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Modules.Tests.Notifications;

public class NotificationTests(NotificationTests.Developer app) : IClassFixture<NotificationTests.Developer>
{
    [Fact]
    public async Task The_same_key_is_one_message_and_what_was_sent_first_stays()
    {
        var first = (await app.Contract<INotifications>().Send(Transfer("twice@example.com", "<7>", "twice"), default)).Value!;
        var again = (await app.Contract<INotifications>().Send(Transfer("other@example.com", "8", "twice"), default)).Value!;
        Assert.Equal((first.Id, true, false), (again.Id, first.IsNew, again.IsNew));
        Assert.Contains("order <7> is theirs", Assert.Single(await Mails.To(app, "twice@example.com")).Text, StringComparison.Ordinal);
        Assert.Equal(0L, await app.Scalar<long>("select count(*) from notifications.messages where recipient = 'other@example.com'"));
    }

    [Fact]
    public async Task Staff_read_what_was_sent_but_no_secret_and_the_page_of_developers_shows_it_escaped()
    {
        await app.Contract<INotifications>().Send(Transfer("secret@example.com", "<b>9</b>", "secret"), default);
        await app.Contract<INotifications>().Send(new(NotificationKinds.PasswordChanged, "open@example.com", "en-ZA", new Dictionary<string, string>(), "open"), default);

        var secret = Assert.Single((await app.Admin.GetJson("/admin/notifications?to=secret@example.com"))["notifications"]!.AsArray())!;
        Assert.Equal(("order_transfer", "email", null, "Somebody asks for your order <b>9</b>"), ((string)secret["kind"]!, (string)secret["channel"]!, (string?)secret["text"], (string)secret["subject"]!));
        var open = Assert.Single((await app.Admin.GetJson("/admin/notifications?to=open@example.com"))["notifications"]!.AsArray())!;
        var one = (await app.Admin.GetJson($"/admin/notifications/{open["id"]}"))["notification"]!;
        Assert.StartsWith("The password of your account was changed", (string)one["text"]!, StringComparison.Ordinal);
        await app.Store.GetJson("/admin/notifications", 401);
        await app.Admin.GetJson("/admin/notifications/noti_01M7XESKKC7JM10TENH30FRX3Y", 404);

        using var client = app.Client();
        var page = await client.GetStringAsync("/outbox");
        Assert.Contains("order &lt;b&gt;9&lt;/b&gt; is theirs", page, StringComparison.Ordinal);
        Assert.Contains("<a href=\"https://shop.example/transfer?token=t&amp;x=1\">", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>9", page, StringComparison.Ordinal);
        using var rebound = new HttpRequestMessage(HttpMethod.Get, "/outbox") { Headers = { Host = "evil.example" } };
        using var refused = await client.SendAsync(rebound);
        Assert.Equal(404, (int)refused.StatusCode);
    }

    [Fact]
    public async Task A_text_is_unreadable_at_rest_and_gone_when_it_has_expired()
    {
        var id = (await app.Contract<INotifications>().Send(Transfer("gone@example.com", "10", "gone"), default)).Value!.Id;
        Assert.DoesNotContain("shop.example", (await app.Scalar<string>($"select body from notifications.messages where id = '{id}'"))!, StringComparison.Ordinal);

        await app.Scalar<object>($"update notifications.messages set expires_at = now() - interval '1 second' where id = '{id}'");
        var staff = Assert.Single((await app.Admin.GetJson("/admin/notifications?to=gone@example.com"))["notifications"]!.AsArray())!;
        Assert.Null(staff["subject"]);
        await app.Services.GetRequiredService<JobRunner>().RunNow("notifications.forget", default);
        Assert.Null(await app.Scalar<string>($"select body from notifications.messages where id = '{id}'"));
    }

    [Fact]
    public async Task It_is_handed_to_the_provider_by_itself()
    {
        var id = (await app.Contract<INotifications>().Send(Transfer("sent@example.com", "11", "sent"), default)).Value!.Id;
        for (var i = 0; await app.Scalar<string>($"select provider from notifications.messages where id = '{id}' and sent_at is not null") != "local"; i++)
        {
            Assert.True(i < 1200, "Nobody delivered it");
            await Task.Delay(50);
        }
    }

    [Theory]
    [InlineData("no_such", "a@example.com", "order,url", "Field 'kind' is not known: 'no_such'")]
    [InlineData("order_transfer", "nobody", "order,url", "Field 'recipient' must be an e-mail address or a phone number such as +27831234567")]
    [InlineData("order_transfer", "a@example.com\r\nbcc:b@example.com", "order,url", "Field 'recipient' must be an e-mail address or a phone number such as +27831234567")]
    [InlineData("order_transfer", "a@example.com", "order", "Field 'data, url' is required")]
    public async Task What_cannot_be_sent_is_refused_and_not_written(string kind, string recipient, string words, string message)
    {
        var data = words.Split(',').ToDictionary(w => w, w => w, StringComparer.Ordinal);
        var refused = await app.Contract<INotifications>().Send(new(kind, recipient, null, data, "refused", DateTimeOffset.UtcNow.AddHours(1)), default);
        Assert.Equal("Invalid request: " + message, refused.Error!.Message);
        Assert.Equal(0L, await app.Scalar<long>("select count(*) from notifications.messages where key = 'refused'"));
    }

    private static SendNotification Transfer(string to, string order, string key) => new(
        NotificationKinds.OrderTransfer, to, null,
        new Dictionary<string, string> { ["order"] = order, ["url"] = "https://shop.example/transfer?token=t&x=1" }, key, DateTimeOffset.UtcNow.AddHours(1));

    public sealed class Developer : HpApp
    {
        protected override string[] Arguments => ["--environment=Development", "--empty=true", "--Demo:Payments=false"];
    }
}
