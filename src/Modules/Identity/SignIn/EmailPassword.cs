using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Identity.SignIn.OpenId;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Identity.SignIn;

/// <summary>E-mail address and password.</summary>
internal sealed class EmailPassword(Db db, Passwords passwords, StaffSignOn staff) : ISignInProvider
{
    public const string Provider = "emailpass";

    public static Error Wrong => Error.Unauthorized("Invalid email or password");

    public string Id => Provider;

    public string DisplayName => "E-mail and password";

    public string Flow => "credentials";

    public string? AccountOf(SignInAttempt attempt) => attempt.Text("email") is { } email ? EmailAddress.Plain(email) : null;

    public async Task<Result<SignInOutcome>> SignIn(SignInAttempt attempt, CancellationToken ct)
    {
        if (!Read(attempt).Try(out var given, out var error)) return error;
        var found = await Find(given.Email, ct);
        var isClosed = found.Identity is null || staff.Refuses(attempt.ActorType, given.Email);
        var (isRight, better) = await passwords.Check(found.Secret, found.Others, isClosed, given.Password, ct);
        if (!isRight) return Wrong;
        if (better is not null) await Replace(given.Email, found.Secret!, better, ct);
        return new SignInOutcome(found.Identity!.Value, Account: given.Email, Revocations: found.Revocations);
    }

    public async Task<Result<SignInOutcome>> Register(SignInAttempt attempt, CancellationToken ct)
    {
        if (!Read(attempt).Try(out var given, out var error)) return error;
        if (!EmailAddress.IsOne(given.Email)) return Error.Invalid("Invalid request: Field 'email' must be an e-mail address");
        if (Passwords.Refuse(given.Password, given.Email) is { } weak) return Error.Invalid($"Invalid request: Field 'password': {weak}", "weak_password");
        var hash = await passwords.Hash(given.Password, ct);
        var identity = WireId.New();
        await using var command = db.Command("""
            with person as (
                insert into identity.identities (id)
                select $1 where not exists (select from identity.sign_ins where provider = $3 and subject = $4) returning id)
            insert into identity.sign_ins (id, identity_id, provider, subject, secret)
            select $2, id, $3, $4, $5 from person
            """);
        foreach (var value in (object[])[identity, WireId.New(), Provider, given.Email, hash]) command.Parameters.Add(new() { Value = value });
        try
        {
            if (await command.ExecuteNonQueryAsync(ct) == 1) return new SignInOutcome(identity, Account: given.Email);
        }
        catch (Npgsql.PostgresException e) when (e.SqlState == Npgsql.PostgresErrorCodes.UniqueViolation)
        {
            // Twice at once.
        }

        // The storefront reads this very message.
        return Error.Unauthorized("Identity with email already exists");
    }

    private static Result<(string Email, string Password)> Read(SignInAttempt attempt)
    {
        if (attempt.Text("password") is not { } password) return Error.Unauthorized("Password should be a string");
        if (attempt.Text("email") is not { } email) return Error.Unauthorized("Email should be a string");
        return (EmailAddress.Plain(email), password);
    }

    // For an address nobody has, somebody's hash, without its identity: what is done with it takes as long, here and after.
    private async Task<(Guid? Identity, string? Secret, int Revocations, string[] Others)> Find(string email, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var found = await connection.QuerySingleOrDefaultAsync<(Guid?, string?, int, string[])?>(new CommandDefinition("""
            select case when p.is_theirs then i.id end, p.secret, i.revocations, array(
                select e.hash from identity.hash_of_each_kind() e where e.kind <> identity.hash_kind(p.secret))
            from (
                (select true as is_theirs, s.identity_id, s.secret from identity.sign_ins s where s.provider = @Provider and s.subject = @email and s.secret is not null)
                union all
                (select false, s.identity_id, s.secret from identity.sign_ins s where s.secret is not null order by identity.hash_kind(s.secret) limit 1)
                order by is_theirs desc limit 1) as p
            join identity.identities i on i.id = p.identity_id
            """, new { Provider, email }, cancellationToken: ct));
        return found ?? (null, null, 0, []);
    }

    // Unless it was changed meanwhile.
    private async Task Replace(string email, string old, string better, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            "update identity.sign_ins set secret = @better, updated_at = now() where provider = @Provider and subject = @email and secret = @old",
            new { Provider, email, old, better }, cancellationToken: ct));
    }
}
