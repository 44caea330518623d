using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace HeadlessPro.Identity.Staff;

/// <summary>Makes a role of one's own. With <paramref name="RequiresMfa"/> its holders may do nothing until they have shown a second factor.</summary>
internal sealed record CreateRoleRequest(string Name, IReadOnlyList<string> Permissions, string? Description = null, bool RequiresMfa = false);

/// <summary>Changes what is sent. Whoever has the role may do by it, at once, what it says then.</summary>
internal sealed record UpdateRoleRequest(string? Name = null, IReadOnlyList<string>? Permissions = null, Optional<string?> Description = default, bool? RequiresMfa = null);

/// <summary>Roles are made of permissions; nobody makes, changes or deletes one that lets its holders do more than themselves. Of the built-in ones it can be said that they ask for a second factor, and nothing else.</summary>
internal static class ChangeRole
{
    private const int LongestName = 60;

    public static async Task<IResult> Create(Body<CreateRoleRequest> body, Caller caller, Db db, CancellationToken ct)
    {
        var request = body.Value;
        CheckName(request.Name);
        Check.Text("description", request.Description, max: 1000);
        var grants = Grants.Checked("permissions", request.Permissions, caller);
        await using var tx = await db.Begin(ct);
        try
        {
            var row = await tx.Connection.QuerySingleAsync<RoleRow>(new CommandDefinition($"""
                insert into identity.roles as r (id, name, description, permissions, requires_mfa) values (@id, @Name, @Description, @grants, @RequiresMfa) returning {RoleRow.Columns}
                """, new { id = WireId.New(), request.Name, request.Description, request.RequiresMfa, grants }, tx.Inner, cancellationToken: ct));
            await tx.Commit(ct);
            return Reply.Json(new RoleEnvelope(row.ToWire()), StaffJson.Default.RoleEnvelope);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return Reply.Error(Taken(request.Name));
        }
    }

    public static async Task<IResult> Update(string id, Body<UpdateRoleRequest> body, Caller caller, Db db, CancellationToken ct)
    {
        var request = body.Value;
        if (request.Name is not null) CheckName(request.Name);
        Check.Text("description", request.Description.Value, max: 1000);
        var grants = request.Permissions is null ? null : Grants.Checked("permissions", request.Permissions, caller);
        await using var tx = await db.Begin(ct);
        var role = await Lock(tx, id, caller, isContent: request.Name is not null || grants is not null || request.Description.IsSet, ct);
        try
        {
            var row = await tx.Connection.QuerySingleAsync<RoleRow>(new CommandDefinition($"""
                update identity.roles r set name = coalesce(@Name, name), permissions = coalesce(@grants, permissions), requires_mfa = coalesce(@RequiresMfa, requires_mfa),
                    description = case when @isDescription then @description else description end, updated_at = now()
                where r.id = @role returning {RoleRow.Columns}
                """, new { role, request.Name, request.RequiresMfa, grants, isDescription = request.Description.IsSet, description = request.Description.Value }, tx.Inner, cancellationToken: ct));
            tx.Publish(new StaffChanged(await Holders(tx, role, ct)));
            await tx.Commit(ct);
            return Reply.Json(new RoleEnvelope(row.ToWire()), StaffJson.Default.RoleEnvelope);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return Reply.Error(Taken(request.Name!));
        }
    }

    public static async Task<IResult> Delete(string id, Caller caller, Db db, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        var role = await Lock(tx, id, caller, isContent: true, ct);
        tx.Publish(new StaffChanged(await Holders(tx, role, ct)));
        await tx.Connection.ExecuteAsync(new CommandDefinition(
            "delete from identity.user_roles where role_id = @role; delete from identity.roles where id = @role", new { role }, tx.Inner, cancellationToken: ct));
        await tx.Commit(ct);
        return Reply.Deleted(id, "role");
    }

    private static async Task<Guid> Lock(Transaction tx, string id, Caller caller, bool isContent, CancellationToken ct)
    {
        if (!WireId.TryDecode(StaffWire.Role, id, out var role)) throw new ErrorException(StaffErrors.NoRole(id));
        var found = await tx.Connection.QuerySingleOrDefaultAsync<RoleRow>(new CommandDefinition(
            $"select {RoleRow.Columns} from identity.roles r where r.id = @role for update", new { role }, tx.Inner, cancellationToken: ct));
        if (found is null) throw new ErrorException(StaffErrors.NoRole(id));
        if (found.IsBuiltIn && isContent) throw new ErrorException(Error.NotAllowed($"Role {found.Name} is built in and cannot be changed: make one of your own"));
        Grants.RequireAll(found.Permissions, caller);
        return role;
    }

    private static async Task<Guid[]> Holders(Transaction tx, Guid role, CancellationToken ct) =>
        [.. await tx.Connection.QueryAsync<Guid>(new CommandDefinition(
            "select user_id from identity.user_roles where role_id = @role order by user_id", new { role }, tx.Inner, cancellationToken: ct))];

    private static void CheckName(string name)
    {
        if (name.Length is 0 or > LongestName || !(char.IsAsciiLetterLower(name[0]) || char.IsAsciiDigit(name[0]))
            || name.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-'))
            throw new ErrorException(Error.Invalid($"Invalid request: Field 'name' must have 1 to {LongestName} small letters, digits and hyphens"));
    }

    private static Error Taken(string name) => Error.Duplicate($"Role with name: {name}, already exists.");
}
