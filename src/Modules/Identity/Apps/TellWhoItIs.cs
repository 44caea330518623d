using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Apps;

/// <summary><c>/oauth/userinfo</c>: who has let the app know who they are (OpenID Connect Core, 5.3); people themselves are told all of it.</summary>
internal static class TellWhoItIs
{
    public static async Task<IResult> Handle(Actor actor, Db db, HttpContext http)
    {
        var person = await PersonRow.Read(db, actor.Session.SessionId, http.RequestAborted);
        if (person.ActorId is null) return Reply.Error(Contracts.Error.Unauthorized());
        return Reply.Written(json =>
        {
            json.WriteStartObject();
            foreach (var (name, value) in person.Claims(actor.Session.AppId is null ? [Scopes.Email, Scopes.Profile] : actor.Session.Scopes))
            {
                if (value is bool flag) json.WriteBoolean(name, flag);
                else json.WriteString(name, (string)value);
            }

            json.WriteEndObject();
        });
    }
}
