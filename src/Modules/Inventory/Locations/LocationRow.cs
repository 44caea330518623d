using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;
using Npgsql;

namespace HeadlessPro.Inventory;

/// <summary>A row of <c>inventory.stock_locations</c> with its channels.</summary>
internal sealed record LocationRow(
    Guid Id, string Name, string Kind, int Priority, Guid? AddressId, string? Address1, string? Address2, string? Company, string? City,
    string? Province, string? PostalCode, string? CountryCode, string? Phone, double? Latitude, double? Longitude, string? Metadata,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt, Guid[] Channels)
{
    public const string Columns = """
        s.id, s.name, s.kind, s.priority, s.address_id, s.address_1 as address1, s.address_2 as address2, s.company, s.city, s.province, s.postal_code,
        s.country_code, s.phone, s.latitude, s.longitude, s.metadata::text as metadata, s.created_at, s.updated_at, s.deleted_at,
        array(select c.sales_channel_id from inventory.location_channels c where c.location_id = s.id order by 1) as channels
        """;

    public static Fields Fields(ApiQuery query) => query.Fields("*", "address", "sales_channels");

    /// <summary>A live location; locked when a transaction is given.</summary>
    public static Task<LocationRow?> Find(Guid id, NpgsqlConnection connection, CancellationToken ct, NpgsqlTransaction? tx = null) =>
        connection.QuerySingleOrDefaultAsync<LocationRow>(new CommandDefinition(
            $"select {Columns} from inventory.stock_locations s where s.id = @id and s.deleted_at is null" + (tx is null ? "" : " for update of s"),
            new { id }, tx, cancellationToken: ct));

    public LocationRow With(StockLocationAddressRequest? address) => this with
    {
        AddressId = address is null ? null : AddressId ?? WireId.New(),
        Address1 = address?.Address1,
        Address2 = address?.Address2,
        Company = address?.Company,
        City = address?.City,
        Province = address?.Province,
        PostalCode = address?.PostalCode,
        CountryCode = address?.CountryCode.ToLowerInvariant(),
        Phone = address?.Phone,
    };

    public void Check()
    {
        Platform.Web.Check.Text("name", Name, min: 1);
        Platform.Web.Check.OneOf("kind", Kind, "warehouse", "shop");
        Platform.Web.Check.Range("priority", Priority, -1000, 1000);
        foreach (var (field, value) in new[]
        {
            ("address, address_2", Address2), ("address, company", Company), ("address, city", City), ("address, province", Province),
            ("address, postal_code", PostalCode), ("address, phone", Phone),
        })
            Platform.Web.Check.Text(field, value);
        Platform.Web.Check.Text("address, address_1", Address1, min: 1);
        if (CountryCode is { } country && (country.Length != 2 || !country.All(char.IsAsciiLetterLower)))
            throw new ErrorException(Error.Invalid("Invalid request: Value for field 'address, country_code' must be an ISO 3166 code of two letters"));
        Platform.Web.Check.Range("latitude", Latitude is { } latitude ? (decimal)Math.Clamp(latitude, -1e6, 1e6) : null, -90, 90);
        Platform.Web.Check.Range("longitude", Longitude is { } longitude ? (decimal)Math.Clamp(longitude, -1e6, 1e6) : null, -180, 180);
        if (Latitude is null != Longitude is null)
            throw new ErrorException(Error.Invalid("Invalid request: Fields 'latitude' and 'longitude' go together"));
    }

    public StockLocationResponse ToWire() => new(
        WireId.Encode(InventoryWire.Location, Id), Name, Kind, Priority, Latitude, Longitude,
        WireId.EncodeOrNull(InventoryWire.Address, AddressId),
        AddressId is not { } address ? null : new StockLocationAddressResponse(
            WireId.Encode(InventoryWire.Address, address), Address1!, Address2, Company, City, CountryCode, Phone, Province, PostalCode),
        JsonColumn.Read(Metadata), CreatedAt, UpdatedAt, DeletedAt, Channels.Select(c => new LocationChannelResponse(WireId.Encode("sc", c))).ToList());
}
