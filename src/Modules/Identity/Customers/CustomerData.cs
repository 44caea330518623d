using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Contracts.Privacy;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;

namespace HeadlessPro.Identity.Customers;

/// <summary>
/// Keeps <see cref="ICustomerData"/>. What stands here must name every table with something of a customer; a test plants a text in each and looks for it.
/// </summary>
internal sealed class CustomerData(Db db, PersonalSeal seal) : ICustomerData
{
    /// <summary>Who signs in as the customer; of one that staff deleted, who did, unless they are somebody else by now.</summary>
    public const string Mine = """
        (select coalesce(m.identity_id, (
                select s.identity_id from identity.sign_ins s where m.deleted_at is not null and s.provider = 'emailpass' and s.subject = m.email
                    and not exists (select from identity.customers o where o.identity_id = s.identity_id) and not exists (select from identity.users u where u.identity_id = s.identity_id)))
            from identity.customers m where m.id = @CustomerId)
        """;

    private const string Addresses = "addresses";

    private static readonly string Documents = $"""
        select 'profile' as name, coalesce(json_agg(r), '[]')::text as json from (
            select audit.wire_id('cus', c.id) as id, c.email, c.first_name, c.last_name, c.company_name, c.phone, c.metadata, c.created_at, c.updated_at
            from identity.customers c where c.id = @CustomerId) r
        union all
        select '{Addresses}', coalesce(json_agg(r), '[]')::text from (
            select audit.wire_id('cuaddr', a.id) as id, a.sealed as address, a.is_default_shipping, a.is_default_billing, a.created_at, a.updated_at
            from identity.customer_addresses a where a.customer_id = @CustomerId order by a.id) r
        union all
        select 'ways_to_sign_in', coalesce(json_agg(r), '[]')::text from (
            select s.provider, s.subject, s.profile, s.verified_at, s.created_at, s.updated_at from identity.sign_ins s where s.identity_id = {Mine} order by s.id) r
        union all
        select 'sessions', coalesce(json_agg(r), '[]')::text from (
            select audit.wire_id('ses', s.id) as id, s.provider, host(s.ip) as ip, s.user_agent, p.name as app, s.scopes, s.created_at, s.last_used_at, s.expires_at, s.revoked_at
            from identity.sessions s left join identity.apps p on p.id = s.app_id
            where s.identity_id = {Mine} and s.actor_type = 'customer' order by s.id) r
        union all
        select 'apps', coalesce(json_agg(r), '[]')::text from (
            select p.name as app, a.scopes, a.created_at, a.updated_at from identity.app_consents a join identity.apps p on p.id = a.app_id where a.identity_id = {Mine} order by p.name) r
        union all
        select 'passkeys', coalesce(json_agg(r), '[]')::text from (
            select k.name, k.transports, k.is_backed_up, k.created_at, k.last_used_at from identity.passkeys k
            where k.identity_id = {Mine} and k.actor_type = 'customer' order by k.id) r
        union all
        select 'second_factors', coalesce(json_agg(r), '[]')::text from (
            select f.label, f.enabled_at, f.created_at from identity.mfa_factors f where f.identity_id = {Mine} order by f.id) r
        """;

    public async Task<Result<Person>> FindPerson(FindPerson request, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var row = await connection.QuerySingleOrDefaultAsync<PersonRow>(new CommandDefinition($"""
            select c.id, c.email,
                array(select c.email union select s.subject from identity.sign_ins s where s.identity_id = i.identity and s.subject like '%@%'
                    union select s.profile ->> 'email' from identity.sign_ins s where s.identity_id = i.identity and s.profile ->> 'email' is not null) as emails,
                array(select lower(s.subject) from identity.sign_ins s
                    where s.identity_id = i.identity and s.provider in ('emailpass', 'phone') and s.verified_at is not null
                    union select c.email where c.identity_id is null and c.email_verified_at is not null) as proven,
                array(select c.phone where c.phone <> '' union select s.subject from identity.sign_ins s where s.identity_id = i.identity and s.provider = 'phone') as phones,
                array(select a.sealed from identity.customer_addresses a where a.customer_id = c.id) as addresses,
                array(select audit.wire_id('cus', c.id) union select audit.wire_id('authid', i.identity) where i.identity is not null and not exists (select from identity.users u where u.identity_id = i.identity)
                    union select audit.wire_id('ses', s.id) from identity.sessions s where s.identity_id = i.identity and s.actor_type = 'customer') as "references"
            from identity.customers c cross join lateral (select {Mine} as identity) i where c.id = @CustomerId
            """, new { request.CustomerId }, cancellationToken: ct));
        return row is null
            ? Error.NotFound($"Customer with id: {WireId.Encode(PeopleWire.Customer, request.CustomerId)} was not found")
            : new Person(
                row.Id, row.Email, row.Emails, row.Proven,
                [.. row.Phones.Union(row.Addresses.Select(a => seal.Open(a, CustomerRowsJson.Default.AddressDetails).Phone).OfType<string>().Where(p => p.Length > 0))], [], [], row.References);
    }

    public async Task<Result<PersonalData>> ReadPersonalData(Person request, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var documents = await connection.QueryAsync<PersonalDocument>(new CommandDefinition(Documents, new { request.CustomerId }, cancellationToken: ct));
        return new PersonalData([.. documents.Select(d => d.Name == Addresses ? d with { Json = Opened(d.Json) } : d)]);
    }

    private string Opened(string addresses)
    {
        var rows = JsonNode.Parse(addresses)!.AsArray();
        foreach (var row in rows.OfType<JsonObject>())
            row["address"] = JsonSerializer.SerializeToNode(seal.Open((string)row["address"]!, CustomerRowsJson.Default.AddressDetails), CustomerRowsJson.Default.AddressDetails);
        return rows.ToJsonString();
    }

    public async Task<Result<Forgotten>> ForgetPerson(ForgetPerson request, CancellationToken ct) => await ForgetCustomer.Run(db, request, ct);

    public async Task<Result<FreshSession>> RequireFreshSession(RequireFreshSession request, CancellationToken ct) =>
        await FreshSignIn.Refuse(db, request.SessionId, ct) is { } no ? no : new FreshSession(request.SessionId);

    private sealed record PersonRow(Guid Id, string Email, string[] Emails, string[] Proven, string[] Phones, string[] Addresses, string[] References);
}
