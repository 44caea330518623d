using System.Text.Json;
using System.Text.Json.Serialization;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Fulfillment;

internal sealed record FulfillmentAddressRequest(
    [property: JsonPropertyName("address_1")] string Address1, string CountryCode, [property: JsonPropertyName("address_2")] string? Address2 = null,
    string? Company = null, string? City = null, string? Province = null, string? PostalCode = null, string? Phone = null);

/// <summary>The location and its address are copies of what staff say; nobody is asked.</summary>
internal sealed record CreateFulfillmentSetRequest(
    string Name, string Type, string? LocationId = null, FulfillmentAddressRequest? Address = null, IReadOnlyList<string>? SalesChannelIds = null,
    JsonElement? Metadata = null);

internal sealed record UpdateFulfillmentSetRequest(
    Optional<string> Name = default, Optional<string> Type = default, Optional<string?> LocationId = default,
    Optional<FulfillmentAddressRequest?> Address = default, Optional<IReadOnlyList<string>> SalesChannelIds = default,
    Optional<JsonElement?> Metadata = default);

/// <summary>Ways out of a location, parcels or pickup. Deleting one deletes its zones and their options.</summary>
internal static class ChangeFulfillmentSet
{
    public static async Task<IResult> Create(Body<CreateFulfillmentSetRequest> body, ApiQuery query, Db db, CancellationToken ct)
    {
        query.RejectUnknown();
        var request = body.Value;
        Check.Json("metadata", request.Metadata);
        var row = With(new SetRow(WireId.New(), request.Name, request.Type, Location(request.LocationId), null, null, null, null, null, null, null, null,
            null, Channels(request.SalesChannelIds), Check.JsonText(request.Metadata), default, default), request.Address);
        await using var change = await ShippingChange.Begin(db, ct);
        CheckRow(row, change.Setup);
        await change.Write("""
            insert into fulfillment.fulfillment_sets (id, name, type, location_id, address_id, address_1, address_2, company, city, province,
                postal_code, country_code, phone, sales_channel_ids, metadata)
            values (@Id, @Name, @Type, @LocationId, @AddressId, @Address1, @Address2, @Company, @City, @Province,
                @PostalCode, @CountryCode, @Phone, @SalesChannelIds, @Metadata::jsonb)
            """, row, ct);
        return Answer(await change.Commit(ct), row.Id);
    }

    public static async Task<IResult> Update(string id, Body<UpdateFulfillmentSetRequest> body, ApiQuery query, Db db, CancellationToken ct)
    {
        query.RejectUnknown();
        var request = body.Value;
        Check.Json("metadata", request.Metadata.Value);
        await using var change = await ShippingChange.Begin(db, ct);
        var old = change.Set(id);
        var row = old with
        {
            Name = request.Name.Or(old.Name),
            Type = request.Type.Or(old.Type),
            LocationId = request.LocationId.IsSet ? Location(request.LocationId.Value) : old.LocationId,
            SalesChannelIds = request.SalesChannelIds.IsSet ? Channels(request.SalesChannelIds.Value) : old.SalesChannelIds,
            Metadata = request.Metadata.IsSet ? Check.JsonText(request.Metadata.Value) : old.Metadata,
        };
        if (request.Address.IsSet) row = With(row, request.Address.Value);
        CheckRow(row, change.Setup);
        await change.Write("""
            update fulfillment.fulfillment_sets set name = @Name, type = @Type, location_id = @LocationId, address_id = @AddressId, address_1 = @Address1,
                address_2 = @Address2, company = @Company, city = @City, province = @Province, postal_code = @PostalCode, country_code = @CountryCode,
                phone = @Phone, sales_channel_ids = @SalesChannelIds, metadata = @Metadata::jsonb, updated_at = now()
            where id = @Id
            """, row, ct);
        return Answer(await change.Commit(ct), row.Id);
    }

    public static async Task<IResult> Delete(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        query.RejectUnknown();
        await using var change = await ShippingChange.Begin(db, ct);
        var set = change.Set(id);
        await change.Write("""
            update fulfillment.shipping_options o set deleted_at = now() from fulfillment.service_zones z
            where o.service_zone_id = z.id and z.fulfillment_set_id = @Id and o.deleted_at is null;
            update fulfillment.service_zones set deleted_at = now() where fulfillment_set_id = @Id and deleted_at is null;
            update fulfillment.fulfillment_sets set deleted_at = now() where id = @Id
            """, new { set.Id }, ct);
        await change.Commit(ct);
        return Reply.Deleted(id, "fulfillment_set");
    }

    public static IResult Answer(ShippingSetup setup, Guid set) => Reply.One("fulfillment_set",
        FulfillmentWire.ToWire(setup.Sets.First(s => s.Id == set), setup), FulfillmentJson.Default.FulfillmentSetResponse, Fields.All);

    private static void CheckRow(SetRow row, ShippingSetup setup)
    {
        Check.Text("name", row.Name, min: 1);
        Check.OneOf("type", row.Type, "shipping", "pickup");
        Check.Text("address, address_1", row.Address1, min: 1);
        foreach (var (field, value) in new[]
        {
            ("address_2", row.Address2), ("company", row.Company), ("city", row.City), ("province", row.Province),
            ("postal_code", row.PostalCode), ("phone", row.Phone),
        })
            Check.Text("address, " + field, value);
        if (row.CountryCode is { } country && !ServiceZones.IsCountry(country))
            throw FulfillmentErrors.Invalid("Value for field 'address, country_code' must be an ISO 3166 code of two letters");
        if (row.AddressId is not null && row.LocationId is null) throw FulfillmentErrors.Invalid("Field 'address' needs field 'location_id'");
        if (setup.Sets.Any(s => s.Id != row.Id && s.Name == row.Name)) throw FulfillmentErrors.Duplicate("Fulfillment set", row.Name);
    }

    private static SetRow With(SetRow row, FulfillmentAddressRequest? address) => row with
    {
        AddressId = address is null ? null : row.AddressId ?? WireId.New(),
        Address1 = address?.Address1,
        Address2 = address?.Address2,
        Company = address?.Company,
        City = address?.City,
        Province = address?.Province,
        PostalCode = address?.PostalCode,
        CountryCode = address?.CountryCode.ToLowerInvariant(),
        Phone = address?.Phone,
    };

    private static Guid? Location(string? id) => id is null ? null
        : WireId.TryDecode("sloc", id, out var location) ? location : throw FulfillmentErrors.UnknownReference("location_id", id);

    private static Guid[] Channels(IReadOnlyList<string>? ids)
    {
        Check.Count("sales_channel_ids", ids, 100);
        return ids?.Select(id => WireId.TryDecode("sc", id, out var channel) ? channel : throw FulfillmentErrors.UnknownReference("sales_channel_ids", id))
            .Distinct().ToArray() ?? [];
    }
}
