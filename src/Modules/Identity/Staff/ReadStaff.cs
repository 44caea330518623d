using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Staff;

/// <summary>Lists and reads staff, invitations, roles and what permissions there are.</summary>
internal static class ReadStaff
{
    private static readonly SqlList UserList = new("identity.users u", UserRow.Columns, "u.id")
    {
        Alive = "u.deleted_at is null",
        Filters = (filter, query) => filter
            .And("u.id = any (@value)", query.Ids("id", PeopleWire.User))
            .And("u.email = any (@value)", query.Texts("email"))
            .And("(u.email ilike @value or u.first_name ilike @value or u.last_name ilike @value)", ListFilter.Pattern(query.Text("q")))
            .And("(u.deactivated_at is null) = @value", query.Flag("is_active"))
            .AndTimes(query, "u"),
        Orders = SqlList.Columns("u", "id", "email", "first_name", "last_name", "created_at", "updated_at"),
        DefaultOrder = "u.created_at asc",
    };

    private static readonly SqlList InviteList = new("identity.invites i", InviteRow.Columns, "i.id")
    {
        Alive = "i.deleted_at is null",
        Filters = (filter, query) => filter
            .And("i.id = any (@value)", query.Ids("id", StaffWire.Invite))
            .And("i.email = any (@value)", query.Texts("email"))
            .And("i.email ilike @value", ListFilter.Pattern(query.Text("q")))
            .And("(i.accepted_at is not null) = @value", query.Flag("accepted"))
            .AndTimes(query, "i"),
        Orders = SqlList.Columns("i", "id", "email", "expires_at", "created_at", "updated_at"),
        DefaultOrder = "i.created_at asc",
    };

    private static readonly SqlList RoleList = new("identity.roles r", RoleRow.Columns, "r.id")
    {
        Filters = (filter, query) => filter
            .And("r.id = any (@value)", query.Ids("id", StaffWire.Role))
            .And("r.name = any (@value)", query.Texts("name"))
            .And("r.name ilike @value", ListFilter.Pattern(query.Text("q")))
            .And("r.is_built_in = @value", query.Flag("is_built_in"))
            .AndTimes(query, "r"),
        Orders = SqlList.Columns("r", "id", "name", "created_at", "updated_at"),
        DefaultOrder = "r.id asc",
    };

    public static async Task<IResult> Users(ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = query.Fields("*", "roles", "permissions");
        var list = UserList.Of(query);
        await using var connection = await db.Open(ct);
        return Reply.Page("users", (await list.Read<UserRow>(connection, ct)).To(r => r.ToWire()), StaffJson.Default.UserResponse, fields);
    }

    public static async Task<IResult> User(string id, Db db, CancellationToken ct) =>
        WireId.TryDecode(PeopleWire.User, id, out var user) && await FindUser(db, user, ct) is { } row
            ? Reply.Json(new UserEnvelope(row.ToWire()), StaffJson.Default.UserEnvelope)
            : Reply.Error(StaffErrors.NoUser(id));

    public static async Task<IResult> Me(Actor actor, Db db, CancellationToken ct) =>
        await FindUser(db, actor.Id, ct) is { } row ? Reply.Json(new UserEnvelope(row.ToWire()), StaffJson.Default.UserEnvelope) : Reply.Error(Error.Unauthorized());

    /// <summary>
    /// <c>/auth/{provider}/user</c>, the public client's <c>auth.createUser</c> after a sign-in at a provider. Whoever is to be staff became so with the
    /// sign-in itself; this tells who they are, and others that they are nobody.
    /// </summary>
    public static async Task<IResult> Provisioned(string provider, Actor actor, IEnumerable<ISignInProvider> providers, Db db, CancellationToken ct) =>
        providers.Any(p => p.Id == provider && p.Flow == "redirect" && p.Serves(ActorTypes.User)) ? await Me(actor, db, ct) : Reply.Error(SignInRoutes.NoProvider(provider));

    public static async Task<IResult> Invites(ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = query.Fields("*", "roles", "-token");
        var list = InviteList.Of(query);
        await using var connection = await db.Open(ct);
        return Reply.Page("invites", (await list.Read<InviteRow>(connection, ct)).To(r => r.ToWire()), StaffJson.Default.InviteResponse, fields);
    }

    public static async Task<IResult> Invite(string id, Db db, CancellationToken ct)
    {
        if (!WireId.TryDecode(StaffWire.Invite, id, out var invite)) return Reply.Error(StaffErrors.NoInvite(id));
        await using var connection = await db.Open(ct);
        var row = await connection.QuerySingleOrDefaultAsync<InviteRow>(new CommandDefinition(
            $"select {InviteRow.Columns} from identity.invites i where i.id = @invite and i.deleted_at is null", new { invite }, cancellationToken: ct));
        return row is null ? Reply.Error(StaffErrors.NoInvite(id)) : Reply.Json(new InviteEnvelope(row.ToWire()), StaffJson.Default.InviteEnvelope);
    }

    public static async Task<IResult> Roles(ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = query.Fields("*", "permissions");
        var list = RoleList.Of(query);
        await using var connection = await db.Open(ct);
        return Reply.Page("roles", (await list.Read<RoleRow>(connection, ct)).To(r => r.ToWire()), StaffJson.Default.RoleResponse, fields);
    }

    public static async Task<IResult> Role(string id, Db db, CancellationToken ct)
    {
        if (!WireId.TryDecode(StaffWire.Role, id, out var role)) return Reply.Error(StaffErrors.NoRole(id));
        await using var connection = await db.Open(ct);
        var row = await connection.QuerySingleOrDefaultAsync<RoleRow>(new CommandDefinition(
            $"select {RoleRow.Columns} from identity.roles r where r.id = @role", new { role }, cancellationToken: ct));
        return row is null ? Reply.Error(StaffErrors.NoRole(id)) : Reply.Json(new RoleEnvelope(row.ToWire()), StaffJson.Default.RoleEnvelope);
    }

    public static IResult AllPermissions() => Reply.Json(
        new PermissionsResponse([.. Permissions.All.Select(p => new PermissionResponse(p.Name, p.Description))], Permissions.All.Count), StaffJson.Default.PermissionsResponse);

    private static async Task<UserRow?> FindUser(Db db, Guid user, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return await connection.QuerySingleOrDefaultAsync<UserRow>(new CommandDefinition(
            $"select {UserRow.Columns} from identity.users u where u.id = @user and u.deleted_at is null", new { user }, cancellationToken: ct));
    }
}

internal static class StaffErrors
{
    public static Error NoUser(string id) => Error.NotFound($"User with id: {id} was not found");

    public static Error NoInvite(string id) => Error.NotFound($"Invite with id: {id} was not found");

    public static Error NoRole(string id) => Error.NotFound($"Role with id: {id} was not found");

    public static readonly Error LastAdmin = Error.NotAllowed("There must be an admin who is active: make somebody else one first", "last_admin");
}
