using Microsoft.AspNetCore.WebUtilities;

namespace HeadlessPro.Emulator.OpenId;

/// <summary>Where a browser is sent to sign in: choose who to be, and return. Whom <c>login_hint</c> names and the realm knows is not asked.</summary>
internal static class AuthorizePage
{
    private static readonly TimeSpan CodeLife = TimeSpan.FromMinutes(1);

    public static async Task ShowAsync(HttpContext context, OpenIdRealm realm, EmulatorState state)
    {
        if (await RefusedAsync(context)) return;
        var hint = context.Request.Query["login_hint"].ToString();
        OpenIdPerson? person;
        lock (realm.Lock) realm.People.TryGetValue(hint, out person);
        if (person is not null) Return(context, realm, state, person);
        else await Page.WriteAsync(context, Form(hint.Length > 0 ? hint : "thandi@example.com"));
    }

    public static async Task EndAsync(HttpContext context, OpenIdRealm realm, EmulatorState state)
    {
        if (await RefusedAsync(context)) return;
        var form = await context.Request.ReadFormAsync();
        if (form["outcome"] != "approve")
        {
            Redirect(context, realm.Address, [new("error", "access_denied")]);
            return;
        }

        var email = form["email"].ToString();
        var names = form["name"].ToString().Split(' ', 2);
        OpenIdPerson person;
        lock (realm.Lock)
        {
            person = realm.Admit(new OpenIdPerson(
                realm.People.TryGetValue(email, out var known) ? known.Sub : OpenIdRealm.SubOf(email), email, form.ContainsKey("verified"), names[0], names.Length > 1 ? names[1] : "",
                form["groups"].ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries), OpenIdControl.Tenant));
        }

        Return(context, realm, state, person);
    }

    private static void Return(HttpContext context, OpenIdRealm realm, EmulatorState state, OpenIdPerson person)
    {
        var query = context.Request.Query;
        var code = new OpenIdCode(
            Ids.Stripe("", 32), query["client_id"]!, query["redirect_uri"]!, query["scope"].ToString(), query["nonce"], query["code_challenge"]!, person, state.Clock.Now + CodeLife);
        lock (realm.Lock) realm.Codes.Add(code);
        var isMixedUp = state.Faults.TakeForOpenId(context.Request.Path.Value!)?.Kind == "openid-mixed-up";
        Redirect(context, isMixedUp ? "https://accounts.example" : realm.IssuerOf(person), [new("code", code.Code)]);
    }

    private static void Redirect(HttpContext context, string issuer, List<KeyValuePair<string, string?>> answer)
    {
        var query = context.Request.Query;
        if (query.TryGetValue("state", out var given)) answer.Add(new("state", given));
        answer.Add(new("iss", issuer));
        context.Response.Redirect(QueryHelpers.AddQueryString(query["redirect_uri"]!, answer));
    }

    /// <summary>A request that cannot be answered to its client is answered to the browser.</summary>
    private static async Task<bool> RefusedAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var wrong = query["client_id"].ToString().Length == 0 ? "client_id"
            : !Uri.TryCreate(query["redirect_uri"], UriKind.Absolute, out _) ? "redirect_uri"
            : query["response_type"] != "code" ? "response_type"
            : !query["scope"].ToString().Split(' ').Contains("openid") ? "scope"
            : query["code_challenge_method"] != "S256" || query["code_challenge"].ToString().Length != 43 ? "code_challenge"
            : null;
        if (wrong is null) return false;
        await Page.WriteAsync(context, Page.Whole("Wrong request", $"<h1>This request is wrong</h1><p class=\"alert\">{wrong}</p>"), 400);
        return true;
    }

    private static string Form(string email) => Page.Whole("Sign in", $"""
        <h1>Sign in</h1>
        <form method="post">
          <label for="email">Your e-mail</label>
          <input id="email" name="email" type="email" value="{Page.Text(email)}" autocomplete="email">
          <label for="name">Your name</label>
          <input id="name" name="name" value="Thandi Nkosi" autocomplete="name">
          <label for="groups">Your groups</label>
          <input id="groups" name="groups" value="">
          <label class="check"><input type="checkbox" name="verified" checked> The address is confirmed</label>
          <button type="submit" name="outcome" value="approve">Sign in</button>
          <button type="submit" name="outcome" value="cancel" class="second">Cancel</button>
        </form>
        <p class="hint">No real account here: any address will do.</p>
        """);
}
