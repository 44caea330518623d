using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Inventory;

/// <summary>Keeps <see cref="IInventory"/>; each method is a file of its own.</summary>
internal sealed class StockKeeper(Db db) : IInventory
{
    public Task<Result<Done>> EnsureItems(Contracts.Inventory.EnsureItems request, CancellationToken ct) =>
        Inventory.EnsureItems.Run(db, request, ct);

    public Task<Result<IReadOnlyList<VariantAvailability>>> GetAvailability(Contracts.Inventory.GetAvailability request, CancellationToken ct) =>
        Inventory.GetAvailability.Run(db, request, ct);

    public Task<Result<StockReservation>> Reserve(Contracts.Inventory.ReserveStock request, CancellationToken ct) =>
        ReserveStock.Reserve(db, request, ct);

    public Task<Result<Done>> Release(ReleaseStock request, CancellationToken ct) => ReserveStock.Release(db, request, null, ct);

    public Task<Result<Done>> RemoveItems(Contracts.Inventory.RemoveItems request, CancellationToken ct) =>
        Inventory.RemoveItems.Run(db, request, ct);

    public Task<Result<Done>> LinkChannels(LinkLocationChannels request, CancellationToken ct) => Inventory.LinkChannels.Run(db, request, ct);

    public Task<Result<IReadOnlyList<LocationInfo>>> GetLocations(GetLocations request, CancellationToken ct) => StockByLocation.Locations(db, ct);

    public Task<Result<IReadOnlyList<VariantStock>>> GetStock(GetStock request, CancellationToken ct) => StockByLocation.Read(db, request, ct);

    public Task<Result<Done>> SetStock(SetStock request, CancellationToken ct) => StockByLocation.Set(db, request, ct);
}
