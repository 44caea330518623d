using System.Text.Json;
using System.Text.Json.Serialization;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Identity.Customers;

/// <summary>A customer as they see themselves.</summary>
internal sealed record CustomerResponse(
    string Id, string Email, string? CompanyName, string? FirstName, string? LastName, string? Phone, JsonElement? Metadata, bool HasAccount,
    DateTimeOffset? DeletedAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, IReadOnlyList<CustomerAddressResponse> Addresses);

/// <summary>An entry of the address book.</summary>
internal sealed record CustomerAddressResponse(
    string Id, string? AddressName, string? Company, string CustomerId, string? FirstName, string? LastName,
    [property: JsonPropertyName("address_1")] string? Address1, [property: JsonPropertyName("address_2")] string? Address2,
    string? City, string? Province, string? PostalCode, string? CountryCode, string? Phone, JsonElement? Metadata, bool IsDefaultShipping, bool IsDefaultBilling,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>Always null: deleted addresses are gone.</summary>
    public DateTimeOffset? DeletedAt => null;
}

internal sealed record CustomerEnvelope(CustomerResponse Customer);

/// <summary>The answer to the deletion of an address: the customer without it.</summary>
internal sealed record CustomerAddressDeleted(string Id, string Object, bool Deleted, CustomerResponse Parent);

/// <summary>What <c>fields</c> shows unasked.</summary>
internal static class CustomerFields
{
    public static Fields Customer(ApiQuery query) => query.Fields("*", "addresses");

    public static Fields Address(ApiQuery query) => query.Fields("*", "-deleted_at");
}

/// <summary>A row of <c>identity.customers</c>, its addresses as one JSON column.</summary>
internal sealed record CustomerRow(
    Guid Id, string Email, string? CompanyName, string? FirstName, string? LastName, string? Phone, string? Metadata, bool HasAccount,
    DateTimeOffset? DeletedAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Addresses)
{
    public const string Columns = $"""
        c.id, c.email, c.company_name, c.first_name, c.last_name, c.phone, c.metadata::text as metadata, c.identity_id is not null as has_account,
        c.deleted_at, c.created_at, c.updated_at,
        (select coalesce(json_agg(json_build_object({AddressRow.Json}) order by a.id), '[]')::text
            from identity.customer_addresses a where a.customer_id = c.id) as addresses
        """;

    public CustomerResponse ToWire(PersonalSeal seal) => new(
        WireId.Encode(PeopleWire.Customer, Id), Email, CompanyName, FirstName, LastName, Phone, JsonColumn.Read(Metadata), HasAccount, DeletedAt, CreatedAt, UpdatedAt,
        [.. JsonSerializer.Deserialize(Addresses, CustomerRowsJson.Default.ListAddressRow)!.Select(a => a.ToWire(seal))]);
}

/// <summary>A row of <c>identity.customer_addresses</c>; <paramref name="Sealed"/> is an <see cref="AddressDetails"/>.</summary>
internal sealed record AddressRow(Guid Id, Guid CustomerId, string Sealed, bool IsDefaultShipping, bool IsDefaultBilling, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public const string Json = """
        'id', a.id, 'customer_id', a.customer_id, 'sealed', a.sealed, 'is_default_shipping', a.is_default_shipping, 'is_default_billing', a.is_default_billing,
        'created_at', a.created_at, 'updated_at', a.updated_at
        """;

    public CustomerAddressResponse ToWire(PersonalSeal seal)
    {
        var a = seal.Open(Sealed, CustomerRowsJson.Default.AddressDetails);
        return new(
            WireId.Encode(PeopleWire.Address, Id), a.AddressName, a.Company, WireId.Encode(PeopleWire.Customer, CustomerId), a.FirstName, a.LastName, a.Address1, a.Address2, a.City,
            a.Province, a.PostalCode, a.CountryCode, a.Phone, a.Metadata, IsDefaultShipping, IsDefaultBilling, CreatedAt, UpdatedAt);
    }
}

/// <summary>What is under the key ring of an address: where it is and who is there.</summary>
internal sealed record AddressDetails(
    string? AddressName = null, string? FirstName = null, string? LastName = null, string? Company = null,
    [property: JsonPropertyName("address_1")] string? Address1 = null, [property: JsonPropertyName("address_2")] string? Address2 = null,
    string? City = null, string? Province = null, string? PostalCode = null, string? CountryCode = null, string? Phone = null, JsonElement? Metadata = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(List<AddressRow>))]
[JsonSerializable(typeof(AddressRow))]
[JsonSerializable(typeof(AddressDetails))]
internal sealed partial class CustomerRowsJson : JsonSerializerContext;
