using System.Text.Json.Serialization;
using HeadlessPro.Platform.Web;
using HeadlessPro.Pricing.Promotions;
using HeadlessPro.Pricing.Regions;
using HeadlessPro.Pricing.Taxes;

namespace HeadlessPro.Pricing;

/// <summary>Serializers of this module's wire records.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, NumberHandling = JsonNumberHandling.Strict,
    Converters = [typeof(WireTimeConverter)])]
[JsonSerializable(typeof(RegionResponse))]
[JsonSerializable(typeof(CartRegionDocument))]
[JsonSerializable(typeof(RegionEnvelope))]
[JsonSerializable(typeof(CreateRegionRequest))]
[JsonSerializable(typeof(UpdateRegionRequest))]
[JsonSerializable(typeof(CurrencyResponse))]
[JsonSerializable(typeof(TaxRegionResponse))]
[JsonSerializable(typeof(TaxRegionEnvelope))]
[JsonSerializable(typeof(TaxRateResponse))]
[JsonSerializable(typeof(TaxRateEnvelope))]
[JsonSerializable(typeof(TaxRateRuleDeletedResponse))]
[JsonSerializable(typeof(CreateTaxRegionRequest))]
[JsonSerializable(typeof(UpdateTaxRegionRequest))]
[JsonSerializable(typeof(CreateTaxRateRequest))]
[JsonSerializable(typeof(UpdateTaxRateRequest))]
[JsonSerializable(typeof(TaxRateRuleRequest))]
[JsonSerializable(typeof(PromotionResponse))]
[JsonSerializable(typeof(PromotionEnvelope))]
[JsonSerializable(typeof(CreatePromotionRequest))]
[JsonSerializable(typeof(UpdatePromotionRequest))]
[JsonSerializable(typeof(CartPromotionDocument))]
[JsonSerializable(typeof(List<StoredRule>))]
internal sealed partial class PricingJson : JsonSerializerContext;
