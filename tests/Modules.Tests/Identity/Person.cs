using System.Net.Http.Headers;

namespace HeadlessPro.Modules.Tests.Identity;

/// <summary>Somebody with an account, and their client: publishable key and token.</summary>
internal sealed record Person(string Email, string Token, string Id, HttpClient Client) : IDisposable
{
    public const string Password = "correct-horse-battery";

    private static int _number;

    public static string NewEmail() => $"person{Interlocked.Increment(ref _number)}.{Guid.NewGuid():N}@example.com";

    /// <summary>Registers, becomes a customer, signs in.</summary>
    public static async Task<Person> Join(HpApp app, string? email = null)
    {
        email ??= NewEmail();
        var first = (string)(await app.Store.PostJson("/auth/customer/emailpass/register", new { email, password = Password }))["token"]!;
        using (var nobody = With(app, first)) await nobody.PostJson("/store/customers", new { email, first_name = "Lerato", last_name = "Dlamini", phone = "+27831234567" });
        return await SignIn(app, email);
    }

    public static async Task<Person> SignIn(HpApp app, string email)
    {
        var token = (string)(await app.Store.PostJson("/auth/customer/emailpass", new { email, password = Password }))["token"]!;
        var client = With(app, token);
        return new Person(email, token, (string)(await client.GetJson("/store/customers/me"))["customer"]!["id"]!, client);
    }

    /// <summary>A shopper's client with a token.</summary>
    public static HttpClient With(HpApp app, string token)
    {
        var client = HpApp.AsShopper(app.Client());
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    public void Dispose() => Client.Dispose();
}
