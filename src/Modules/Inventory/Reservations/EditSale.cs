using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Inventory;

/// <summary>
/// An order was edited. What it has in addition was held under a key of its own and joins the reservation of its cart; what it has less of goes
/// back, owed pieces first. Where that reservation stands decides what happens to the levels:
/// <code>
/// committed  what was added leaves the shelf, what is fewer goes back on it
/// held       (its sale was not heard of yet) what was added stays held, what is fewer is free; the sale takes what is left of it
/// released   (its hold lapsed before) only its lines change; the sale takes what there is, and the rest is owed
/// canceled   nothing is sold any more: what was added is free
/// </code>
/// Each version is taken once; one that is heard before the edit it follows waits for that.
/// </summary>
internal static class EditSale
{
    public static async Task Run(Db db, OrderEdited edited, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        var found = await EditSaleRows.Lock(tx, edited, ct);
        if (found.OrderVersion >= edited.Version) return;
        if (found.OrderVersion < edited.Version - 1)
            throw new InvalidOperationException($"Edit {edited.Version} of order {edited.OrderId} follows one that was not heard of yet");

        var (isHeld, status) = (found.HoldStatus == "held", found.Status);
        // What was held lapsed although the edit stands: what others have taken since is owed.
        var added = isHeld ? found.Held : [.. found.Held.Select(l => ReserveStock.Retake(l, found.Levels))];
        var fewer = Fewer(edited.Fewer, found);
        await using (var batch = tx.Batch())
        {
            switch (status)
            {
                case "committed":
                    if (added.Count > 0) ReserveRows.SellLevels(batch, edited.CartId, added, fromHold: isHeld);
                    ReturnStock.PutBack(batch, edited.CartId, fewer);
                    break;
                case "held":
                    ReserveRows.ChangeLevels(batch, [.. isHeld ? [] : added, .. fewer.Select(ReserveStock.Negate)]);
                    break;
                default:
                    if (isHeld) ReserveRows.ChangeLevels(batch, [.. found.Held.Select(ReserveStock.Negate)]);
                    break;
            }

            if (status != "canceled")
                ReserveRows.WriteLines(batch, edited.CartId, Sum([.. found.Lines, .. added, .. fewer.Select(ReserveStock.Negate)]), replace: true);
            EditSaleRows.Finish(batch, edited);
            await batch.ExecuteNonQueryAsync(ct);
        }

        var items = added.Concat(fewer).Select(l => l.ItemId).Distinct().ToArray();
        await LowStock.Check(tx, items, ct);
        ReserveStock.Publish(tx, found.Parts, items);
        await tx.Commit(ct);
    }

    /// <summary>What goes back of the reservation's lines, never more than they hold.</summary>
    private static List<Take> Fewer(IReadOnlyList<FewerPieces> pieces, EditedSale found)
    {
        var back = new List<Take>();
        var left = found.Lines.ToDictionary(l => (l.ItemId, l.LocationId));
        var parts = found.Parts.ToLookup(p => p.VariantId);
        foreach (var (variant, quantity) in pieces)
        {
            foreach (var part in parts[variant])
            {
                var wanted = quantity * part.Required;
                foreach (var line in left.Values.Where(l => l.ItemId == part.ItemId).OrderByDescending(l => l.Backordered).ToList())
                {
                    var owed = Math.Min(wanted, line.Backordered);
                    Give(line with { Quantity = 0, Backordered = owed });
                    wanted -= owed;
                }

                foreach (var line in left.Values.Where(l => l.ItemId == part.ItemId).ToList())
                {
                    var shelf = Math.Min(wanted, line.Quantity);
                    Give(line with { Quantity = shelf, Backordered = 0 });
                    wanted -= shelf;
                }
            }
        }

        return Sum(back);

        void Give(Take take)
        {
            var line = left[(take.ItemId, take.LocationId)];
            left[(take.ItemId, take.LocationId)] = line with { Quantity = line.Quantity - take.Quantity, Backordered = line.Backordered - take.Backordered };
            back.Add(take);
        }
    }

    private static List<Take> Sum(IEnumerable<Take> takes) => takes
        .GroupBy(t => (t.ItemId, t.LocationId))
        .Select(g => new Take(g.Key.ItemId, g.Key.LocationId, g.Sum(t => t.Quantity), g.Sum(t => t.Backordered)))
        .Where(t => t is not { Quantity: 0, Backordered: 0 })
        .ToList();
}
