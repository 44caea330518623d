using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.OpenId;

/// <summary>An OpenID provider for each name after <c>/openid/</c>: discovery, keys, the page to sign in, tokens, userinfo.</summary>
internal sealed class OpenIdRoutes(OpenIdBook book)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        Route("GET", "/.well-known/openid-configuration", (realm, context, fault) => Json.WriteAsync(context, Discovery(realm, fault)));
        Route("GET", "/jwks", (realm, context, _) => Json.WriteAsync(context, KeysOf(realm)));
        Route("GET", "/authorize", (realm, context, _) => AuthorizePage.ShowAsync(context, realm, book.State));
        Route("POST", "/authorize", (realm, context, _) => AuthorizePage.EndAsync(context, realm, book.State));
        Route("POST", "/token", TokenAsync);
        Route("GET", "/userinfo", UserInfoAsync);

        void Route(string method, string path, Func<OpenIdRealm, HttpContext, Fault?, Task> work) =>
            routes.MapMethods("/openid/{realm}" + path, [method], context => RunAsync(context, work, path != "/authorize"));
    }

    private async Task RunAsync(HttpContext context, Func<OpenIdRealm, HttpContext, Fault?, Task> work, bool isApi)
    {
        if (book.Find((string)context.Request.RouteValues["realm"]!) is not { } realm)
        {
            await Page.NotFoundAsync(context);
            return;
        }

        var (path, faults) = (context.Request.Path.Value!, book.State.Faults);
        var fault = faults.TakeForCall(context.Request.Method, path) ?? (isApi ? faults.TakeForOpenId(path) : null);
        switch (fault?.Kind)
        {
            case Fault.Error or Fault.TooMany:
                await Json.WriteAsync(context, new JsonObject { ["error"] = "server_error" }, fault.Kind == Fault.Error ? 500 : 429);
                return;
            case Fault.Cut or Fault.Lost:
                context.Abort();
                return;
            case Fault.Delay or Fault.Late:
                await Task.Delay(fault.Time, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                break;
            case "openid-html":
                await Page.WriteAsync(context, Page.Whole("Welcome", "<h1>Welcome</h1>"));
                return;
            case "openid-json-as-text":
                context.Response.ContentType = "text/plain";
                await context.Response.WriteAsync("{}");
                return;
            case "openid-redirect":
                context.Response.Redirect(path + "?again=1");
                return;
            case "openid-jwk-set":
                context.Response.ContentType = "Application/JWK-Set+JSON";
                await context.Response.Body.WriteAsync(Json.Bytes(KeysOf(realm)));
                return;
            case "openid-huge":
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync("{\"keys\":\"" + new string('a', 16 * 1024 * 1024));
                return;
        }

        await work(realm, context, fault);
    }

    private JsonObject Discovery(OpenIdRealm realm, Fault? fault) => new()
    {
        ["issuer"] = fault?.Kind == "openid-issuer" ? "https://accounts.example" : realm.HasTenants ? Template(realm) : realm.IsAlias ? $"{book.State.Url}/openid/{OpenIdControl.Tenant}" : realm.Address,
        ["authorization_endpoint"] = realm.Address + "/authorize",
        ["token_endpoint"] = fault?.Kind == "openid-plain-endpoint" ? "http://tokens.example/token" : realm.Address + "/token",
        ["userinfo_endpoint"] = realm.Address + "/userinfo",
        ["jwks_uri"] = realm.Address + "/jwks",
        ["response_types_supported"] = Json.Array(["code"]),
        ["subject_types_supported"] = Json.Array(["public"]),
        ["id_token_signing_alg_values_supported"] = Json.Array(["RS256", "ES256", "HS256", "none"]),
        ["token_endpoint_auth_methods_supported"] = Json.Array(["client_secret_basic", "client_secret_post"]),
        ["code_challenge_methods_supported"] = Json.Array(["S256"]),
        ["scopes_supported"] = Json.Array(["openid", "email", "profile", "groups"]),
        ["authorization_response_iss_parameter_supported"] = true,
    };

    private static string? Template(OpenIdRealm realm) => realm.HasTenants ? realm.Address[..^realm.Name.Length] + "{tenantid}" : null;

    private static JsonObject KeysOf(OpenIdRealm realm)
    {
        lock (realm.Lock) return new() { ["keys"] = new JsonArray([.. realm.Keys.Select(k => (JsonNode)k.Published(Template(realm)))]) };
    }

    private async Task TokenAsync(OpenIdRealm realm, HttpContext context, Fault? fault)
    {
        var form = await context.Request.ReadFormAsync();
        (int Status, JsonObject Body) answer;
        lock (realm.Lock) answer = TokenEndpoint.Exchange(realm, book.State, form, context.Request.Headers.Authorization.ToString(), fault);
        context.Response.Headers.CacheControl = "no-store";
        await Json.WriteAsync(context, answer.Body, answer.Status);
    }

    private async Task UserInfoAsync(OpenIdRealm realm, HttpContext context, Fault? fault)
    {
        var authorization = context.Request.Headers.Authorization.ToString();
        OpenIdAccess? access = null;
        lock (realm.Lock)
            if (authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) realm.Access.TryGet(authorization[7..].Trim(), out access);
        if (access is null || access.ExpiresAt < book.State.Clock.Now)
        {
            await Json.WriteAsync(context, new JsonObject { ["error"] = "invalid_token" }, 401);
            return;
        }

        var claims = TokenEndpoint.Claims(realm, access.Person, access.Scope);
        if (fault?.Kind == "openid-sub") claims["sub"] = "somebody-else";
        await Json.WriteAsync(context, claims);
    }
}
