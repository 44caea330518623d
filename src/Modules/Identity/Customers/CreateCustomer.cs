using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace HeadlessPro.Identity.Customers;

/// <summary>Makes whoever has registered a customer. Their next token (sign in again, or refresh) says so.</summary>
internal sealed record CreateCustomerRequest(
    string? Email = null, string? FirstName = null, string? LastName = null, string? CompanyName = null, string? Phone = null, JsonElement? Metadata = null);

internal static class CreateCustomer
{
    public static async Task<IResult> Handle(Body<CreateCustomerRequest> body, ApiQuery query, Actor actor, Db db, CustomersStore customers, CancellationToken ct)
    {
        var request = body.Value;
        var fields = CustomerFields.Customer(query);
        CustomerRules.Check(request.FirstName, request.LastName, request.CompanyName, request.Phone, request.Metadata);
        if (actor.Session.ActorId is not null) return Reply.Error(Error.Invalid("Request already authenticated as a customer."));
        if (request.Email is { } given && !EmailAddress.IsOne(EmailAddress.Plain(given)))
            return Reply.Error(Error.Invalid("Invalid request: Field 'email' must be an e-mail address"));

        try
        {
            return await Insert(request, actor.Session.IdentityId, db, ct) is { } id
                ? Reply.One("customer", (await customers.Find(id, ct))!, PeopleJson.Default.CustomerResponse, fields)
                : Reply.Error(Error.Invalid("Invalid request: Field 'email' must be the e-mail address that was registered"));
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return Reply.Error(Error.Duplicate("Customer with this email already has an account"));
        }
    }

    // Nobody takes an address that is not the one they sign in with.
    private static async Task<Guid?> Insert(CreateCustomerRequest request, Guid identity, Db db, CancellationToken ct)
    {
        await using var command = db.Command("""
            insert into identity.customers (id, identity_id, email, first_name, last_name, company_name, phone, metadata)
            select $1, $2, e.email, $4, $5, $6, $7, $8::jsonb
            from (select subject as email from identity.sign_ins where identity_id = $2 and provider = 'emailpass' and ($3::text is null or subject = $3) order by id limit 1) e
            returning id
            """);
        command.Parameters.Add(new() { Value = WireId.New() });
        command.Parameters.Add(new() { Value = identity });
        foreach (var text in (string?[])[request.Email is { } email ? EmailAddress.Plain(email) : null, request.FirstName, request.LastName, request.CompanyName, request.Phone, Check.JsonText(request.Metadata)])
            command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text, Value = (object?)text ?? DBNull.Value });
        return (Guid?)await command.ExecuteScalarAsync(ct);
    }
}

/// <summary>Bounds of what customers say of themselves.</summary>
internal static class CustomerRules
{
    public static void Check(string? firstName, string? lastName, string? companyName, string? phone, JsonElement? metadata)
    {
        Platform.Web.Check.Text("first_name", firstName);
        Platform.Web.Check.Text("last_name", lastName);
        Platform.Web.Check.Text("company_name", companyName);
        Platform.Web.Check.Text("phone", phone, max: 40);
        Platform.Web.Check.Json("metadata", metadata);
    }
}

/// <summary>The rows of customers.</summary>
internal sealed class CustomersStore(Db db, PersonalSeal seal)
{
    /// <summary>Writes what was sent; nothing where there is no such customer.</summary>
    public async Task Update(Guid customer, UpdateCustomerRequest request, CancellationToken ct)
    {
        CustomerRules.Check(request.FirstName.Value, request.LastName.Value, request.CompanyName.Value, request.Phone.Value, request.Metadata.Value);
        var sent = new SentColumns().Add("first_name", request.FirstName).Add("last_name", request.LastName).Add("company_name", request.CompanyName)
            .Add("phone", request.Phone).Add("metadata", request.Metadata);
        sent.Parameters.Add("customer", customer);
        await using var tx = await db.Begin(ct);
        // Nothing is written down of a change to nobody.
        if (await tx.Connection.ExecuteAsync(new CommandDefinition(
            $"update identity.customers set updated_at = now(){sent.Sql} where id = @customer and deleted_at is null", sent.Parameters, tx.Inner, cancellationToken: ct)) > 0) await tx.Commit(ct);
    }

    /// <summary>A customer with their address book; null when there is none, or no longer.</summary>
    public async Task<CustomerResponse?> Find(Guid customer, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return (await connection.QuerySingleOrDefaultAsync<CustomerRow>(new CommandDefinition(
            $"select {CustomerRow.Columns} from identity.customers c where c.id = @customer and c.deleted_at is null", new { customer }, cancellationToken: ct)))?.ToWire(seal);
    }

    /// <summary>A page of them.</summary>
    public async Task<ListPage<CustomerResponse>> Read(SqlListRequest list, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return (await list.Read<CustomerRow>(connection, ct)).To(row => row.ToWire(seal));
    }
}
