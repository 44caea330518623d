using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace HeadlessPro.Modules.Tests.Identity;

/// <summary>Whether the time of an answer tells that there is an account.</summary>
public class SameTimeTests(SameTimeTests.Shop app, ITestOutputHelper output) : IClassFixture<SameTimeTests.Shop>
{
    [Theory]
    [InlineData("/auth/customer/emailpass", "email")]
    [InlineData("/auth/user/emailpass", "email")]
    [InlineData("/auth/customer/emailpass/reset-password", "identifier")]
    [InlineData("/auth/customer/magic-link", "email")]
    [InlineData("/auth/customer/one-time-code", "email")]
    public async Task Of_a_known_and_an_unknown_address(string path, string field)
    {
        using var person = await Person.Join(app);
        // Asked about as often: what is asked for the first time costs a row more.
        var nobody = Person.NewEmail();
        object Body(string address) => field == "identifier"
            ? new { identifier = address }
            : path.EndsWith("emailpass", StringComparison.Ordinal) ? new { email = address, password = "wrong-horse-battery" } : new { email = address };
        await Compare(path, () => Ask(app.Store, path, Body(person.Email)), () => Ask(app.Store, path, Body(nobody)));
    }

    [Fact]
    public async Task Of_accounts_whose_hashes_came_along_from_other_shops_and_an_unknown_address()
    {
        // One takes many times as long to check as the other, and none was ever signed in to.
        string Hash(int iterations) => new PasswordHasher<string>(Options.Create(new PasswordHasherOptions { IterationCount = iterations })).HashPassword("", Person.Password);
        const string bcrypt = "$2b$09$zsX/Z5wMLlfUBbSHpbS3lO5VnXj8LoXeZO1sEj1.D2DDuXdmBhmvK";
        var imported = ((string[])[Hash(500), Hash(20_000), bcrypt]).Select(hash => (Email: Person.NewEmail(), Hash: hash)).ToList();
        var customers = imported.Select(i => new { email = i.Email, password_hash = i.Hash });
        Assert.Equal(imported.Count, (int)(await app.Admin.PostJson("/admin/customers/import", new { customers }))["imported"]!);
        const string path = "/auth/customer/emailpass";
        object Body(string address) => new { email = address, password = "wrong-horse-battery" };
        foreach (var (email, hash) in imported)
        {
            var nobody = Person.NewEmail();
            await Compare(hash[..7], () => Ask(app.Store, path, Body(email)), () => Ask(app.Store, path, Body(nobody)));
        }
    }

    private async Task Compare(string what, Func<Task> known, Func<Task> unknown) => output.WriteLine(await EqualTimes.Compare(what, known, unknown));

    private static async Task Ask(HttpClient client, string path, object? body)
    {
        using var content = body is null ? null : new StringContent(System.Text.Json.JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json");
        using var answer = content is null ? await client.GetAsync(new Uri(path, UriKind.Relative)) : await client.PostAsync(new Uri(path, UriKind.Relative), content);
        await answer.Content.ReadAsStringAsync();
    }

    public sealed class Shop : HpApp
    {
        protected override string[] Arguments =>
        [
            "--RateLimits:PerMinute=1000000", "--RateLimits:SignInPerMinute=1000000", "--Identity:PasswordIterations=5000",
            .. ((string[])["sign_in", "mail", "register"]).SelectMany(what => ((string[])["PerAccount", "PerAddress"]).Select(limit => $"--Identity:Throttle:{what}:{limit}=1000000")),
        ];
    }
}
