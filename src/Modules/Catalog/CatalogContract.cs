using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Catalog;

/// <summary>Keeps <see cref="ICatalog"/>.</summary>
internal sealed class CatalogContract(Db db, SellableVariants sellable, VariantDocuments documents) : ICatalog
{
    public async Task<Result<IReadOnlyList<SellableVariant>>> GetSellableVariants(GetSellableVariants request, CancellationToken ct) =>
        new(await sellable.Get(request, ct), null);

    public async Task<Result<IReadOnlyList<VariantDocument>>> GetVariantDocuments(GetVariantDocuments request, CancellationToken ct) =>
        new(await documents.Get(request, ct), null);

    public async Task<Result<IReadOnlyList<SalesChannelInfo>>> GetSalesChannels(GetSalesChannels request, CancellationToken ct) =>
        new(await FindSalesChannels.Get(request, db, ct), null);
}
