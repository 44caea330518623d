using System.Globalization;
using System.Text.Json.Nodes;
using HeadlessPro.Modules.Tests.Identity;
using HeadlessPro.Privacy.Erasures;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Modules.Tests.Privacy;

/// <summary>The days in which it can be taken back that somebody is to be forgotten.</summary>
public class ErasureWaitTests(PrivacyShop shop) : IClassFixture<PrivacyShop>
{
    [Fact]
    public async Task Customers_have_seven_days_of_which_a_mail_tells_and_then_it_begins()
    {
        using var person = await Person.Join(shop);
        var customer = ShopFixture.Decode("cus", person.Id);
        await Ask(person);
        Assert.Equal("canceled", (string)(await person.Client.DeleteJson("/store/customers/me/erasure"))["erasure"]!["status"]!);
        var asked = await Ask(person);
        var id = (string)asked["id"]!;
        Assert.Equal("waiting", (string)asked["status"]!);
        Assert.InRange((DateTimeOffset.Parse((string)asked["due_at"]!, CultureInfo.InvariantCulture) - DateTimeOffset.UtcNow).TotalDays, 6.9, 7.0);
        await Until($"select exists (select from notifications.messages where recipient = '{person.Email}' and kind = 'erasure_requested' and key = 'erasure_requested:{ShopFixture.Decode("eras", id):N}')");

        // The mail goes out before its job says when it comes again.
        await Until($"select exists (select from jobs.queue where key = '{ShopFixture.Decode("eras", id)}' and attempts = 0 and run_at > now() + interval '6 days')");
        await Pass("6 days 23 hours");
        await Until($"select exists (select from jobs.queue where key = '{ShopFixture.Decode("eras", id)}' and attempts = 0 and run_at between now() + interval '30 minutes' and now() + interval '2 hours')");
        Assert.Equal("waiting", (string)(await person.Client.GetJson("/store/customers/me/erasure"))["erasure"]!["status"]!);
        await Pass("1 hour");
        await Until($"select status = 'done' from privacy.erasures where id = '{ShopFixture.Decode("eras", id)}'");

        await person.Client.GetJson("/store/customers/me", 401);
        // Nor does the one that was taken back say any more whose it was.
        Assert.Equal(0L, await shop.Scalar<long>($"select count(*) from privacy.erasures where customer_id = '{customer}'"));
    }

    [Fact]
    public async Task What_staff_ask_for_as_well_is_theirs_to_take_back()
    {
        using var person = await Person.Join(shop);
        var id = (string)(await Ask(person))["id"]!;
        await shop.Services.GetRequiredService<ErasureRequests>().Begin(ShopFixture.Decode("cus", person.Id), "staff", TimeSpan.FromDays(1), force: false, "a court says so", default);

        await person.Client.DeleteJson("/store/customers/me/erasure", status: 404);

        var listed = (await shop.Admin.GetJson($"/admin/erasures?status=waiting&customer_id={person.Id}"))["erasures"]!.AsArray().Single()!;
        Assert.Equal((id, "staff"), ((string)listed["id"]!, (string)listed["requested_by"]!));
        using var support = await Colleague.Join(shop, "support");
        await support.Client.DeleteJson($"/admin/erasures/{id}", status: 403);
        Assert.Equal("canceled", (string)(await shop.Admin.DeleteJson($"/admin/erasures/{id}"))["erasure"]!["status"]!);
        await shop.Admin.DeleteJson($"/admin/erasures/{id}", status: 400);
        await shop.Admin.DeleteJson($"/admin/erasures/eras_{id[5..].ToLowerInvariant()}x", status: 404);
        Assert.Equal(1L, await shop.Scalar<long>($"select count(*) from audit.entries where operation = 'DeleteAdminErasure' and action = 'accepted'"));
        await person.Client.GetJson("/store/customers/me");
    }

    private static async Task<JsonNode> Ask(Person person) => (await person.Client.PostJson("/store/customers/me/erasure", new { confirmation = person.Email }, 202))["erasure"]!;

    // It is as late as if that time had passed, and jobs look at once.
    private Task Pass(string time) => shop.Sql($"update privacy.erasures set due_at = due_at - interval '{time}' where status = 'waiting'; update jobs.queue set run_at = now() where name = 'privacy.erase_person'");

    private async Task Until(string isSo)
    {
        for (var i = 0; !await shop.Scalar<bool>(isSo); i++)
        {
            Assert.True(i < 600, isSo);
            await Task.Delay(50);
        }
    }
}
