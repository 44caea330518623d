using System.Text.Json.Serialization;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Catalog;

/// <summary>Generated serializers of the store routes' wire records.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, Converters = [typeof(WireTimeConverter)])]
[JsonSerializable(typeof(StoreProductPage))]
[JsonSerializable(typeof(StoreProductEnvelope))]
[JsonSerializable(typeof(StoreVariantPage))]
[JsonSerializable(typeof(StoreVariantEnvelope))]
[JsonSerializable(typeof(StoreCategoryPage))]
[JsonSerializable(typeof(StoreCategoryEnvelope))]
[JsonSerializable(typeof(StoreCollectionPage))]
[JsonSerializable(typeof(StoreCollectionEnvelope))]
[JsonSerializable(typeof(StoreTagPage))]
[JsonSerializable(typeof(StoreTagEnvelope))]
[JsonSerializable(typeof(StoreTypePage))]
[JsonSerializable(typeof(StoreTypeEnvelope))]
[JsonSerializable(typeof(StoreOptionPage))]
[JsonSerializable(typeof(StoreOptionEnvelope))]
internal sealed partial class StoreJson : JsonSerializerContext;
