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
        IResult? done = null;
        return await Refuse(identity, http, async tx => (done = await work(tx)) is not null) is { } refused ? Reply.Error(refused) : done!;
    }

    /// <summary>As <see cref="Through"/>: why it was not let through; null when it was.</summary>
    public async Task<Error?> Refuse(Guid identity, HttpContext http, Func<Transaction, Task<bool>> work)
    {
        var (ct, account) = (http.RequestAborted, $"mfa {identity:N}");
        if (await throttle.Take(Throttle.SignIn, http, account, ct) is { } refused) return refused;
        await using (var tx = await db.Begin(ct))
        {
            if (await work(tx))
            {
                await tx.Commit(ct);
                await throttle.GiveBack(Throttle.SignIn, http, account, ct);
                return null;
            }
        }

        await audit.Record(new AuditEvent("code_refused", "identity", WireId.Encode(PeopleWire.Identity, identity)), ct);
        return Error.Unauthorized("The code is wrong, or was used");
    }
}
