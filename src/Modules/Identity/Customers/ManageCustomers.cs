using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Customers;

/// <summary>
/// A customer that staff make, without an account. Who registers with that address is a customer of their own: a stranger would get what staff wrote.
/// <paramref name="EmailVerified"/>: staff have made sure that the address is theirs, so that what was bought with it as a guest is, too, for an export or an erasure.
/// </summary>
internal sealed record AdminCreateCustomerRequest(
    string Email, string? FirstName = null, string? LastName = null, string? CompanyName = null, string? Phone = null, JsonElement? Metadata = null, bool EmailVerified = false);

/// <summary><c>/admin/customers</c>: those with an account and those without.</summary>
internal static class ManageCustomers
{
    private static readonly SqlList Customers = new("identity.customers c", CustomerRow.Columns, "c.id")
    {
        Alive = "c.deleted_at is null",
        Filters = (filter, query) => filter
            .And("c.id = any (@value)", query.Ids("id", PeopleWire.Customer))
            .And("c.email = any (@value)", query.Texts("email"))
            .And("(c.identity_id is not null) = @value", query.Flag("has_account"))
            .AndWords(query.Text("q"), "concat_ws(' ', c.email, c.first_name, c.last_name, c.company_name, c.phone)")
            .AndTimes(query, "c"),
        Orders = SqlList.Columns("c", "id", "email", "first_name", "last_name", "company_name", "created_at", "updated_at"),
        DefaultOrder = "c.created_at desc",
    };

    public static async Task<IResult> List(ApiQuery query, CustomersStore customers, CancellationToken ct)
    {
        var fields = CustomerFields.Customer(query);
        return Reply.Page("customers", await customers.Read(Customers.Of(query), ct), PeopleJson.Default.CustomerResponse, fields);
    }

    public static async Task<IResult> One(string id, ApiQuery query, CustomersStore customers, CancellationToken ct)
    {
        var fields = CustomerFields.Customer(query);
        query.RejectUnknown();
        return await Answer(id, customers, fields, ct);
    }

    public static async Task<IResult> Create(Body<AdminCreateCustomerRequest> body, ApiQuery query, Db db, CustomersStore customers, CancellationToken ct)
    {
        var request = body.Value;
        var fields = CustomerFields.Customer(query);
        query.RejectUnknown();
        CustomerRules.Check(request.FirstName, request.LastName, request.CompanyName, request.Phone, request.Metadata);
        var email = EmailAddress.Plain(request.Email);
        if (!EmailAddress.IsOne(email)) return Reply.Error(Error.Invalid("Invalid request: Field 'email' must be an e-mail address"));
        var id = WireId.New();
        await using (var tx = await db.Begin(ct))
        {
            await tx.Connection.ExecuteAsync(new CommandDefinition("""
                insert into identity.customers (id, email, email_verified_at, first_name, last_name, company_name, phone, metadata)
                values (@id, @email, case when @EmailVerified then now() end, @FirstName, @LastName, @CompanyName, @Phone, @metadata::jsonb)
                """, new { id, email, request.EmailVerified, request.FirstName, request.LastName, request.CompanyName, request.Phone, metadata = Check.JsonText(request.Metadata) }, tx.Inner, cancellationToken: ct));
            await tx.Commit(ct);
        }

        return await Answer(WireId.Encode(PeopleWire.Customer, id), customers, fields, ct);
    }

    public static async Task<IResult> Update(string id, Body<UpdateCustomerRequest> body, ApiQuery query, CustomersStore customers, CancellationToken ct)
    {
        var fields = CustomerFields.Customer(query);
        query.RejectUnknown();
        if (WireId.TryDecode(PeopleWire.Customer, id, out var customer)) await customers.Update(customer, body.Value, ct);
        return await Answer(id, customers, fields, ct);
    }

    /// <summary>The row stays, for the orders it bought. Whoever signed in as it is out, and nobody's until they become a customer again.</summary>
    public static async Task<IResult> Delete(string id, Db db, CancellationToken ct)
    {
        if (!WireId.TryDecode(PeopleWire.Customer, id, out var customer)) return Reply.Error(NotFound(id));
        await using var tx = await db.Begin(ct);
        var identities = (await tx.Connection.QueryAsync<Guid?>(new CommandDefinition("""
            with found as (select id, identity_id from identity.customers where id = @customer and deleted_at is null for update)
            update identity.customers c set deleted_at = now(), updated_at = now(), identity_id = null from found where c.id = found.id
            returning found.identity_id
            """, new { customer }, tx.Inner, cancellationToken: ct))).AsList();
        if (identities is not [var identity]) return Reply.Error(NotFound(id));
        if (identity is { } known) await SessionStore.RevokeIn(tx, known, null, null, ct, ActorTypes.Customer);
        await tx.Commit(ct);
        return Reply.Deleted(id, "customer");
    }

    /// <summary>Those of the customer: who is a member of staff as well stays that.</summary>
    public static async Task<IResult> EndSessions(string id, ApiQuery query, Db db, CustomersStore customers, CancellationToken ct)
    {
        var fields = CustomerFields.Customer(query);
        query.RejectUnknown();
        await using (var tx = await db.Begin(ct))
        {
            if (WireId.TryDecode(PeopleWire.Customer, id, out var customer) && await tx.Connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition(
                "select identity_id from identity.customers where id = @customer and deleted_at is null", new { customer }, tx.Inner, cancellationToken: ct)) is { } identity)
            {
                await SessionStore.RevokeIn(tx, identity, null, null, ct, ActorTypes.Customer);
                await tx.Commit(ct);
            }
        }

        return await Answer(id, customers, fields, ct);
    }

    private static async Task<IResult> Answer(string id, CustomersStore customers, Fields fields, CancellationToken ct) =>
        WireId.TryDecode(PeopleWire.Customer, id, out var customer) && await customers.Find(customer, ct) is { } found
            ? Reply.One("customer", found, PeopleJson.Default.CustomerResponse, fields)
            : Reply.Error(NotFound(id));

    private static Error NotFound(string id) => Error.NotFound($"Customer with id: {id} was not found");
}
