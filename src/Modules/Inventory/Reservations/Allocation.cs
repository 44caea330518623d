using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Inventory;

namespace HeadlessPro.Inventory;

/// <summary>A row of <c>inventory.variant_items</c>.</summary>
internal readonly record struct VariantPart(Guid VariantId, Guid ItemId, int Required);

/// <summary>A level as it would be without the reservation being decided on, in the order its location ships.</summary>
internal readonly record struct FreeLevel(Guid ItemId, Guid LocationId, long Stocked, long Reserved, long Backordered)
{
    /// <summary>What can be promised; less than nothing when backorders wait for goods. Pieces on the shelf that are owed are not free.</summary>
    public long Free => Stocked - Reserved - Backordered;
}

/// <summary>Pieces of one stock item taken at one location: from the shelf, or owed.</summary>
internal readonly record struct Take(Guid ItemId, Guid LocationId, long Quantity, long Backordered);

/// <summary>
/// Decides where the pieces for a list of lines come from; touches nothing. Demand is added up per stock item first, so two lines, or two
/// kits, that share a part can never be promised the same piece. An item is taken from the first location that has all of it, else
/// from several in order; what may be backordered is owed by the first location.
/// </summary>
internal static class Allocation
{
    private sealed class Demand
    {
        /// <summary>Pieces that must be there.</summary>
        public long Strict { get; set; }

        /// <summary>Pieces that may be owed.</summary>
        public long Soft { get; set; }
    }

    /// <param name="lines">At most one per variant and backorder rule.</param>
    /// <param name="parts">What the variants consist of.</param>
    /// <param name="levels">Levels at the locations that serve, in shipping order.</param>
    /// <param name="firstLocation">The first location that serves, for backorders of items it has no level of.</param>
    public static Result<IReadOnlyList<Take>> Decide(
        IReadOnlyList<ReserveLine> lines, ILookup<Guid, VariantPart> parts, IReadOnlyList<FreeLevel> levels, Guid? firstLocation)
    {
        var demands = new Dictionary<Guid, Demand>();
        var levelsOf = levels.ToLookup(l => l.ItemId);
        foreach (var line in lines)
        {
            foreach (var part in parts[line.VariantId])
            {
                if (!demands.TryGetValue(part.ItemId, out var demand)) demands[part.ItemId] = demand = new Demand();
                if (line.AllowBackorder) demand.Soft += line.Quantity * part.Required;
                else demand.Strict += line.Quantity * part.Required;
            }
        }

        var free = demands.Keys.ToDictionary(item => item, item => Math.Max(0, levelsOf[item].Sum(l => l.Free)));
        var missing = demands.Where(d => d.Value.Strict > free[d.Key]).Select(d => d.Key).ToHashSet();
        var losers = lines
            .Where(l => !l.AllowBackorder && (!parts[l.VariantId].Any() || parts[l.VariantId].Any(p => missing.Contains(p.ItemId))))
            .ToList();
        if (losers.Count > 0) return InventoryErrors.Insufficient(losers, variant => Left(parts[variant], free));

        var takes = new List<Take>();
        foreach (var (item, demand) in demands) Spread(takes, item, demand, free[item], levelsOf[item].ToList(), firstLocation);
        return takes;
    }

    // What is free over all locations is at most what is free where something is, so the pieces always suffice.
    private static void Spread(List<Take> takes, Guid item, Demand demand, long free, List<FreeLevel> levels, Guid? firstLocation)
    {
        var total = demand.Strict + demand.Soft;
        var fromShelf = Math.Min(total, free);
        var owed = total - fromShelf;
        var whole = levels.FindIndex(l => l.Free >= fromShelf);
        if (fromShelf > 0 && whole >= 0)
        {
            takes.Add(new Take(item, levels[whole].LocationId, fromShelf, 0));
        }
        else
        {
            foreach (var level in levels)
            {
                var quantity = Math.Min(fromShelf, level.Free);
                if (quantity <= 0) continue;
                takes.Add(new Take(item, level.LocationId, quantity, 0));
                fromShelf -= quantity;
            }
        }

        if (owed == 0 || (levels.Count == 0 && firstLocation is null)) return;
        var owing = levels.Count > 0 ? levels[0].LocationId : firstLocation!.Value;
        var same = takes.FindIndex(t => t.ItemId == item && t.LocationId == owing);
        if (same >= 0) takes[same] = takes[same] with { Backordered = owed };
        else takes.Add(new Take(item, owing, 0, owed));
    }

    private static long Left(IEnumerable<VariantPart> parts, Dictionary<Guid, long> free) =>
        parts.Select(p => free[p.ItemId] / p.Required).DefaultIfEmpty(0).Min();
}
