using System.Text.Json.Serialization;
using HeadlessPro.Platform.Web;
using HeadlessPro.Pricing.Promotions;
using HeadlessPro.Pricing.Regions;

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
[JsonSerializable(typeof(PromotionResponse))]
[JsonSerializable(typeof(PromotionEnvelope))]
[JsonSerializable(typeof(CartPromotionDocument))]
[JsonSerializable(typeof(List<StoredRule>))]
internal sealed partial class PricingJson : JsonSerializerContext;
