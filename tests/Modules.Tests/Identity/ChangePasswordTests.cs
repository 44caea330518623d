using HeadlessPro.Modules.Tests.Notifications;

namespace HeadlessPro.Modules.Tests.Identity;

public class ChangePasswordTests(HpApp app) : IClassFixture<HpApp>
{
    private const string Better = "an even better-one";

    [Fact]
    public async Task The_present_password_makes_a_new_one_and_ends_every_other_session()
    {
        using var person = await Person.Join(app);
        using var elsewhere = await Person.SignIn(app, person.Email);
        await person.Client.PostJson("/auth/password", new { password = Better }, 401);
        await person.Client.PostJson("/auth/password", new { current_password = "wrong", password = Better }, 401);
        Assert.Equal("weak_password", (string)(await person.Client.PostJson("/auth/password", new { current_password = Person.Password, password = "short" }, 400))["code"]!);
        await app.Store.PostJson("/auth/password", new { current_password = Person.Password, password = Better }, 401);
        await elsewhere.Client.GetJson("/store/customers/me");

        await person.Client.PostJson("/auth/password", new { current_password = Person.Password, password = Better });

        await person.Client.GetJson("/store/customers/me");
        await elsewhere.Client.GetJson("/store/customers/me", 401);
        await app.Store.PostJson("/auth/customer/emailpass", new { email = person.Email, password = Person.Password }, 401);
        await app.Store.PostJson("/auth/customer/emailpass", new { email = person.Email, password = Better });
        Assert.Equal("password_changed", (await Mails.To(app, person.Email))[0].Kind);
    }

    [Fact]
    public async Task Guesses_at_the_present_password_are_throttled_like_sign_ins()
    {
        using var person = await Person.Join(app);
        for (var i = 0; i < 10; i++) await person.Client.PostJson("/auth/password", new { current_password = $"wrong{i}", password = Better }, 401);
        await person.Client.PostJson("/auth/password", new { current_password = Person.Password, password = Better }, 429);
        await app.Scalar<object>("delete from identity.throttles");
        await app.Store.PostJson("/auth/customer/emailpass", new { email = person.Email, password = Person.Password });
    }

    [Fact]
    public async Task Who_has_no_password_sets_one_after_a_sign_in_of_the_last_minutes_only()
    {
        using var person = await Person.Join(app);
        await app.Scalar<object>($"update identity.sign_ins set secret = null where subject = '{person.Email}'");
        await app.Scalar<object>($"update identity.sessions s set created_at = now() - interval '16 minutes' from identity.sign_ins i where i.identity_id = s.identity_id and i.subject = '{person.Email}'");
        Assert.Equal("sign_in_again", (string)(await person.Client.PostJson("/auth/password", new { password = Better }, 403))["code"]!);
        await app.Scalar<object>($"update identity.sessions s set created_at = now() from identity.sign_ins i where i.identity_id = s.identity_id and i.subject = '{person.Email}'");
        await person.Client.PostJson("/auth/password", new { password = Better });
        await app.Store.PostJson("/auth/customer/emailpass", new { email = person.Email, password = Better });
    }

    [Fact]
    public async Task A_sign_in_that_was_under_way_with_the_old_password_opens_nothing()
    {
        using var person = await Person.Join(app);
        var sessions = $"select count(*) from identity.sessions where identity_id = '{Identity(person)}' and revoked_at is null";
        Assert.Equal(2L, await app.Scalar<long>(sessions));
        Task<System.Text.Json.Nodes.JsonNode> signIn;
        // The password is right; what follows it waits.
        await using (var connection = await app.Database.OpenConnectionAsync())
        {
            await using var tx = await connection.BeginTransactionAsync();
            await using (var rival = new Npgsql.NpgsqlCommand("lock table identity.mfa_challenges in access exclusive mode", connection, tx)) await rival.ExecuteNonQueryAsync();
            signIn = app.Store.PostJson("/auth/customer/emailpass", new { email = person.Email, password = Person.Password }, 401);
            for (var i = 0; await app.Scalar<long>("select count(*) from pg_locks where relation = 'identity.mfa_challenges'::regclass and not granted and database = (select oid from pg_database where datname = current_database())") == 0; i++)
            {
                Assert.True(i < 600, "The sign-in does not wait");
                await Task.Delay(20);
            }

            await person.Client.PostJson("/auth/password", new { current_password = Person.Password, password = Better });
            await tx.CommitAsync();
        }

        await signIn;
        Assert.Equal(1L, await app.Scalar<long>(sessions));
        await app.Store.PostJson("/auth/customer/emailpass", new { email = person.Email, password = Better });
    }

    [Fact]
    public async Task Of_many_changes_at_once_one_counts()
    {
        using var person = await Person.Join(app);
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(async i =>
        {
            using var body = new StringContent($$"""{"current_password":"{{Person.Password}}","password":"{{Better}} {{i}}"}""", System.Text.Encoding.UTF8, "application/json");
            using var answer = await person.Client.PostAsync("/auth/password", body);
            return (int)answer.StatusCode;
        }));
        Assert.Equal(1, answers.Count(a => a == 200));
        Assert.All(answers, a => Assert.True(a is 200 or 409 or 401, $"{a}"));
        var won = Array.IndexOf(answers, 200);
        await app.Store.PostJson("/auth/customer/emailpass", new { email = person.Email, password = $"{Better} {won}" });
    }

    private static Guid Identity(Person person) => HeadlessPro.Contracts.WireId.TryDecode("authid", (string)SignInTests.Claims(person.Token)["auth_identity_id"]!, out var id) ? id : default;
}
