using System.Net.Http.Headers;
using System.Text;

namespace HeadlessPro.Modules.Tests.Identity;

/// <summary>A member of staff and their client.</summary>
internal sealed record Colleague(string Email, string Token, string Id, HttpClient Client) : IDisposable
{
    /// <summary>Is invited with roles, registers, accepts, signs in.</summary>
    public static async Task<Colleague> Join(HpApp app, params string[] roles)
    {
        var email = Person.NewEmail();
        var invite = (string)(await app.Admin.PostJson("/admin/invites", new { email, roles }))["invite"]!["token"]!;
        using (var anybody = app.Client())
        {
            var first = (string)(await anybody.PostJson("/auth/user/emailpass/register", new { email, password = Person.Password }))["token"]!;
            using var nobody = With(app, first);
            await nobody.PostJson($"/admin/invites/accept?token={invite}", new { email, first_name = "Thabo", last_name = "Nkosi" });
        }

        return await SignIn(app, email);
    }

    public static async Task<Colleague> SignIn(HpApp app, string email)
    {
        using var anybody = app.Client();
        var token = (string)(await anybody.PostJson("/auth/user/emailpass", new { email, password = Person.Password }))["token"]!;
        var client = With(app, token);
        return new Colleague(email, token, (string)(await client.GetJson("/admin/users/me"))["user"]!["id"]!, client);
    }

    /// <summary>A client with a token and no key.</summary>
    public static HttpClient With(HpApp app, string token)
    {
        var client = app.Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>A client with a secret key.</summary>
    public static HttpClient WithKey(HpApp app, string key)
    {
        var client = app.Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(key + ":")));
        return client;
    }

    public void Dispose() => Client.Dispose();
}
