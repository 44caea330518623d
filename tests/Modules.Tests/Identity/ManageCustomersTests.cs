using HeadlessPro.Modules.Tests.Notifications;

namespace HeadlessPro.Modules.Tests.Identity;

public class ManageCustomersTests(HpApp app) : IClassFixture<HpApp>
{
    private const string Password = "correct-horse-battery";

    // Made by the libraries that other shops use: scrypt-kdf (Medusa), bcryptjs, Django's hasher (Saleor), ASP.NET Core Identity in its versions 2 and 3.
    public static TheoryData<string, string> Hashes => new()
    {
        { "c2NyeXB0AAwAAAAIAAAAAbZa9Rx6rAKWHcya2cpHMo+cD1oLVYZFwknWgPNlE1WBRlMcrdC71DCP0wffIMvYRfz98yIv0WUsH51V/r/bh9tdpgUKqOpzg+YzctZwgDqr", Password },
        { "$2b$06$FnXjQI6NXY4kvU0MdXrIbez9hZkjcJ/k2zIai414Wg4Xu6lW7lLIi", Password },
        { "$2y$06$FnXjQI6NXY4kvU0MdXrIbez9hZkjcJ/k2zIai414Wg4Xu6lW7lLIi", Password },
        { "$2a$06$rfTgd0yAPiIQQ63Exiu5EuSqHLYJfuowX552VePQSSfa1hKnglLZS", "pässwörd-für-alle" },
        { "pbkdf2_sha256$20000$Zf3kq8wLmN0p$qM3sSmR3ec/g6Kw5VD9AuSmBu/3JKIV7Renx4tBH4xY=", Password },
        { "AAECAwQFBgcICQoLDA0ODxBN+wXPYTm89Bly9JEhkNisiqy7OzUJE1Yj1c5L9Wspzg==", Password },
        { "AQAAAAIAAAH0AAAAEAECAwQFBgcICQoLDA0ODxCL5iwZCoTfgDKJE6vHSuWCJX0gPA3lLp/biT4RsZ7Qqg==", Password },
    };

    [Theory]
    [MemberData(nameof(Hashes))]
    public async Task Customers_of_another_shop_sign_in_with_the_password_they_had_there_and_get_a_hash_of_ours(string hash, string password)
    {
        var email = Person.NewEmail();
        var answer = await app.Admin.PostJson("/admin/customers/import", new { customers = new[] { new { email, first_name = "Lerato", password_hash = hash, email_verified = true, created_at = "2019-05-06T07:08:09Z" } } });
        Assert.Equal("""{"imported":1,"problems":[]}""", answer.ToJsonString());

        await app.Store.PostJson("/auth/customer/emailpass", new { email, password = password + "!" }, 401);
        await app.Store.PostJson("/auth/customer/emailpass", new { email, password = password[..^1] }, 401);
        Assert.Equal(hash, await app.Scalar<string>($"select secret from identity.sign_ins where subject = '{email}'"));
        var token = (string)(await app.Store.PostJson("/auth/customer/emailpass", new { email, password }))["token"]!;

        using var lerato = Person.With(app, token);
        var me = (await lerato.GetJson("/store/customers/me"))["customer"]!;
        Assert.Equal((email, "Lerato", "2019-05-06T07:08:09.000Z"), ((string)me["email"]!, (string)me["first_name"]!, (string)me["created_at"]!));
        Assert.StartsWith("AQ", await app.Scalar<string>($"select secret from identity.sign_ins where subject = '{email}'"), StringComparison.Ordinal);
        await app.Store.PostJson("/auth/customer/emailpass", new { email, password });
        await app.Store.PostJson("/auth/customer/emailpass", new { email, password = password + "!" }, 401);
    }

    [Theory]
    [InlineData("$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b0dWRWJTmaaQObG", "argon2 hashes cannot be checked here")]
    [InlineData("$2b$31$FnXjQI6NXY4kvU0MdXrIbez9hZkjcJ/k2zIai414Wg4Xu6lW7lLIi", "with a cost of at most 13")]
    [InlineData("$2b$14$FnXjQI6NXY4kvU0MdXrIbez9hZkjcJ/k2zIai414Wg4Xu6lW7lLIi", "with a cost of at most 13")]
    [InlineData("$2b$06$FnXjQI6NXY4kvU0MdXrIbez9hZkjcJ/k2zIai414Wg4Xu6lW7lLI", "must be a whole bcrypt hash")]
    [InlineData("c2NyeXB0AB4AAAAIAAAAAbZa9Rx6rAKWHcya2cpHMo+cD1oLVYZFwknWgPNlE1WBRlMcrdC71DCP0wffIMvYRfz98yIv0WUsH51V/r/bh9tdpgUKqOpzg+YzctZwgDqr", "at most 256 MiB")]
    [InlineData("pbkdf2_sha256$99000000$Zf3kq8wLmN0p$qM3sSmR3ec/g6Kw5VD9AuSmBu/3JKIV7Renx4tBH4xY=", "at most 2000000 iterations")]
    [InlineData("pbkdf2_sha256$010000$saltone$0HEz49sIrm3H3BhAI/Czaws1HKdDzcnj9vACf7gjIh8=", "at most 2000000 iterations")]
    [InlineData("AQAAAAEAACcQAAAAEAECAwQFBgcICQoLDA0ODxAwTOFtpzOmlwdXPeQN5tP796wOOnaT+f7CCGSSJb0tx72jFDS9B3gukfSax/wm/kg=", "must be a hash of")]
    [InlineData("AQAAAAEAACcQAAAAFAECAwQFBgcICQoLDA0ODxAREhMU1Rj4KBumgS2beMnePlPjKUf9MkhB4OyDNa5B3w==", "must be a hash of")]
    [InlineData("AQAAAAMAACcQAAAAEAECAwQFBgcICQoLDA0ODxAwTOFtpzOmlwdXPeQN5tP796wOOnaT+f7CCGSSJb0txw==", "must be a hash of")]
    [InlineData("AQAAAAEAAAAAAAAAEAECAwQFBgcICQoLDA0ODxAwTOFtpzOmlwdXPeQN5tP796wOOnaT+f7CCGSSJb0txw==", "must be a hash of")]
    [InlineData("AQAAAAJ/////AAAAEAECAwQFBgcICQoLDA0ODxABAgMEBQYHCAkKCwwNDg8QAQIDBAUGBwgJCgsMDQ4PEA==", "at most 2000000 iterations")]
    [InlineData("AQAAAAL/////AAAAEAECAwQFBgcICQoLDA0ODxABAgMEBQYHCAkKCwwNDg8QAQIDBAUGBwgJCgsMDQ4PEA==", "at most 2000000 iterations")]
    [InlineData("5f4dcc3b5aa765d61d8327deb882cf99", "must be a hash of")]
    [InlineData("hunter2hunter2", "must be a hash of")]
    [InlineData("", "must be a hash of")]
    public async Task A_hash_that_cannot_be_checked_is_named_and_its_customer_stays_out(string hash, string why)
    {
        var (bad, good) = (Person.NewEmail(), Person.NewEmail());
        var answer = await app.Admin.PostJson("/admin/customers/import", new { customers = new object[] { new { email = bad, password_hash = hash }, new { email = good } } });
        Assert.Equal(1, (int)answer["imported"]!);
        var problem = Assert.Single(answer["problems"]!.AsArray())!;
        Assert.Equal((0, bad, "hash_not_supported"), ((int)problem["index"]!, (string)problem["email"]!, (string)problem["code"]!));
        Assert.Contains(why, (string)problem["message"]!, StringComparison.Ordinal);
        Assert.Equal((0L, 1L), (await app.Scalar<long>($"select count(*) from identity.customers where email = '{bad}'"), await app.Scalar<long>($"select count(*) from identity.customers where email = '{good}'")));
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.sign_ins where subject = '{bad}'"));
    }

    [Fact]
    public async Task An_account_without_a_hash_chooses_a_password_by_mail_and_a_taken_address_stays_its_owners()
    {
        using var owner = await Person.Join(app);
        var email = Person.NewEmail();
        var answer = await app.Admin.PostJson("/admin/customers/import", new
        {
            customers = new object[]
            {
                new { email = owner.Email, password_hash = "$2b$06$FnXjQI6NXY4kvU0MdXrIbez9hZkjcJ/k2zIai414Wg4Xu6lW7lLIi" },
                new { email = "nobody", has_account = true },
                new { email = Person.NewEmail(), phone = new string('1', 41) },
                new { email, has_account = true },
            },
        });
        Assert.Equal(["0 email_taken", "1 invalid_data", "2 invalid_data"], answer["problems"]!.AsArray().Select(p => $"{p!["index"]} {p["code"]}"));
        using (var still = await Person.SignIn(app, owner.Email)) Assert.Equal(owner.Id, still.Id);

        await app.Store.PostJson("/auth/customer/emailpass", new { email, password = Password }, 401);
        using (await app.Store.PostAsync("/auth/customer/emailpass/reset-password", new StringContent($$"""{"identifier":"{{email}}"}""", System.Text.Encoding.UTF8, "application/json")))
        using (var reset = Person.With(app, (await Mails.To(app, email))[0].Parameter("token")))
            await reset.PostJson("/auth/customer/emailpass/update", new { password = "a new-and-long one" });
        await app.Store.PostJson("/auth/customer/emailpass", new { email, password = "a new-and-long one" });

        await app.Admin.PostJson("/admin/customers/import", new { customers = Enumerable.Range(0, 1001).Select(_ => new { email }) }, 400);
        await app.Admin.PostJson("/admin/customers/import", new { customers = new[] { new { name = "Lerato" } } }, 400);
    }

    [Fact]
    public async Task Who_is_a_customer_already_is_not_imported_again_with_or_without_an_account()
    {
        var (twice, byHand) = (Person.NewEmail(), Person.NewEmail());
        await app.Admin.PostJson("/admin/customers", new { email = byHand });
        object[] sent = [new { email = twice, first_name = "First" }, new { email = twice, first_name = "Second" }, new { email = byHand, has_account = true }];
        var first = await app.Admin.PostJson("/admin/customers/import", new { customers = sent });
        var second = await app.Admin.PostJson("/admin/customers/import", new { customers = sent });

        Assert.Equal("1: 1 email_taken, 2 email_taken", Told(first));
        Assert.Equal("0: 0 email_taken, 1 email_taken, 2 email_taken", Told(second));
        Assert.Equal("First", await app.Scalar<string>($"select string_agg(first_name, ',') from identity.customers where email = '{twice}'"));
        Assert.Equal((1L, 0L), (
            await app.Scalar<long>($"select count(*) from identity.customers where email = '{byHand}' and identity_id is null"),
            await app.Scalar<long>($"select count(*) from identity.sign_ins where subject = '{byHand}'")));

        static string Told(System.Text.Json.Nodes.JsonNode answer) => $"{answer["imported"]}: {string.Join(", ", answer["problems"]!.AsArray().Select(p => $"{p!["index"]} {p["code"]}"))}";
    }

    [Fact]
    public async Task Staff_find_make_change_and_delete_customers()
    {
        var email = Person.NewEmail();
        var made = (await app.Admin.PostJson("/admin/customers", new { email = $" {email.ToUpperInvariant()} ", last_name = "Zzyzxova", metadata = new { tier = "gold" } }))["customer"]!;
        Assert.Equal((email, "Zzyzxova", false), ((string)made["email"]!, (string)made["last_name"]!, (bool)made["has_account"]!));
        await app.Admin.PostJson("/admin/customers", new { email = "nobody" }, 400);
        await app.Admin.PostJson("/admin/customers", new { email, password_hash = "x" }, 400);

        var list = await app.Admin.GetJson("/admin/customers?q=zzyzx&has_account=false");
        Assert.Equal((1, (string)made["id"]!), ((int)list["count"]!, (string)list["customers"]![0]!["id"]!));
        Assert.Equal(0, (int)(await app.Admin.GetJson("/admin/customers?q=zzyzx&has_account=true"))["count"]!);
        await app.Admin.GetJson("/admin/customers?colour=red", 400);

        var changed = (await app.Admin.PostJson($"/admin/customers/{made["id"]}", new { first_name = "Nomvula", last_name = (string?)null }))["customer"]!;
        Assert.Equal(("Nomvula", null, "gold"), ((string?)changed["first_name"], (string?)changed["last_name"], (string?)changed["metadata"]!["tier"]));
        await app.Admin.PostJson($"/admin/customers/{made["id"]}", new { email = "other@example.com" }, 400);
        await app.Admin.PostJson("/admin/customers/cus_nobody", new { first_name = "X" }, 404);

        await app.Admin.DeleteJson($"/admin/customers/{made["id"]}");
        await app.Admin.GetJson($"/admin/customers/{made["id"]}", 404);
        await app.Admin.DeleteJson($"/admin/customers/{made["id"]}", status: 404);
        Assert.Equal(1, (int)(await app.Admin.GetJson($"/admin/customers?with_deleted=true&id={made["id"]}"))["count"]!);
    }

    [Fact]
    public async Task Staff_end_the_sessions_of_a_customer_and_of_a_colleague()
    {
        using var person = await Person.Join(app);
        using var other = await Person.Join(app);
        using var thabo = await Colleague.Join(app, "read-only");
        await thabo.Client.DeleteJson($"/admin/customers/{person.Id}/sessions", status: 403);
        await thabo.Client.DeleteJson($"/admin/users/{thabo.Id}/sessions", status: 403);
        await app.Admin.DeleteJson("/admin/customers/cus_nobody/sessions", status: 404);
        await app.Admin.DeleteJson("/admin/users/user_nobody/sessions", status: 404);
        await person.Client.GetJson("/store/customers/me");

        Assert.Equal(person.Id, (string)(await app.Admin.DeleteJson($"/admin/customers/{person.Id}/sessions"))["customer"]!["id"]!);
        Assert.Equal(thabo.Id, (string)(await app.Admin.DeleteJson($"/admin/users/{thabo.Id}/sessions"))["user"]!["id"]!);

        await person.Client.GetJson("/store/customers/me", 401);
        await thabo.Client.GetJson("/admin/users/me", 401);
        await other.Client.GetJson("/store/customers/me");
        using var again = await Colleague.SignIn(app, thabo.Email);
    }

    [Fact]
    public async Task A_deleted_customer_is_signed_out_and_may_become_a_new_one()
    {
        using var person = await Person.Join(app);
        await app.Admin.DeleteJson($"/admin/customers/{person.Id}");
        await person.Client.GetJson("/store/customers/me", 401);
        var token = (string)(await app.Store.PostJson("/auth/customer/emailpass", new { email = person.Email, password = Person.Password }))["token"]!;
        using (var nobody = Person.With(app, token))
        {
            await nobody.GetJson("/store/customers/me", 401);
            await nobody.PostJson("/store/customers", new { email = person.Email });
        }

        using var again = await Person.SignIn(app, person.Email);
        Assert.NotEqual(person.Id, again.Id);
    }
}
