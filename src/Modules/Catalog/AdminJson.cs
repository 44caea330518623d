using System.Text.Json;
using System.Text.Json.Serialization;
using HeadlessPro.Catalog.Categories;
using HeadlessPro.Catalog.Channels;
using HeadlessPro.Catalog.Collections;
using HeadlessPro.Catalog.Labels;
using HeadlessPro.Catalog.PriceLists;
using HeadlessPro.Catalog.Products;
using HeadlessPro.Catalog.Uploads;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Catalog;

/// <summary>Generated serializers of the admin routes' wire records.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, NumberHandling = JsonNumberHandling.Strict,
    Converters = [typeof(WireTimeConverter)])]
[JsonSerializable(typeof(LinkIdsRequest))]
[JsonSerializable(typeof(CreateSalesChannelRequest))]
[JsonSerializable(typeof(UpdateSalesChannelRequest))]
[JsonSerializable(typeof(SalesChannelEnvelope))]
[JsonSerializable(typeof(ChannelKeyEnvelope))]
[JsonSerializable(typeof(ChannelLocationEnvelope))]
[JsonSerializable(typeof(ProductRequest))]
[JsonSerializable(typeof(BatchProductsRequest))]
[JsonSerializable(typeof(ProductVariantRequest))]
[JsonSerializable(typeof(ProductOptionRequest))]
[JsonSerializable(typeof(AdminProductEnvelope))]
[JsonSerializable(typeof(AdminVariantEnvelope))]
[JsonSerializable(typeof(AdminOptionEnvelope))]
[JsonSerializable(typeof(BatchProductsResponse))]
[JsonSerializable(typeof(CreateLabelRequest))]
[JsonSerializable(typeof(UpdateLabelRequest))]
[JsonSerializable(typeof(ProductTypeEnvelope))]
[JsonSerializable(typeof(ProductTagEnvelope))]
[JsonSerializable(typeof(CreateCollectionRequest))]
[JsonSerializable(typeof(UpdateCollectionRequest))]
[JsonSerializable(typeof(AdminCollectionEnvelope))]
[JsonSerializable(typeof(CreateCategoryRequest))]
[JsonSerializable(typeof(UpdateCategoryRequest))]
[JsonSerializable(typeof(AdminCategoryEnvelope))]
[JsonSerializable(typeof(CreatePriceListRequest))]
[JsonSerializable(typeof(UpdatePriceListRequest))]
[JsonSerializable(typeof(BatchListPricesRequest))]
[JsonSerializable(typeof(BatchListPricesResponse))]
[JsonSerializable(typeof(PriceListEnvelope))]
[JsonSerializable(typeof(UploadsResponse))]
[JsonSerializable(typeof(FileEnvelope))]
[JsonSerializable(typeof(Guid))]
internal sealed partial class AdminJson : JsonSerializerContext;

/// <summary>Ids to add to and remove from a relation.</summary>
internal sealed record LinkIdsRequest(IReadOnlyList<string>? Add = null, IReadOnlyList<string>? Remove = null);
