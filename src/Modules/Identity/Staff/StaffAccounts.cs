using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Npgsql;

namespace HeadlessPro.Identity.Staff;

/// <summary>Keeps <see cref="IStaff"/>.</summary>
internal sealed class StaffAccounts(Db db, Passwords passwords) : IStaff
{
    public async Task<Result<StaffInfo>> Create(CreateStaff request, CancellationToken ct)
    {
        var email = EmailAddress.Plain(request.Email);
        if (!EmailAddress.IsOne(email)) return Error.Invalid($"'{request.Email}' is no e-mail address");
        if (Passwords.Refuse(request.Password, email) is { } weak) return Error.Invalid(weak, "weak_password");
        var hash = await passwords.Hash(request.Password, ct);
        await using var tx = await db.Begin(ct);
        var (role, isAny) = await tx.Connection.QuerySingleAsync<(Guid? Role, bool IsAny)>(new CommandDefinition("""
            lock table identity.users in share row exclusive mode;
            select (select id from identity.roles where name = @Role), exists (select from identity.users)
            """, request, tx.Inner, cancellationToken: ct));
        if (role is null) return Error.Invalid($"There is no role '{request.Role}'");
        if (request.OnlyFirst && isAny) return Error.NotAllowed("There is staff already", "not_first");
        try
        {
            var (id, identity) = (WireId.New(), WireId.New());
            await tx.Connection.ExecuteAsync(new CommandDefinition("""
                insert into identity.identities (id) values (@identity);
                insert into identity.sign_ins (id, identity_id, provider, subject, secret, verified_at) values (@signIn, @identity, @Provider, @email, @hash, now());
                insert into identity.users (id, identity_id, email) values (@id, @identity, @email);
                insert into identity.user_roles (user_id, role_id) values (@id, @role)
                """, new { id, identity, signIn = WireId.New(), EmailPassword.Provider, email, hash, role }, tx.Inner, cancellationToken: ct));
            tx.Publish(new StaffChanged([id]));
            await tx.Commit(ct);
            return new StaffInfo(id, email);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return Error.Duplicate($"Somebody signs in as {email} already: invite them, POST /admin/invites", "email_taken");
        }
    }
}
