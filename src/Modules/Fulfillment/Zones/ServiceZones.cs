using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Fulfillment;

internal sealed record GeoZoneRequest(string CountryCode, string Type = "country", string? ProvinceCode = null, string? PostalPrefix = null);

internal sealed record CreateServiceZoneRequest(string Name, IReadOnlyList<GeoZoneRequest>? GeoZones = null, JsonElement? Metadata = null);

internal sealed record UpdateServiceZoneRequest(
    Optional<string> Name = default, Optional<IReadOnlyList<GeoZoneRequest>> GeoZones = default, Optional<JsonElement?> Metadata = default);

/// <summary>Where a fulfillment set delivers: countries, provinces, postal codes by their beginning. Deleting a zone deletes its options.</summary>
internal static class ServiceZones
{
    private const string InsertGeoZones = """
        insert into fulfillment.geo_zones (id, service_zone_id, type, country_code, province_code, postal_prefix, position)
        select g.id, @Id, g.type, g.country_code, g.province_code, g.postal_prefix, g.position
        from unnest(@ids, @types, @countries, @provinces, @prefixes)
            with ordinality as g (id, type, country_code, province_code, postal_prefix, position)
        """;

    public static async Task<IResult> Create(string id, Body<CreateServiceZoneRequest> body, ApiQuery query, Db db, CancellationToken ct)
    {
        query.RejectUnknown();
        var request = body.Value;
        Check.Json("metadata", request.Metadata);
        var geoZones = GeoZones(request.GeoZones ?? []);
        await using var change = await ShippingChange.Begin(db, ct);
        var set = change.Set(id);
        var zone = WireId.New();
        CheckName(request.Name, zone, set.Id, change.Setup);
        await change.Write($"""
            insert into fulfillment.service_zones (id, fulfillment_set_id, name, metadata) values (@Id, @SetId, @Name, @Metadata::jsonb);
            {InsertGeoZones}
            """, Values(geoZones, zone, set.Id, request.Name, Check.JsonText(request.Metadata)), ct);
        return ChangeFulfillmentSet.Answer(await change.Commit(ct), set.Id);
    }

    public static async Task<IResult> Update(string id, string zoneId, Body<UpdateServiceZoneRequest> body, ApiQuery query, Db db, CancellationToken ct)
    {
        query.RejectUnknown();
        var request = body.Value;
        Check.Json("metadata", request.Metadata.Value);
        var geoZones = request.GeoZones.IsSet ? GeoZones(request.GeoZones.Value) : null;
        await using var change = await ShippingChange.Begin(db, ct);
        var old = ZoneOf(change, id, zoneId);
        var (name, metadata) = (request.Name.Or(old.Name), request.Metadata.IsSet ? Check.JsonText(request.Metadata.Value) : old.Metadata);
        CheckName(name, old.Id, old.FulfillmentSetId, change.Setup);
        var replace = geoZones is null ? "" : $"; delete from fulfillment.geo_zones where service_zone_id = @Id; {InsertGeoZones}";
        await change.Write($"""
            update fulfillment.service_zones set name = @Name, metadata = @Metadata::jsonb, updated_at = now() where id = @Id and fulfillment_set_id = @SetId{replace}
            """, Values(geoZones ?? [], old.Id, old.FulfillmentSetId, name, metadata), ct);
        return ChangeFulfillmentSet.Answer(await change.Commit(ct), old.FulfillmentSetId);
    }

    public static async Task<IResult> Delete(string id, string zoneId, ApiQuery query, Db db, CancellationToken ct)
    {
        query.RejectUnknown();
        await using var change = await ShippingChange.Begin(db, ct);
        var zone = ZoneOf(change, id, zoneId);
        await change.Write("""
            update fulfillment.shipping_options set deleted_at = now() where service_zone_id = @Id and deleted_at is null;
            update fulfillment.service_zones set deleted_at = now() where id = @Id
            """, new { zone.Id }, ct);
        var setup = await change.Commit(ct);
        return Reply.Json(new ServiceZoneDeletedResponse(zoneId, "service_zone", true,
            FulfillmentWire.ToWire(setup.Sets.First(s => s.Id == zone.FulfillmentSetId), setup)), FulfillmentJson.Default.ServiceZoneDeletedResponse);
    }

    public static bool IsCountry(string code) => code.Length == 2 && code.All(char.IsAsciiLetterLower);

    private static ZoneRow ZoneOf(ShippingChange change, string set, string zone)
    {
        var row = change.Zone(zone);
        return row.FulfillmentSetId == change.Set(set).Id ? row : throw FulfillmentErrors.NotFound("Service zone", zone);
    }

    private static void CheckName(string name, Guid zone, Guid set, ShippingSetup setup)
    {
        Check.Text("name", name, min: 1);
        if (setup.ZonesOfSet[set].Any(z => z.Id != zone && z.Name == name)) throw FulfillmentErrors.Duplicate("Service zone", name);
    }

    private static IReadOnlyList<GeoZoneRequest> GeoZones(IReadOnlyList<GeoZoneRequest> zones)
    {
        Check.Count("geo_zones", zones, 1000);
        return zones.Select((zone, i) =>
        {
            Check.OneOf($"geo_zones, {i}, type", zone.Type, "country", "province", "zip");
            Check.Text($"geo_zones, {i}, province_code", zone.ProvinceCode, min: 1);
            Check.Text($"geo_zones, {i}, postal_prefix", zone.PostalPrefix, 20, 1);
            var country = zone.CountryCode.ToLowerInvariant();
            if (!IsCountry(country)) throw FulfillmentErrors.Invalid($"Value for field 'geo_zones, {i}, country_code' must be an ISO 3166 code of two letters");
            if (zone.Type == "province" && zone.ProvinceCode is null) throw FulfillmentErrors.Invalid($"Field 'geo_zones, {i}, province_code' is required");
            if (zone.Type == "zip" && zone.PostalPrefix is null) throw FulfillmentErrors.Invalid($"Field 'geo_zones, {i}, postal_prefix' is required");
            return zone with { CountryCode = country };
        }).ToList();
    }

    private static object Values(IReadOnlyList<GeoZoneRequest> zones, Guid id, Guid set, string name, string? metadata) => new
    {
        Id = id,
        SetId = set,
        Name = name,
        Metadata = metadata,
        ids = zones.Select(_ => WireId.New()).ToArray(),
        types = zones.Select(z => z.Type).ToArray(),
        countries = zones.Select(z => z.CountryCode).ToArray(),
        provinces = zones.Select(z => z.ProvinceCode).ToArray(),
        prefixes = zones.Select(z => z.PostalPrefix).ToArray(),
    };
}
