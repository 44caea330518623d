using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.OpenId;

/// <summary><c>/_emulator/openid/{realm}</c>: who is known there, its clients, its keys.</summary>
internal sealed class OpenIdControl(OpenIdBook book)
{
    /// <summary>Of people who are not said to belong to another.</summary>
    public const string Tenant = "11111111-2222-4333-8444-555555555555";

    public void Map(IEndpointRouteBuilder routes)
    {
        Route("people", Admit);
        Route("clients", (realm, body) =>
        {
            realm.Clients[body.Text("client_id") ?? ""] = body.Text("client_secret") ?? "";
            return new JsonObject { ["client_id"] = body.Text("client_id") };
        });
        Route("keys", (realm, body) =>
        {
            realm.Rotate(body.Text("alg") ?? "RS256", body.Text("keep") != "false");
            return new JsonObject { ["kid"] = realm.Keys[^1].Id };
        });
        Route("terse", (realm, body) => new JsonObject { ["terse"] = realm.IsTerse = body.Text("terse") != "false" });

        void Route(string what, Func<OpenIdRealm, JsonObject, JsonObject> work) => routes.MapPost("/_emulator/openid/{realm}/" + what, (RequestDelegate)(async context =>
        {
            var body = await Json.ReadObjectAsync(context.Request);
            if (body is null || book.Find((string)context.Request.RouteValues["realm"]!) is not { } realm)
            {
                await Json.WriteAsync(context, new JsonObject { ["message"] = "The body must be a JSON object, the realm a short name." }, 400);
                return;
            }

            JsonObject answer;
            lock (realm.Lock) answer = work(realm, body);
            await Json.WriteAsync(context, answer);
        }));
    }

    private static JsonObject Admit(OpenIdRealm realm, JsonObject body)
    {
        var email = body.Text("email") ?? "thandi@example.com";
        var person = realm.Admit(new OpenIdPerson(
            body.Text("sub") ?? OpenIdRealm.SubOf(email), email, body.Text("email_verified") != "false", body.Text("given_name") ?? "Thandi", body.Text("family_name") ?? "Nkosi",
            body["groups"] is JsonArray groups ? [.. groups.Select(g => (string)g!)] : [], body.Text("tid") ?? Tenant));
        return new JsonObject { ["sub"] = person.Sub };
    }
}
