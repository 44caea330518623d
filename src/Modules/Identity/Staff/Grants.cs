using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Identity.Staff;

/// <summary>Nobody grants what they do not have, nor changes who may do more than they.</summary>
internal static class Grants
{
    private const int Most = 100;

    /// <summary>The grants of a request, if there are such and the caller may give them.</summary>
    public static string[] Checked(string field, IReadOnlyList<string> given, Caller caller)
    {
        Check.Count(field, given, Most);
        foreach (var grant in given)
            if (!Permissions.IsGrant(grant))
                throw new ErrorException(Error.Invalid($"Invalid request: Value for field '{field}' must be permissions such as 'orders:read', 'orders:*' or '*', got: '{(grant.Length > 80 ? grant[..80] : grant)}'"));
        RequireAll(given, caller);
        return [.. given.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>403 naming what the caller lacks of them.</summary>
    public static void RequireAll(IEnumerable<string> grants, Caller caller)
    {
        foreach (var grant in grants)
            if (!caller.May(grant)) throw new ErrorException(Error.Forbidden($"The permission '{grant}' is missing: nobody gives what they do not have"));
    }
}

/// <summary>Roles by their names, for those who give and take them.</summary>
internal static class RolesByName
{
    public static readonly Guid Admin = Guid.Parse("00000000-0000-7000-8000-000000000001");

    private const int Most = 20;

    /// <summary>The ids of roles that the caller may give. They stay as they are until the transaction is over.</summary>
    public static async Task<Guid[]> ToGive(Transaction tx, IReadOnlyList<string> names, Caller caller, CancellationToken ct)
    {
        Check.Count("roles", names, Most);
        var found = (await tx.Connection.QueryAsync<(Guid Id, string Name, string[] Grants)>(new CommandDefinition(
            "select id, name, permissions from identity.roles where name = any (@names) order by id for share", new { names = names.ToArray() }, tx.Inner, cancellationToken: ct))).AsList();
        if (names.FirstOrDefault(n => found.TrueForAll(r => r.Name != n)) is { } unknown)
            throw new ErrorException(Error.Invalid($"Role with name: {(unknown.Length > 80 ? unknown[..80] : unknown)} was not found"));
        foreach (var role in found) Grants.RequireAll(role.Grants, caller);
        return [.. found.Select(r => r.Id)];
    }
}
