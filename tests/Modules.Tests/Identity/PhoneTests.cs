using HeadlessPro.Modules.Tests.Notifications;

namespace HeadlessPro.Modules.Tests.Identity;

/// <summary>Codes by SMS.</summary>
public class PhoneTests(HpApp app) : IClassFixture<HpApp>
{
    private static int _number;

    [Fact]
    public async Task A_number_that_was_proven_signs_in_with_a_code()
    {
        using var person = await Proven();
        var phone = NewPhone();
        await Prove(person, phone, spelled: $"{phone[..3]} ({phone[3..5]}) {phone[5..]}");
        Assert.Equal(phone, (string)(await person.Client.GetJson("/auth/phone"))["phone"]!);

        var asked = await app.Store.PostJson("/auth/customer/one-time-code", new { phone });
        Assert.EndsWith("/enter-code", (string)asked["location"]!, StringComparison.Ordinal);
        var message = (await Mails.To(app, phone, 2))[0];
        Assert.Equal("one_time_code", message.Kind);
        Assert.Equal("sms", await app.Scalar<string>($"select distinct channel from notifications.messages where recipient = '{phone}'"));
        await app.Store.PostJson("/auth/customer/one-time-code", new { phone, code = "wrong!" }, 401);
        var token = (string)(await app.Store.PostJson("/auth/customer/one-time-code", new { phone, code = message.Text[..6] }))["token"]!;
        using var signedIn = Person.With(app, token);
        Assert.Equal(person.Id, (string)(await signedIn.GetJson("/store/customers/me"))["customer"]!["id"]!);
        await app.Store.PostJson("/auth/customer/one-time-code", new { phone, code = message.Text[..6] }, 401);

        Assert.Null((await person.Client.DeleteJson("/auth/phone"))["phone"]);
        await person.Client.DeleteJson("/auth/phone");
        Assert.Equal("phone_added, phone_removed", await app.Scalar<string>($"select string_agg(action, ', ' order by id) from audit.entries where action like 'phone_%' and actor_id = '{person.Id}'"));
        await app.Store.PostJson("/auth/customer/one-time-code", new { phone });
        await Settled();
        Assert.Equal(2, (await Mails.To(app, phone, 2)).Count);
    }

    [Fact]
    public async Task A_number_nobody_has_proven_gets_no_message_and_the_same_answer()
    {
        using var person = await Proven();
        var (known, unknown) = (NewPhone(), NewPhone());
        await Prove(person, known);
        var first = await app.Store.PostJson("/auth/customer/one-time-code", new { phone = known });
        var second = await app.Store.PostJson("/auth/customer/one-time-code", new { phone = unknown });
        Assert.Equal(first.ToJsonString(), second.ToJsonString());
        await Mails.To(app, known, 2);
        await Settled();
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from notifications.messages where recipient = '{unknown}'"));
        await app.Store.PostJson("/auth/customer/one-time-code", new { phone = unknown, code = "123456" }, 401);
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.sign_ins where subject = '{unknown}'"));
    }

    [Theory]
    [InlineData("0831234567")]
    [InlineData("+0831234567")]
    [InlineData("+27")]
    [InlineData("+2783123456789012345")]
    [InlineData("+27 83 CALL ME")]
    [InlineData("")]
    public async Task What_is_no_number_is_refused(string phone)
    {
        using var person = await Proven();
        await person.Client.PostJson("/auth/phone", new { phone }, 400);
        await app.Store.PostJson("/auth/customer/one-time-code", new { phone }, 400);
    }

    [Fact]
    public async Task A_code_proves_only_its_number_and_a_number_has_one_owner()
    {
        using var lerato = await Proven();
        using var thabo = await Proven();
        var (hers, other) = (NewPhone(), NewPhone());
        await lerato.Client.PostJson("/auth/phone", new { phone = hers }, 202);
        var code = (await Mails.To(app, hers))[0].Text[..6];
        await lerato.Client.PostJson("/auth/phone/confirm", new { phone = other, code }, 401);
        await app.Store.PostJson("/auth/customer/one-time-code", new { phone = hers, code }, 401);
        Assert.Null((await lerato.Client.GetJson("/auth/phone"))["phone"]);
        await lerato.Client.PostJson("/auth/phone/confirm", new { phone = hers, code });

        // It has changed hands.
        await Prove(thabo, hers);
        Assert.Null((await lerato.Client.GetJson("/auth/phone"))["phone"]);
        Assert.Equal(hers, (string)(await thabo.Client.GetJson("/auth/phone"))["phone"]!);
        // Another number takes the first one's place.
        await Prove(thabo, other);
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.sign_ins where subject = '{hers}'"));
    }

    [Fact]
    public async Task Five_wrong_codes_end_one_and_messages_are_limited_per_person_and_number()
    {
        using var person = await Proven();
        var phone = NewPhone();
        await person.Client.PostJson("/auth/phone", new { phone }, 202);
        var code = (await Mails.To(app, phone))[0].Text[..6];
        for (var i = 0; i < 5; i++) await person.Client.PostJson("/auth/phone/confirm", new { phone, code = "nothing" }, 401);
        await person.Client.PostJson("/auth/phone/confirm", new { phone, code }, 401);
        for (var i = 0; i < 4; i++) await person.Client.PostJson("/auth/phone", new { phone = NewPhone() }, 202);
        await person.Client.PostJson("/auth/phone", new { phone = NewPhone() }, 429);
    }

    [Fact]
    public async Task Who_has_not_proven_their_address_adds_no_number()
    {
        using var person = await Person.Join(app);
        Assert.Equal("verification_required", (string)(await person.Client.PostJson("/auth/phone", new { phone = NewPhone() }, 400))["code"]!);
    }

    [Fact]
    public async Task A_code_is_for_the_session_that_asked_which_is_asked_for_all_of_it_again()
    {
        using var person = await Proven();
        using var elsewhere = await Person.SignIn(app, person.Email);
        using var victims = await Person.Join(app);
        var phone = NewPhone();
        await person.Client.PostJson("/auth/phone", new { phone }, 202);
        var code = (await Mails.To(app, phone))[0].Text[..6];
        Assert.Equal("verification_required", (string)(await victims.Client.PostJson("/auth/phone/confirm", new { phone, code }, 400))["code"]!);
        await app.Scalar<object>($"update identity.sign_ins set verified_at = now() where subject = '{victims.Email}'");
        await victims.Client.PostJson("/auth/phone/confirm", new { phone, code }, 401);
        await elsewhere.Client.PostJson("/auth/phone/confirm", new { phone, code }, 401);
        await Age(person, "16 minutes");
        Assert.Equal("sign_in_again", (string)(await person.Client.PostJson("/auth/phone/confirm", new { phone, code }, 403))["code"]!);
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.sign_ins where subject = '{phone}'"));
        await Age(person, "1 minute");
        await person.Client.PostJson("/auth/phone/confirm", new { phone, code });
    }

    [Fact]
    public async Task A_number_from_before_the_address_was_proven_is_gone_when_its_owner_comes()
    {
        using var stranger = await Person.Join(app);
        var phone = NewPhone();
        await app.Scalar<object>($"insert into identity.sign_ins (id, identity_id, provider, subject, verified_at) select gen_random_uuid(), identity_id, 'phone', '{phone}', now() from identity.sign_ins where subject = '{stranger.Email}'");
        await app.Store.PostJson("/auth/customer/one-time-code", new { email = stranger.Email });
        await app.Store.PostJson("/auth/customer/one-time-code", new { email = stranger.Email, code = (await Mails.To(app, stranger.Email))[0].Text[..6] });
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.sign_ins where subject = '{phone}'"));
    }

    [Fact]
    public async Task A_number_that_was_added_as_a_customer_is_no_way_in_for_staff_and_the_other_way_round()
    {
        using var colleague = await Colleague.Join(app, "support");
        await app.Scalar<object>($"update identity.sign_ins set verified_at = now() where subject = '{colleague.Email}'");
        using var shopping = Person.With(app, (string)(await app.Store.PostJson("/auth/customer/emailpass", new { email = colleague.Email, password = Person.Password }))["token"]!);
        var (shoppers, office) = (NewPhone(), NewPhone());
        await Prove(shopping, shoppers);
        await Prove(colleague.Client, office);
        Assert.Equal((shoppers, office), ((string)(await shopping.GetJson("/auth/phone"))["phone"]!, (string)(await colleague.Client.GetJson("/auth/phone"))["phone"]!));

        await app.Store.PostJson("/auth/user/one-time-code", new { phone = shoppers });
        await app.Store.PostJson("/auth/customer/one-time-code", new { phone = office });
        await Settled();
        Assert.Equal(2L, await app.Scalar<long>($"select count(*) from notifications.messages where recipient in ('{shoppers}', '{office}')"));
        await app.Store.PostJson("/auth/user/one-time-code", new { phone = office });
        var code = (await Mails.To(app, office, 2))[0].Text[..6];
        using var signedIn = Colleague.With(app, (string)(await app.Store.PostJson("/auth/user/one-time-code", new { phone = office, code }))["token"]!);
        Assert.Equal(colleague.Id, (string)(await signedIn.GetJson("/admin/users/me"))["user"]!["id"]!);
        await colleague.Client.DeleteJson("/auth/phone");
        Assert.Equal($"phone {shoppers}", await app.Scalar<string>($"select string_agg(provider || ' ' || subject, ',') from identity.sign_ins where subject in ('{shoppers}', '{office}')"));
    }

    [Fact]
    public async Task Its_owner_is_told_and_who_came_in_by_it_is_out_when_it_goes_but_the_last_way_in_stays()
    {
        using var person = await Proven();
        using var next = await Proven();
        var phone = NewPhone();
        await Prove(person, phone);
        Assert.Equal(["phone_added"], (await Mails.To(app, person.Email)).Select(m => m.Kind));
        await app.Store.PostJson("/auth/customer/one-time-code", new { phone });
        var code = (await Mails.To(app, phone, 2))[0].Text[..6];
        using var signedIn = Person.With(app, (string)(await app.Store.PostJson("/auth/customer/one-time-code", new { phone, code }))["token"]!);
        await person.Client.DeleteJson("/auth/phone");
        await signedIn.GetJson("/store/customers/me", 401);
        await person.Client.GetJson("/store/customers/me");
        Assert.Equal(["phone_removed", "phone_added"], (await Mails.To(app, person.Email, 2)).Select(m => m.Kind));

        // One that changes hands is gone from who had it, and they are told so.
        await Prove(person, phone);
        await Prove(next, phone);
        Assert.Equal(["phone_added", "phone_added", "phone_removed", "phone_removed"], (await Mails.To(app, person.Email, 4)).Select(m => m.Kind).Order(StringComparer.Ordinal));

        await app.Scalar<object>($"update identity.sign_ins set identity_id = (select identity_id from identity.sign_ins where subject = '{person.Email}') where subject = '{next.Email}'");
        Assert.Equal("last_way_in", (string)(await next.Client.DeleteJson("/auth/phone", status: 400))["code"]!);
        Assert.Equal(phone, (string)(await next.Client.GetJson("/auth/phone"))["phone"]!);
    }

    [Fact]
    public async Task A_number_that_was_taken_off_while_its_code_was_under_way_makes_nobody()
    {
        using var person = await Proven();
        var phone = NewPhone();
        await Prove(person, phone);
        await app.Store.PostJson("/auth/customer/one-time-code", new { phone });
        var code = (await Mails.To(app, phone, 2))[0].Text[..6];
        await person.Client.DeleteJson("/auth/phone");
        await app.Store.PostJson("/auth/customer/one-time-code", new { phone, code }, 401);
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.sign_ins where subject = '{phone}'"));
    }

    private Task Age(Person person, string age) =>
        app.Scalar<object>($"update identity.sessions set created_at = now() - interval '{age}' where id = '{Guid.Parse((string)SignInTests.Claims(person.Token)["sid"]!)}'");

    private async Task<Person> Proven()
    {
        var person = await Person.Join(app);
        await app.Scalar<object>($"update identity.sign_ins set verified_at = now() where subject = '{person.Email}'");
        return person;
    }

    private Task Prove(Person person, string phone, string? spelled = null) => Prove(person.Client, phone, spelled);

    private async Task Prove(HttpClient client, string phone, string? spelled = null)
    {
        var before = await app.Scalar<long>($"select count(*) from notifications.messages where recipient = '{phone}'");
        await client.PostJson("/auth/phone", new { phone = spelled ?? phone }, 202);
        var code = (await Mails.To(app, phone, (int)before + 1))[0].Text[..6];
        await client.PostJson("/auth/phone/confirm", new { phone = spelled ?? phone, code });
    }

    // Whatever was asked for is sent, or was not.
    private async Task Settled()
    {
        while (await app.Scalar<long>("select count(*) from jobs.queue where name = 'identity.send_mail'") > 0) await Task.Delay(20);
    }

    private static string NewPhone() => $"+27{Random.Shared.Next(10, 99)}{Interlocked.Increment(ref _number):D7}";
}
