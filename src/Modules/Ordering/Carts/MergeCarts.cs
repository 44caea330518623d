using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Contracts.Inventory;

namespace HeadlessPro.Ordering.Carts;

/// <summary>
/// Decides what becomes of a cart that a customer takes along at sign-in, and of the one they had before: its lines are added to this one, as
/// far as they are sold and there are pieces (docs/guides/customers.md), and it stays behind empty.
/// </summary>
internal sealed class MergeCarts(CartStore store, ICatalog catalog, IInventory inventory)
{
    public async Task<Result<MergedCarts>> Decide(CartState cart, CustomerInfo customer, CancellationToken ct)
    {
        // Theirs already, because this is a repeat: nothing is added again.
        if (cart.CustomerId == customer.Id) return new MergedCarts(new CartDecision(cart), []);
        if (cart.CustomerId is not null) return CartErrors.OfAnotherCustomer(WireId.Encode("cart", cart.Id));

        var mine = cart.Of(customer);
        if (await store.FindOther(customer.Id, cart, ct) is not { } other) return new MergedCarts(new CartDecision(mine), []);

        var wanted = other.Lines.GroupBy(l => l.VariantId).Select(g => new VariantQuantity(g.Key, g.Sum(l => l.Quantity))).ToList();
        var pieces = inventory.GetAvailability(new GetAvailability([.. wanted.Select(w => w.VariantId)], cart.SalesChannelIds), ct);
        var asked = await catalog.GetSellableVariants(
            new GetSellableVariants(wanted, cart.CurrencyCode, cart.RegionId, cart.SalesChannelIds, AsOf: cart.CatalogVersion), ct);
        if (!(await pieces).Try(out var available, out var error) || !asked.Try(out var variants, out error)) return error;

        var (lines, left) = Fit(
            cart.Lines, other.Lines, variants.Where(v => v.UnitPrice is not null).ToDictionary(v => v.VariantId), available.ToDictionary(a => a.VariantId, a => a.Available));
        var codes = CartRules.Codes([.. cart.PromoCodes, .. other.PromoCodes]).Value ?? cart.PromoCodes;
        return new MergedCarts(new CartDecision(mine with { Lines = lines, PromoCodes = codes }, other), left);
    }

    /// <summary>Adds lines to lines: the same variant with the same metadata adds up, whatever does not fit is left.</summary>
    private static (List<CartLine> Lines, List<LineLeft> Left) Fit(
        IReadOnlyList<CartLine> own, IReadOnlyList<CartLine> others, Dictionary<Guid, SellableVariant> variants, Dictionary<Guid, long> available)
    {
        var (lines, left) = (own.ToList(), new List<LineLeft>());
        foreach (var line in others)
        {
            var same = lines.FindIndex(l => l.VariantId == line.VariantId && AddLineItem.SameJson(l.Metadata, line.Metadata));
            var (room, reason) = variants.TryGetValue(line.VariantId, out var variant)
                ? Room(lines, same, variant, available.GetValueOrDefault(line.VariantId))
                : (0, LineLeft.Unavailable);
            var taken = Math.Clamp(room, 0, line.Quantity);
            if (taken < line.Quantity) left.Add(new LineLeft(line, line.Quantity - taken, reason));
            if (taken == 0) continue;
            if (same < 0) lines.Add(line with { Quantity = taken });
            else lines[same] = lines[same] with { Quantity = lines[same].Quantity + taken };
        }

        return (lines, left);
    }

    private static (long Pieces, string Reason) Room(List<CartLine> lines, int same, SellableVariant variant, long available)
    {
        var room = same >= 0 ? CartRules.MaxQuantity - lines[same].Quantity : lines.Count < CartRules.MaxLines ? CartRules.MaxQuantity : 0;
        if (!variant.ManageInventory || variant.AllowBackorder) return (room, LineLeft.CartFull);
        var pieces = available - lines.Where(l => l.VariantId == variant.VariantId).Sum(l => l.Quantity);
        return pieces < room ? (pieces, LineLeft.NoStock) : (room, LineLeft.CartFull);
    }
}

/// <summary>What a sign-in does to a cart, and what of the other cart did not come along.</summary>
internal sealed record MergedCarts(CartDecision Decision, IReadOnlyList<LineLeft> Left);

/// <summary>Pieces of a line that did not come along, and why.</summary>
internal sealed record LineLeft(CartLine Line, long Quantity, string Reason)
{
    public const string NoStock = "insufficient_inventory";
    public const string Unavailable = "item_unavailable";
    public const string CartFull = "cart_full";
}
