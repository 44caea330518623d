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
    public AddressDetails Over(AddressDetails a) => new(
        AddressName.Or(a.AddressName), FirstName.Or(a.FirstName), LastName.Or(a.LastName), Company.Or(a.Company), Address1.Or(a.Address1), Address2.Or(a.Address2), City.Or(a.City),
        Province.Or(a.Province), PostalCode.Or(a.PostalCode), CountryCode.IsSet ? Addresses.Country(CountryCode.Value) : a.CountryCode, Phone.Or(a.Phone), Metadata.Or(a.Metadata));
}

/// <summary>The address book, <c>/store/customers/me/addresses</c>: at most one default for shipping and one for billing.</summary>
internal static class Addresses
{
    /// <summary>In memory: what it is searched by is under the key ring.</summary>
    public static async Task<IResult> List(ApiQuery query, Actor actor, CustomersStore customers, CancellationToken ct)
    {
        var fields = CustomerFields.Address(query);
        var (paging, filter, order) = (query.Paging(50), ListFilter.InMemory(query, Filters), query.Text("order") ?? "");
        Func<CustomerAddressResponse, string?> key = order.TrimStart('-', '+') switch
        {
            // Ids tell the time they were made.
            "" or "id" or "created_at" => a => a.Id,
            "updated_at" => a => a.UpdatedAt.ToString("O"),
            "city" => a => a.City,
            "postal_code" => a => a.PostalCode,
            "country_code" => a => a.CountryCode,
            var other => throw new ErrorException(Error.Invalid($"Order field {other} is not valid")),
        };
        var found = ((await customers.Find(actor.Id, ct))?.Addresses ?? []).Where(filter);
        var sorted = (order.StartsWith('-') ? found.OrderByDescending(key, StringComparer.Ordinal) : found.OrderBy(key, StringComparer.Ordinal)).ToList();
        return Reply.Page("addresses", sorted.Skip(paging.Offset).Take(paging.Limit).ToList(), PeopleJson.Default.CustomerAddressResponse, fields, sorted.Count, paging);
    }

    public static async Task<IResult> One(string id, ApiQuery query, Actor actor, CustomersStore customers, CancellationToken ct)
    {
        var fields = CustomerFields.Address(query);
        return (await customers.Find(actor.Id, ct))?.Addresses.FirstOrDefault(a => a.Id == id) is { } address
            ? Reply.One("address", address, PeopleJson.Default.CustomerAddressResponse, fields)
            : Reply.Error(NotFound(id));
    }

    public static async Task<IResult> Create(Body<CustomerAddressRequest> body, ApiQuery query, Actor actor, CustomersStore customers, AddressBook book, CancellationToken ct)
    {
        var fields = CustomerFields.Customer(query);
        if (Refuse(body.Value) is { } problem) return Reply.Error(problem);
        if (!await book.Add(actor.Id, body.Value, ct)) return Reply.Error(Error.NotAllowed($"An address book holds at most {AddressBook.Most} addresses: delete one first"));
        return await Me.Answer(actor, customers, fields, ct);
    }

    public static async Task<IResult> Update(
        string id, Body<CustomerAddressRequest> body, ApiQuery query, Actor actor, CustomersStore customers, AddressBook book, CancellationToken ct)
    {
        var fields = CustomerFields.Customer(query);
        if (!WireId.TryDecode(PeopleWire.Address, id, out var address)) return Reply.Error(NotFound(id));
        if (Refuse(body.Value) is { } problem) return Reply.Error(problem);
        return await book.Change(actor.Id, address, body.Value, ct) ? await Me.Answer(actor, customers, fields, ct) : Reply.Error(NotFound(id));
    }

    public static async Task<IResult> Delete(string id, Actor actor, Db db, CustomersStore customers, CancellationToken ct)
    {
        if (!WireId.TryDecode(PeopleWire.Address, id, out var address)) return Reply.Error(NotFound(id));
        await using (var connection = await db.Open(ct))
        {
            if (await connection.ExecuteAsync(new CommandDefinition(
                "delete from identity.customer_addresses where id = @address and customer_id = @Id", new { address, actor.Id }, cancellationToken: ct)) == 0)
                return Reply.Error(NotFound(id));
        }

        return await customers.Find(actor.Id, ct) is { } parent
            // The customer's id, as the peer answers.
            ? Reply.Json(new CustomerAddressDeleted(WireId.Encode(PeopleWire.Customer, actor.Id), "address", true, parent), PeopleJson.Default.CustomerAddressDeleted)
            : Reply.Error(Error.Unauthorized());
    }

    private static Error? Refuse(CustomerAddressRequest request)
    {
        ReadOnlySpan<(string Name, string? Value)> texts =
        [
            ("address_name", request.AddressName.Value), ("first_name", request.FirstName.Value), ("last_name", request.LastName.Value), ("company", request.Company.Value),
            ("address_1", request.Address1.Value), ("address_2", request.Address2.Value), ("city", request.City.Value), ("province", request.Province.Value),
            ("postal_code", request.PostalCode.Value), ("country_code", request.CountryCode.Value), ("phone", request.Phone.Value),
        ];
        foreach (var (name, value) in texts) Check.Text(name, value);
        Check.Json("metadata", request.Metadata.Value);
        return Country(request.CountryCode.Value) is { } country && (country.Length != 2 || !country.All(char.IsAsciiLetterLower))
            ? Error.Invalid("Invalid request: Field 'country_code' must be a country code of two letters")
            : null;
    }

    /// <summary>As it is kept: small letters, null for an empty one.</summary>
    public static string? Country(string? code) => code is { Length: > 0 } ? code.ToLowerInvariant() : null;

    private static Func<CustomerAddressResponse, bool> Filters(ApiQuery query)
    {
        var (words, companies, cities) = (ListFilter.Words(query.Text("q")).ToList(), query.Texts("company"), query.Texts("city"));
        var (provinces, codes, countries) = (query.Texts("province"), query.Texts("postal_code"), query.Texts("country_code"));
        return a => companies?.Contains(a.Company) != false && cities?.Contains(a.City) != false && provinces?.Contains(a.Province) != false
            && codes?.Contains(a.PostalCode) != false && countries?.Contains(a.CountryCode) != false
            && words.TrueForAll(word => Text(a).Contains(word, StringComparison.OrdinalIgnoreCase));
    }

    private static string Text(CustomerAddressResponse a) => string.Join(' ', a.AddressName, a.FirstName, a.LastName, a.Company, a.Address1, a.Address2, a.City, a.PostalCode);

    private static Error NotFound(string id) => Error.NotFound($"Address with id: {id} was not found");
}
