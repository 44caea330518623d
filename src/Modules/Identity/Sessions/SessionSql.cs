using HeadlessPro.Identity.SignIn.OpenId;
using HeadlessPro.Platform;
using Microsoft.Extensions.Configuration;

namespace HeadlessPro.Identity.Sessions;

/// <summary>What is asked of a session <c>s</c>, in SQL.</summary>
internal sealed class SessionSql(IConfiguration configuration, StaffSignOn staff)
{
    // The use of a session is noted every five minutes, and answers about it are remembered for some moments.
    private static readonly TimeSpan LeastIdle = TimeSpan.FromMinutes(10);

    // The person behind session s, now; nobody yet where the address must be proven first, and is not.
    public string ActorOf { get; } = $"""
        case s.actor_type when 'customer' then (
            select c.id from identity.customers c where c.identity_id = s.identity_id and c.deleted_at is null
                {(AsksForProof(configuration) ? "and not exists (select from identity.sign_ins v where v.identity_id = s.identity_id and v.provider = 'emailpass' and v.verified_at is null)" : "")})
            when 'user' then (select u.id from identity.users u where u.identity_id = s.identity_id and u.deleted_at is null and u.deactivated_at is null)
            when 'app' then (select p.id from identity.apps p where p.identity_id = s.identity_id and p.deleted_at is null) end
        """;

    // What they may do, now.
    public const string GrantsOf = """
        array(select g from identity.users u join identity.user_roles ur on ur.user_id = u.id join identity.roles r on r.id = ur.role_id, unnest(r.permissions) g
            where s.actor_type = 'user' and u.identity_id = s.identity_id and u.deleted_at is null and u.deactivated_at is null)
        """;

    // Whether a role of that identity's asks for a second factor.
    public static string RoleAsksOf(string identity) => $"""
        exists (select from identity.users u join identity.user_roles ur on ur.user_id = u.id join identity.roles r on r.id = ur.role_id
            where u.identity_id = {identity} and u.deleted_at is null and r.requires_mfa)
        """;

    public static string MissesFactor { get; } = $"(s.actor_type = 'user' and s.second_factor_at is null and {RoleAsksOf("s.identity_id")})";

    // As above, of who has one: they are to show it, not to set up another.
    public static string OwesFactor { get; } = $"""
        ({MissesFactor} and (exists (select from identity.mfa_factors f where f.identity_id = s.identity_id and f.enabled_at is not null)
            or exists (select from identity.passkeys p where p.identity_id = s.identity_id and p.actor_type = s.actor_type and p.is_user_verified)))
        """;

    // The storefront makes the customer of it.
    public const string ProfileOf = """
        (select v.profile::text from identity.sign_ins v where v.identity_id = s.identity_id and v.profile is not null
            and not exists (select from identity.customers c where c.identity_id = s.identity_id) order by v.updated_at desc limit 1)
        """;

    // Whether session s goes on: neither ended, nor over, nor left alone for too long. Those of apps have an end of their own that moves.
    public string GoesOn { get; } = $"""
        s.revoked_at is null and s.expires_at > now() and (s.app_id is not null or s.last_used_at > now() - make_interval(secs => case s.actor_type
            when 'user' then {IdleSeconds(configuration, "Identity:StaffSessionIdle", TimeSpan.FromHours(12))} else {IdleSeconds(configuration, "Identity:SessionIdle", TimeSpan.FromDays(14))} end)){OpenedAsNow(staff)}
        """;

    private static long IdleSeconds(IConfiguration configuration, string setting, TimeSpan fallback)
    {
        var idle = configuration.GetValue(setting, fallback);
        return idle >= LeastIdle ? (long)idle.TotalSeconds : throw new StartException($"{setting} must be {LeastIdle} or longer, got: '{idle}'.");
    }

    // Where staff sign in at a provider only, what they opened in another way before does not go on. Names of providers have nothing but letters, digits and hyphens.
    private static string OpenedAsNow(StaffSignOn staff) => !staff.IsOnly ? "" : $"""

            and (s.actor_type <> 'user' or s.app_id is not null or s.provider in ({string.Join(", ", staff.Providers.Select(p => $"'{p}'"))}) or (s.provider = 'emailpass' and exists (
                select from identity.sign_ins w where w.identity_id = s.identity_id and w.provider = 'emailpass' and w.subject = '{staff.BreakGlass?.Replace("'", "''", StringComparison.Ordinal)}')))
        """;

    public static bool AsksForProof(IConfiguration configuration) => configuration.GetValue("Identity:RequireVerifiedEmail", false);
}
