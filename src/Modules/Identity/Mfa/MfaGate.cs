using HeadlessPro.Contracts;
using HeadlessPro.Identity.Protection;
using HeadlessPro.Platform.Audit;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Mfa;

/// <summary>What a code guards: attempts are counted first; a right one is used up and does its work in one transaction, a wrong one changes nothing.</summary>
internal sealed class MfaGate(Db db, Throttle throttle, MfaCodes codes, AuditLog audit)
{
    public MfaCodes Codes => codes;

    /// <param name="identity">Whose code it is.</param>
    /// <param name="http">The request.</param>
    /// <param name="work">Checks the code and does what it guards; null when it was wrong.</param>
    public async Task<IResult> Through(Guid identity, HttpContext http, Func<Transaction, Task<IResult?>> work)
    {
        var (ct, account) = (http.RequestAborted, $"mfa {identity:N}");
        if (await throttle.Take(Throttle.SignIn, http, account, ct) is { } refused) return Reply.Error(refused);
        await using (var tx = await db.Begin(ct))
        {
            if (await work(tx) is { } done)
            {
                await tx.Commit(ct);
                await throttle.GiveBack(Throttle.SignIn, http, account, ct);
                return done;
            }
        }

        await audit.Record(new AuditEvent("code_refused", "identity", WireId.Encode(PeopleWire.Identity, identity)), ct);
        return Reply.Error(Error.Unauthorized("The code is wrong, or was used"));
    }
}
