namespace HeadlessPro.Catalog;

// The envelopes of the store routes, for the API description; the answers themselves are cut to the wanted fields.
internal sealed record StoreProductPage(IReadOnlyList<ProductResponse> Products, long Count, int Offset, int Limit);

internal sealed record StoreProductEnvelope(ProductResponse Product);

internal sealed record StoreVariantPage(IReadOnlyList<VariantResponse> Variants, long Count, int Offset, int Limit);

internal sealed record StoreVariantEnvelope(VariantResponse Variant);

internal sealed record StoreCategoryPage(IReadOnlyList<CategoryResponse> ProductCategories, long Count, int Offset, int Limit);

internal sealed record StoreCategoryEnvelope(CategoryResponse ProductCategory);

internal sealed record StoreCollectionPage(IReadOnlyList<CollectionResponse> Collections, long Count, int Offset, int Limit);

internal sealed record StoreCollectionEnvelope(CollectionResponse Collection);

internal sealed record StoreTagPage(IReadOnlyList<LabelResponse> ProductTags, long Count, int Offset, int Limit);

internal sealed record StoreTagEnvelope(LabelResponse ProductTag);

internal sealed record StoreTypePage(IReadOnlyList<LabelResponse> ProductTypes, long Count, int Offset, int Limit);

internal sealed record StoreTypeEnvelope(LabelResponse ProductType);

internal sealed record StoreOptionPage(IReadOnlyList<OptionResponse> ProductOptions, long Count, int Offset, int Limit);

internal sealed record StoreOptionEnvelope(OptionResponse ProductOption);
