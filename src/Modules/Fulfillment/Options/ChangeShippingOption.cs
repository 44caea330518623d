using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Fulfillment;

/// <summary>Exactly one of <c>type</c> (a new one) and <c>type_id</c>. Without rules: shown in the shop, not for returns.</summary>
internal sealed record CreateShippingOptionRequest(
    string Name, string ServiceZoneId, IReadOnlyList<ShippingPriceRequest> Prices, string? ShippingProfileId = null, string PriceType = "flat",
    string ProviderId = "manual_manual", CreateShippingOptionTypeRequest? Type = null, string? TypeId = null,
    IReadOnlyList<ShippingOptionRuleRequest>? Rules = null, JsonElement? Data = null, JsonElement? Metadata = null);

/// <summary><c>prices</c> and <c>rules</c> replace what is there.</summary>
internal sealed record UpdateShippingOptionRequest(
    Optional<string> Name = default, Optional<string> ServiceZoneId = default, Optional<IReadOnlyList<ShippingPriceRequest>> Prices = default,
    Optional<string> ShippingProfileId = default, Optional<string> PriceType = default, Optional<string> ProviderId = default,
    Optional<CreateShippingOptionTypeRequest> Type = default, Optional<string> TypeId = default,
    Optional<IReadOnlyList<ShippingOptionRuleRequest>> Rules = default, Optional<JsonElement?> Data = default, Optional<JsonElement?> Metadata = default);

/// <summary>Shipping options with their prices and rules. A calculated price is worked out from the same prices and rules.</summary>
internal static class ChangeShippingOption
{
    private const string InsertDetails = """
        insert into fulfillment.shipping_option_rules (id, shipping_option_id, attribute, operator, value, position)
        select r.id, @Id, r.attribute, r.operator, r.value::jsonb, r.position
        from unnest(@ruleIds, @ruleAttributes, @ruleOperators, @ruleValues) with ordinality as r (id, attribute, operator, value, position);
        insert into fulfillment.shipping_option_prices (id, shipping_option_id, currency_code, region_id, amount, position)
        select p.id, @Id, p.currency_code, p.region_id, p.amount, p.position
        from unnest(@priceIds, @currencies, @regions, @amounts) with ordinality as p (id, currency_code, region_id, amount, position);
        insert into fulfillment.shipping_price_rules (id, price_id, attribute, operator, value, position)
        select r.id, r.price_id, r.attribute, r.operator, r.value, r.position
        from unnest(@priceRuleIds, @priceRulePrices, @priceRuleAttributes, @priceRuleOperators, @priceRuleValues)
            with ordinality as r (id, price_id, attribute, operator, value, position)
        """;

    public static async Task<IResult> Create(Body<CreateShippingOptionRequest> body, ApiQuery query, Db db, IPricing pricing, CancellationToken ct)
    {
        query.RejectUnknown();
        var request = body.Value;
        if (request.Type is null == request.TypeId is null) throw FulfillmentErrors.Invalid("Fields 'type' and 'type_id': expected one of them");
        var currencies = await ShippingPrices.Currencies(request.Prices, pricing, ct);
        var id = WireId.New();
        var (prices, rules) = (ShippingPrices.Prices(request.Prices, currencies, id, []), ShippingPrices.Rules(request.Rules, id));

        await using var change = await ShippingChange.Begin(db, ct);
        var profile = request.ShippingProfileId is null
            ? change.Setup.Profiles.FirstOrDefault(p => p.Type == "default")?.Id ?? throw FulfillmentErrors.Invalid("Field 'shipping_profile_id' is required")
            : Profile(change, request.ShippingProfileId);
        var row = new OptionRow(id, request.Name, request.PriceType, request.ProviderId, Zone(change, request.ServiceZoneId), profile,
            await TypeOf(change, request.Type, request.TypeId, ct), WireId.New(), JsonText("data", request.Data), JsonText("metadata", request.Metadata), default, default);
        CheckRow(row);
        await change.Write($"""
            insert into fulfillment.shipping_options (id, name, price_type, provider_id, service_zone_id, shipping_profile_id, shipping_option_type_id,
                price_set_id, data, metadata)
            values (@Id, @Name, @PriceType, @ProviderId, @ServiceZoneId, @ShippingProfileId, @ShippingOptionTypeId, @PriceSetId, @Data::jsonb, @Metadata::jsonb);
            {InsertDetails}
            """, Values(row, prices, rules), ct);
        return Answer(await change.Commit(ct), id);
    }

    public static async Task<IResult> Update(string id, Body<UpdateShippingOptionRequest> body, ApiQuery query, Db db, IPricing pricing, CancellationToken ct)
    {
        query.RejectUnknown();
        var request = body.Value;
        if (request is { Type.IsSet: true, TypeId.IsSet: true }) throw FulfillmentErrors.Invalid("Fields 'type' and 'type_id': expected one of them");
        var currencies = request.Prices.IsSet ? await ShippingPrices.Currencies(request.Prices.Value, pricing, ct) : null;

        await using var change = await ShippingChange.Begin(db, ct);
        var old = change.Option(id);
        var prices = currencies is null ? old.Prices : ShippingPrices.Prices(request.Prices.Value, currencies, old.Row.Id, old.Prices);
        var rules = request.Rules.IsSet ? ShippingPrices.Rules(request.Rules.Value, old.Row.Id) : old.Rules.Select(r => r.Row).ToList();
        var row = old.Row with
        {
            Name = request.Name.Or(old.Row.Name),
            PriceType = request.PriceType.Or(old.Row.PriceType),
            ProviderId = request.ProviderId.Or(old.Row.ProviderId),
            ServiceZoneId = request.ServiceZoneId.IsSet ? Zone(change, request.ServiceZoneId.Value) : old.Row.ServiceZoneId,
            ShippingProfileId = request.ShippingProfileId.IsSet ? Profile(change, request.ShippingProfileId.Value) : old.Row.ShippingProfileId,
            Data = request.Data.IsSet ? JsonText("data", request.Data.Value) : old.Row.Data,
            Metadata = request.Metadata.IsSet ? JsonText("metadata", request.Metadata.Value) : old.Row.Metadata,
        };
        CheckRow(row);
        if (request.Type.IsSet || request.TypeId.IsSet)
            row = row with { ShippingOptionTypeId = await TypeOf(change, request.Type.Value, request.TypeId.Value, ct) };
        await change.Write($"""
            update fulfillment.shipping_options set name = @Name, price_type = @PriceType, provider_id = @ProviderId, service_zone_id = @ServiceZoneId,
                shipping_profile_id = @ShippingProfileId, shipping_option_type_id = @ShippingOptionTypeId, data = @Data::jsonb, metadata = @Metadata::jsonb,
                updated_at = now()
            where id = @Id;
            delete from fulfillment.shipping_option_rules where shipping_option_id = @Id;
            delete from fulfillment.shipping_option_prices where shipping_option_id = @Id;
            {InsertDetails}
            """, Values(row, prices, rules), ct);
        return Answer(await change.Commit(ct), old.Row.Id);
    }

    public static async Task<IResult> Delete(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        query.RejectUnknown();
        await using var change = await ShippingChange.Begin(db, ct);
        var option = change.Option(id);
        await change.Write("update fulfillment.shipping_options set deleted_at = now() where id = @Id", new { option.Row.Id }, ct);
        await change.Commit(ct);
        return Reply.Deleted(id, "shipping_option");
    }

    private static async Task<Guid> TypeOf(ShippingChange change, CreateShippingOptionTypeRequest? type, string? typeId, CancellationToken ct)
    {
        if (type is null)
            return ShippingChange.Find(change.Setup.Types, t => t.Id, FulfillmentWire.Type, typeId!)?.Id ?? throw FulfillmentErrors.UnknownReference("type_id", typeId!);
        var row = ShippingOptionTypes.ToRow(type, "type, ");
        await change.Write(ShippingOptionTypes.Insert, row, ct);
        return row.Id;
    }

    private static Guid Zone(ShippingChange change, string id) =>
        ShippingChange.Find(change.Setup.Zones, z => z.Id, FulfillmentWire.Zone, id)?.Id ?? throw FulfillmentErrors.UnknownReference("service_zone_id", id);

    private static Guid Profile(ShippingChange change, string id) =>
        ShippingChange.Find(change.Setup.Profiles, p => p.Id, FulfillmentWire.Profile, id)?.Id ?? throw FulfillmentErrors.UnknownReference("shipping_profile_id", id);

    private static string? JsonText(string field, JsonElement? value)
    {
        Check.Json(field, value);
        return Check.JsonText(value);
    }

    private static void CheckRow(OptionRow row)
    {
        Check.Text("name", row.Name, min: 1);
        Check.OneOf("price_type", row.PriceType, "flat", "calculated");
        Check.OneOf("provider_id", row.ProviderId, "manual_manual");
    }

    private static IResult Answer(ShippingSetup setup, Guid id) => Reply.One("shipping_option",
        FulfillmentWire.ToWire(setup.Options.First(o => o.Row.Id == id), setup), FulfillmentJson.Default.ShippingOptionResponse, Fields.All);

    private static object Values(OptionRow row, IReadOnlyList<ShippingPrice> prices, IReadOnlyList<OptionRuleRow> rules)
    {
        var priceRules = prices.SelectMany(p => p.Rules).ToList();
        return new
        {
            row.Id,
            row.Name,
            row.PriceType,
            row.ProviderId,
            row.ServiceZoneId,
            row.ShippingProfileId,
            row.ShippingOptionTypeId,
            row.PriceSetId,
            row.Data,
            row.Metadata,
            ruleIds = rules.Select(r => r.Id).ToArray(),
            ruleAttributes = rules.Select(r => r.Attribute).ToArray(),
            ruleOperators = rules.Select(r => r.Operator).ToArray(),
            ruleValues = rules.Select(r => r.Value).ToArray(),
            priceIds = prices.Select(p => p.Row.Id).ToArray(),
            currencies = prices.Select(p => p.Row.CurrencyCode).ToArray(),
            regions = prices.Select(p => p.Row.RegionId).ToArray(),
            amounts = prices.Select(p => p.Row.Amount).ToArray(),
            priceRuleIds = priceRules.Select(r => r.Id).ToArray(),
            priceRulePrices = priceRules.Select(r => r.PriceId).ToArray(),
            priceRuleAttributes = priceRules.Select(r => r.Attribute).ToArray(),
            priceRuleOperators = priceRules.Select(r => r.Operator).ToArray(),
            priceRuleValues = priceRules.Select(r => r.Value).ToArray(),
        };
    }
}
