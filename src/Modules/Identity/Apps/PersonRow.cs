using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Identity.Apps;

/// <summary>Who is behind a session, as far as apps may be told; Age is the seconds since its sign-in.</summary>
internal sealed record PersonRow(string ActorType, Guid? ActorId, int Age, string Email, string? FirstName, string? LastName, bool IsEmailVerified)
{
    public static async Task<PersonRow> Read(Db db, Guid session, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return await connection.QuerySingleAsync<PersonRow>(new CommandDefinition("""
            select s.actor_type, coalesce(c.id, u.id) as actor_id, extract(epoch from now() - s.created_at)::int as age,
                coalesce(c.email, u.email, '') as email, coalesce(c.first_name, u.first_name) as first_name, coalesce(c.last_name, u.last_name) as last_name,
                exists (select from identity.sign_ins i where i.identity_id = s.identity_id and i.subject = coalesce(c.email, u.email) and i.verified_at is not null) as is_email_verified
            from identity.sessions s
                left join identity.customers c on s.actor_type = 'customer' and c.identity_id = s.identity_id and c.deleted_at is null
                left join identity.users u on s.actor_type = 'user' and u.identity_id = s.identity_id and u.deleted_at is null
            where s.id = @session
            """, new { session }, cancellationToken: ct));
    }

    /// <summary>What those scopes tell (OpenID Connect Core, 5.4).</summary>
    public Dictionary<string, object> Claims(IReadOnlyList<string> scopes)
    {
        var claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["sub"] = WireId.Encode(PeopleWire.PrefixOf(ActorType), ActorId!.Value) };
        if (scopes.Contains(Scopes.Email)) (claims["email"], claims["email_verified"]) = (Email, IsEmailVerified);
        if (!scopes.Contains(Scopes.Profile)) return claims;
        if (FirstName is not null) claims["given_name"] = FirstName;
        if (LastName is not null) claims["family_name"] = LastName;
        if ($"{FirstName} {LastName}".Trim() is { Length: > 0 } name) claims["name"] = name;
        return claims;
    }
}
