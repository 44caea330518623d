using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Customers;

/// <summary>An address as it is sent, whole or what changes of it. An empty string is a value.</summary>
internal sealed record CustomerAddressRequest(
    Optional<string?> AddressName = default, Optional<string?> FirstName = default, Optional<string?> LastName = default, Optional<string?> Company = default,
    [property: JsonPropertyName("address_1")] Optional<string?> Address1 = default, [property: JsonPropertyName("address_2")] Optional<string?> Address2 = default,
    Optional<string?> City = default, Optional<string?> Province = default, Optional<string?> PostalCode = default, Optional<string?> CountryCode = default,
    Optional<string?> Phone = default, Optional<JsonElement?> Metadata = default, bool? IsDefaultShipping = null, bool? IsDefaultBilling = null)
{
    /// <summary>Columns and what was sent for them.</summary>
    public IEnumerable<(string Column, Optional<string?> Value)> Texts =>
    [
        ("address_name", AddressName), ("first_name", FirstName), ("last_name", LastName), ("company", Company), ("address_1", Address1), ("address_2", Address2),
        ("city", City), ("province", Province), ("postal_code", PostalCode), ("country_code", CountryCode.IsSet ? new(Addresses.Country(CountryCode.Value)) : default), ("phone", Phone),
    ];
}

/// <summary>The address book, <c>/store/customers/me/addresses</c>: at most one default for shipping and one for billing.</summary>
internal static class Addresses
{
    private const int Most = 200;

    private static readonly SqlList Book = new("identity.customer_addresses a", $"json_build_object({AddressRow.Json})::text", "a.id")
    {
        Always = "a.customer_id = @value",
        Filters = (filter, query) => filter
            .And("a.city = any (@value)", query.Texts("city"))
            .And("a.postal_code = any (@value)", query.Texts("postal_code"))
            .And("a.country_code = any (@value)", query.Texts("country_code"))
            .AndTimes(query, "a"),
        Orders = SqlList.Columns("a", "id", "created_at", "updated_at", "city", "postal_code"),
        DefaultOrder = "a.id",
    };

    public static async Task<IResult> List(ApiQuery query, Actor actor, Db db, CancellationToken ct)
    {
        var fields = CustomerFields.Address(query);
        await using var connection = await db.Open(ct);
        var page = await Book.Of(query, actor.Id, refuseUnknown: false).Read<string>(connection, ct);
        return Reply.Page("addresses", page.To(Read), PeopleJson.Default.CustomerAddressResponse, fields);
    }

    public static async Task<IResult> One(string id, ApiQuery query, Actor actor, Db db, CancellationToken ct)
    {
        var fields = CustomerFields.Address(query);
        if (!WireId.TryDecode(PeopleWire.Address, id, out var address)) return Reply.Error(NotFound(id));
        await using var connection = await db.Open(ct);
        var row = await connection.QuerySingleOrDefaultAsync<string>(new CommandDefinition(
            $"select json_build_object({AddressRow.Json})::text from identity.customer_addresses a where a.id = @address and a.customer_id = @Id",
            new { address, actor.Id }, cancellationToken: ct));
        return row is null ? Reply.Error(NotFound(id)) : Reply.One("address", Read(row), PeopleJson.Default.CustomerAddressResponse, fields);
    }

    public static async Task<IResult> Create(Body<CustomerAddressRequest> body, ApiQuery query, Actor actor, Db db, CancellationToken ct)
    {
        var fields = CustomerFields.Customer(query);
        if (Refuse(body.Value) is { } problem) return Reply.Error(problem);
        await using var tx = await Begin(actor, db, ct);
        if (await tx.Connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "select count(*) from identity.customer_addresses where customer_id = @Id", new { actor.Id }, tx.Inner, cancellationToken: ct)) >= Most)
            return Reply.Error(Error.NotAllowed($"An address book holds at most {Most} addresses: delete one first"));
        await Write(tx, WireId.New(), "insert into identity.customer_addresses (id, customer_id) values (@id, @customer)", body.Value, actor, ct);
        await tx.Commit(ct);
        return await Me.Answer(actor, db, fields, ct);
    }

    public static async Task<IResult> Update(string id, Body<CustomerAddressRequest> body, ApiQuery query, Actor actor, Db db, CancellationToken ct)
    {
        var fields = CustomerFields.Customer(query);
        if (!WireId.TryDecode(PeopleWire.Address, id, out var address)) return Reply.Error(NotFound(id));
        if (Refuse(body.Value) is { } problem) return Reply.Error(problem);
        await using var tx = await Begin(actor, db, ct);
        if (!await Write(tx, address, "update identity.customer_addresses set updated_at = now() where id = @id and customer_id = @customer", body.Value, actor, ct))
            return Reply.Error(NotFound(id));
        await tx.Commit(ct);
        return await Me.Answer(actor, db, fields, ct);
    }

    public static async Task<IResult> Delete(string id, Actor actor, Db db, CancellationToken ct)
    {
        if (!WireId.TryDecode(PeopleWire.Address, id, out var address)) return Reply.Error(NotFound(id));
        await using (var connection = await db.Open(ct))
        {
            if (await connection.ExecuteAsync(new CommandDefinition(
                "delete from identity.customer_addresses where id = @address and customer_id = @Id", new { address, actor.Id }, cancellationToken: ct)) == 0)
                return Reply.Error(NotFound(id));
        }

        return await CustomersStore.Find(db, actor.Id, ct) is { } parent
            // The customer's id, as the peer answers.
            ? Reply.Json(new CustomerAddressDeleted(WireId.Encode(PeopleWire.Customer, actor.Id), "address", true, parent.ToWire()), PeopleJson.Default.CustomerAddressDeleted)
            : Reply.Error(Error.Unauthorized());
    }

    // One at a time for a customer: two defaults at once would meet in the index.
    private static async Task<Transaction> Begin(Actor actor, Db db, CancellationToken ct)
    {
        var tx = await db.Begin(ct);
        await tx.Connection.ExecuteAsync(new CommandDefinition("select from identity.customers where id = @Id for update", new { actor.Id }, tx.Inner, cancellationToken: ct));
        return tx;
    }

    /// <summary>The row by <paramref name="statement"/>, then what was sent into it; false when there is no such row.</summary>
    private static async Task<bool> Write(Transaction tx, Guid id, string statement, CustomerAddressRequest request, Actor actor, CancellationToken ct)
    {
        var sent = new SentColumns().Add("metadata", request.Metadata);
        foreach (var (column, value) in request.Texts) sent.Add(column, value);
        var values = sent.Parameters;
        values.AddDynamicParams(new { id, customer = actor.Id });
        if (await tx.Connection.ExecuteAsync(new CommandDefinition(statement, values, tx.Inner, cancellationToken: ct)) == 0) return false;
        var sets = sent.Sql;
        foreach (var (column, value) in ((string, bool?)[])[("is_default_shipping", request.IsDefaultShipping), ("is_default_billing", request.IsDefaultBilling)])
        {
            if (value is null) continue;
            sets += $", {column} = {(value.Value ? "true" : "false")}";
            if (value.Value)
                await tx.Connection.ExecuteAsync(new CommandDefinition(
                    $"update identity.customer_addresses set {column} = false, updated_at = now() where customer_id = @customer and {column} and id <> @id", values, tx.Inner, cancellationToken: ct));
        }

        await tx.Connection.ExecuteAsync(new CommandDefinition(
            $"update identity.customer_addresses set updated_at = now(){sets} where id = @id", values, tx.Inner, cancellationToken: ct));
        return true;
    }

    private static Error? Refuse(CustomerAddressRequest request)
    {
        foreach (var (column, value) in request.Texts) Check.Text(column, value.Value);
        Check.Json("metadata", request.Metadata.Value);
        return Country(request.CountryCode.Value) is { } country && (country.Length != 2 || !country.All(char.IsAsciiLetterLower))
            ? Error.Invalid("Invalid request: Field 'country_code' must be a country code of two letters")
            : null;
    }

    /// <summary>As it is kept: small letters, null for an empty one.</summary>
    public static string? Country(string? code) => code is { Length: > 0 } ? code.ToLowerInvariant() : null;

    private static CustomerAddressResponse Read(string json) => JsonSerializer.Deserialize(json, CustomerRowsJson.Default.AddressRow)!.ToWire();

    private static Error NotFound(string id) => Error.NotFound($"Address with id: {id} was not found");
}
