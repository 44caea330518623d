using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Identity.Sessions;

/// <summary>
/// What is asked before anything that outlives a session, a way in or a second factor: a session that lies open somewhere is not enough, and
/// neither is the first of two factors where somebody has the second.
/// </summary>
internal static class FreshSignIn
{
    private const string IsFresh = "s.created_at > now() - interval '15 minutes'";

    /// <summary>Why this session may not; null where it may.</summary>
    public static async Task<Error?> Refuse(Db db, Guid session, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var row = await connection.QuerySingleOrDefaultAsync<(bool IsFresh, bool OwesFactor)>(new CommandDefinition(
            $"select {IsFresh}, {SessionSql.OwesFactor} from identity.sessions s where s.id = @session", new { session }, cancellationToken: ct));
        return row.OwesFactor ? new Error(ErrorType.Forbidden, "mfa_required", "Your role asks for a second factor, and you have one: sign in with it")
            : row.IsFresh ? null
            : new Error(ErrorType.Forbidden, "sign_in_again", "Sign in again: this needs a sign-in of the last 15 minutes");
    }
}
