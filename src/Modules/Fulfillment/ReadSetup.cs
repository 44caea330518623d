using System.Text.Json.Serialization.Metadata;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Fulfillment;

/// <summary>Lists and reads the shipping setup for staff: always from the database, filtered here because it is small.</summary>
internal static class ReadSetup
{
    private static readonly Dictionary<string, string> OrderColumns = new(StringComparer.Ordinal)
    {
        ["id"] = "id",
        ["name"] = "name",
        ["label"] = "name",
        ["created_at"] = "created_at",
        ["updated_at"] = "updated_at",
    };

    // What is answered unasked, of every kind: all of it.
    private static readonly string[] Everything =
    [
        "*", "location.**", "sales_channel_ids", "service_zones.**", "geo_zones.**", "type.**", "shipping_profile.**", "service_zone.**", "provider.**",
        "rules.**", "prices.**",
    ];

    private sealed record Entry<T>(Guid Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, T Row);

    public static Task<IResult> Sets(ApiQuery query, Db db, CancellationToken ct) =>
        List(query, db, "fulfillment_sets", FulfillmentWire.Set, FulfillmentJson.Default.FulfillmentSetResponse,
            setup => setup.Sets.Select(s => new Entry<SetRow>(s.Id, s.Name, s.CreatedAt, s.UpdatedAt, s)),
            group =>
            {
                var (types, locations) = (group.Texts("type"), group.Ids("location_id", "sloc"));
                return set => types?.Contains(set.Type) != false && (locations is null || (set.LocationId is { } l && locations.Contains(l)));
            }, FulfillmentWire.ToWire, ct);

    public static Task<IResult> Set(string id, ApiQuery query, Db db, CancellationToken ct) =>
        One(query, db, "fulfillment_set", FulfillmentJson.Default.FulfillmentSetResponse, setup =>
            ShippingChange.Find(setup.Sets, s => s.Id, FulfillmentWire.Set, id) is { } set
                ? FulfillmentWire.ToWire(set, setup) : throw FulfillmentErrors.NotFound("Fulfillment set", id), ct);

    public static Task<IResult> Zone(string id, string zoneId, ApiQuery query, Db db, CancellationToken ct) =>
        One(query, db, "service_zone", FulfillmentJson.Default.ServiceZoneResponse, setup =>
            ShippingChange.Find(setup.Zones, z => z.Id, FulfillmentWire.Zone, zoneId) is { } zone && WireId.Encode(FulfillmentWire.Set, zone.FulfillmentSetId) == id
                ? FulfillmentWire.ToWire(zone, setup) : throw FulfillmentErrors.NotFound("Service zone", zoneId), ct);

    public static Task<IResult> Profiles(ApiQuery query, Db db, CancellationToken ct) =>
        List(query, db, "shipping_profiles", FulfillmentWire.Profile, FulfillmentJson.Default.ShippingProfileResponse,
            setup => setup.Profiles.Select(p => new Entry<ProfileRow>(p.Id, p.Name, p.CreatedAt, p.UpdatedAt, p)),
            group =>
            {
                var (types, names) = (group.Texts("type"), group.Texts("name"));
                return profile => types?.Contains(profile.Type) != false && names?.Contains(profile.Name) != false;
            }, (row, _) => FulfillmentWire.ToWire(row), ct);

    public static Task<IResult> Profile(string id, ApiQuery query, Db db, CancellationToken ct) =>
        One(query, db, "shipping_profile", FulfillmentJson.Default.ShippingProfileResponse, setup =>
            ShippingChange.Find(setup.Profiles, p => p.Id, FulfillmentWire.Profile, id) is { } profile
                ? FulfillmentWire.ToWire(profile) : throw FulfillmentErrors.NotFound("Shipping profile", id), ct);

    public static Task<IResult> Types(ApiQuery query, Db db, CancellationToken ct) =>
        List(query, db, "shipping_option_types", FulfillmentWire.Type, FulfillmentJson.Default.ShippingOptionTypeResponse,
            setup => setup.Types.Select(t => new Entry<OptionTypeRow>(t.Id, t.Label, t.CreatedAt, t.UpdatedAt, t)),
            group =>
            {
                var codes = group.Texts("code");
                return type => codes?.Contains(type.Code) != false;
            }, (row, _) => FulfillmentWire.ToWire(row), ct);

    public static Task<IResult> Type(string id, ApiQuery query, Db db, CancellationToken ct) =>
        One(query, db, "shipping_option_type", FulfillmentJson.Default.ShippingOptionTypeResponse, setup =>
            ShippingChange.Find(setup.Types, t => t.Id, FulfillmentWire.Type, id) is { } type
                ? FulfillmentWire.ToWire(type) : throw FulfillmentErrors.NotFound("Shipping option type", id), ct);

    public static Task<IResult> Options(ApiQuery query, Db db, CancellationToken ct) =>
        List(query, db, "shipping_options", FulfillmentWire.Option, FulfillmentJson.Default.ShippingOptionResponse,
            setup => setup.Options.Select(o => new Entry<ShippingOption>(o.Row.Id, o.Row.Name, o.Row.CreatedAt, o.Row.UpdatedAt, o)),
            group =>
            {
                var (zones, profiles) = (group.Ids("service_zone_id", FulfillmentWire.Zone), group.Ids("shipping_profile_id", FulfillmentWire.Profile));
                var (types, locations) = (group.Ids("shipping_option_type_id", FulfillmentWire.Type), group.Ids("stock_location_id", "sloc"));
                var providers = group.Texts("provider_id");
                return option => zones?.Contains(option.Zone.Id) != false && profiles?.Contains(option.Profile.Id) != false
                    && types?.Contains(option.Type.Id) != false && (locations is null || (option.Set.LocationId is { } l && locations.Contains(l)))
                    && (providers is null || (option.Row.ProviderId is { } p && providers.Contains(p)));
            }, FulfillmentWire.ToWire, ct);

    public static Task<IResult> Option(string id, ApiQuery query, Db db, CancellationToken ct) =>
        One(query, db, "shipping_option", FulfillmentJson.Default.ShippingOptionResponse, setup =>
            ShippingChange.Find(setup.Options, o => o.Row.Id, FulfillmentWire.Option, id) is { } option
                ? FulfillmentWire.ToWire(option, setup) : throw FulfillmentErrors.NotFound("Shipping option", id), ct);

    private static async Task<IResult> List<TRow, TWire>(
        ApiQuery query, Db db, string key, string prefix, JsonTypeInfo<TWire> type, Func<ShippingSetup, IEnumerable<Entry<TRow>>> select,
        Func<ApiQuery, Func<TRow, bool>> filters, Func<TRow, ShippingSetup, TWire> toWire, CancellationToken ct)
    {
        var paging = query.Paging(50);
        var filter = ListFilter.InMemory<Entry<TRow>>(query, group =>
        {
            var (ids, q, passes) = (group.Ids("id", prefix), group.Text("q"), filters(group));
            return entry => ids?.Contains(entry.Id) != false && (q is null || entry.Name.Contains(q, StringComparison.OrdinalIgnoreCase)) && passes(entry.Row);
        });
        var order = query.Order(OrderColumns) ?? "created_at asc";
        var fields = query.Fields(Everything);
        query.RejectUnknown();
        await using var connection = await db.Open(ct);
        var setup = await ShippingSetup.Read(connection, ct);
        var found = select(setup).Where(filter).ToList();
        var sorted = order.Split(' ')[0] switch
        {
            "name" => found.OrderBy(e => e.Name, StringComparer.OrdinalIgnoreCase),
            "updated_at" => found.OrderBy(e => e.UpdatedAt),
            "id" => found.OrderBy(e => WireId.Encode(prefix, e.Id), StringComparer.Ordinal),
            _ => found.OrderBy(e => e.CreatedAt),
        };
        var page = (order.EndsWith("desc", StringComparison.Ordinal) ? sorted.Reverse() : sorted).Skip(paging.Offset).Take(paging.Limit);
        return Reply.Page(key, page.Select(e => toWire(e.Row, setup)).ToList(), type, fields, found.Count, paging);
    }

    private static async Task<IResult> One<T>(
        ApiQuery query, Db db, string key, JsonTypeInfo<T> type, Func<ShippingSetup, T> select, CancellationToken ct)
    {
        var fields = query.Fields(Everything);
        query.RejectUnknown();
        await using var connection = await db.Open(ct);
        return Reply.One(key, select(await ShippingSetup.Read(connection, ct)), type, fields);
    }
}
