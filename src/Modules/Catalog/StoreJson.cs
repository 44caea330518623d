using System.Text.Json.Serialization;
using HeadlessPro.Catalog.Products;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Catalog;

/// <summary>Generated serializers of the store routes' wire records.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, Converters = [typeof(WireTimeConverter)])]
[JsonSerializable(typeof(ProductResponse))]
[JsonSerializable(typeof(VariantResponse))]
internal sealed partial class StoreJson : JsonSerializerContext;
