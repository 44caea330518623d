using System.Security.Cryptography;
using System.Text;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Platform.Data;
using Npgsql;
using NpgsqlTypes;

namespace HeadlessPro.Inventory;

/// <summary>
/// Holding stock and undoing it, side by side. All three take the same locks in the same order, which is what keeps 200 buyers of the
/// last piece from deadlock: first the reservation of the key, then the levels by (item, location). Nobody waits for a reservation
/// while holding a level.
///
/// RESERVE   round trip 1: lock, and read what is free · decide (Allocation) · round trip 2: write and commit. All lines or none.
/// COMMIT    held → sold: the pieces leave the shelf. Owed (backordered) pieces stay owed.
/// RELEASE   held → free. A hold given back on purpose leaves nothing to sell; one that lapsed still says what its order would have had.
/// </summary>
internal static class ReserveStock
{
    /// <summary>More of one thing nobody buys; keeps every sum far from overflow.</summary>
    public const long MaxQuantity = 1_000_000_000;

    public static async Task<Result<StockReservation>> Reserve(Db db, Contracts.Inventory.ReserveStock request, CancellationToken ct)
    {
        if (request.Lines.FirstOrDefault(l => l.Quantity is <= 0 or > MaxQuantity) is { } wrong)
            return Error.Invalid($"Invalid request: Value for field 'quantity' must be between 1 and {MaxQuantity}, got: '{wrong.Quantity}'");
        var lines = request.Lines.GroupBy(l => (l.VariantId, l.AllowBackorder))
            .Select(g => g.First() with { Quantity = g.Sum(l => l.Quantity) })
            .ToList();
        var fingerprint = Fingerprint(request.SalesChannelId, lines);

        await using var tx = await db.Begin(ct);
        var found = await ReserveRows.Lock(tx, request, fingerprint, ct);
        if (found.Status is "committed" or "canceled") return new StockReservation(request.Key, found.ExpiresAt);

        var repeated = found is { IsNew: false, Status: "held" } && found.Fingerprint == fingerprint;
        var last = tx.Batch();
        if (!repeated)
        {
            var given = found.Status == "held" ? found.Lines : [];
            var decision = Allocation.Decide(lines, found.Parts.ToLookup(p => p.VariantId), GiveBack(found.Levels, given), found.FirstLocation);
            if (!decision.Try(out var takes, out var error)) return error;
            ReserveRows.WriteLines(last, request.Key, takes, replace: !found.IsNew);
            ReserveRows.ChangeLevels(last, [.. takes, .. given.Select(Negate)]);
            Publish(tx, found.Parts, takes.Concat(given).Select(t => t.ItemId));
        }

        if (!found.IsNew)
        {
            last.BatchCommands.Add(new NpgsqlBatchCommand("""
                update inventory.reservations set status = 'held', fingerprint = $2, expires_at = $3, updated_at = now() where key = $1
                """)
            {
                Parameters = { new() { Value = request.Key }, new() { Value = fingerprint }, new() { Value = request.ExpiresAt.ToUniversalTime() } },
            });
        }

        await tx.Commit(last, ct);
        return new StockReservation(request.Key, request.ExpiresAt);
    }

    /// <summary>An order of nothing that is counted has no hold: nothing happens, nor does when it is repeated.</summary>
    public static async Task Commit(Db db, Guid key, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        var held = await ReserveRows.LockHeld(tx, key, ct);
        if (held.Status is null or "committed" or "canceled") return;

        // A hold that lapsed although its order was placed: the order stands, so what others have taken since is owed.
        var sold = held.Status == "held" ? held.Lines : held.Lines.Select(l => Retake(l, held.Levels)).ToList();
        var batch = tx.Batch();
        if (held.Status == "released") ReserveRows.WriteLines(batch, key, sold, replace: true);
        if (sold.Count > 0) ReserveRows.SellLevels(batch, key, sold, fromHold: held.Status == "held");
        batch.BatchCommands.Add(SetStatus(key, "committed"));
        await using (batch) await batch.ExecuteNonQueryAsync(ct);
        var items = sold.Select(l => l.ItemId).Distinct().ToArray();
        await LowStock.Check(tx, items, ct);
        // What was held could not be promised before it was sold either.
        if (held.Status == "released") Publish(tx, held.Parts, items);
        await tx.Commit(ct);
    }

    /// <param name="db">The database.</param>
    /// <param name="request">The key.</param>
    /// <param name="expiredBy">When given: only a hold whose expiry has passed at that time; a hold that was extended stays.</param>
    /// <param name="ct">Cancellation.</param>
    public static async Task<Result<Done>> Release(Db db, ReleaseStock request, DateTimeOffset? expiredBy, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        var held = await ReserveRows.LockHeld(tx, request.Key, ct);
        if (held.Status != "held" || (expiredBy is { } now && held.ExpiresAt > now)) return new Done();

        var last = tx.Batch();
        ReserveRows.ChangeLevels(last, held.Lines.Select(Negate).ToList());
        if (expiredBy is null) ReserveRows.WriteLines(last, request.Key, [], replace: true);
        last.BatchCommands.Add(SetStatus(request.Key, "released"));
        Publish(tx, held.Parts, held.Lines.Select(l => l.ItemId));
        await tx.Commit(last, ct);
        return new Done();
    }

    private static List<FreeLevel> GiveBack(IReadOnlyList<ServingLevel> levels, IReadOnlyList<Take> given) =>
        levels.Where(l => l.Serves).OrderBy(l => l.Priority).ThenBy(l => l.LocationId).Select(l =>
        {
            var back = given.FirstOrDefault(t => t.ItemId == l.ItemId && t.LocationId == l.LocationId);
            return new FreeLevel(l.ItemId, l.LocationId, l.Stocked, l.Reserved - back.Quantity, l.Backordered - back.Backordered);
        }).ToList();

    public static Take Retake(Take line, IReadOnlyList<ServingLevel> levels)
    {
        var level = levels.FirstOrDefault(l => l.ItemId == line.ItemId && l.LocationId == line.LocationId);
        // Goods that arrived for others' backorders are theirs first.
        var quantity = level is null ? 0 : Math.Clamp(level.Stocked - level.Reserved - level.Backordered, 0, line.Quantity);
        return line with { Quantity = quantity, Backordered = line.Backordered + line.Quantity - quantity };
    }

    public static Take Negate(Take take) => take with { Quantity = -take.Quantity, Backordered = -take.Backordered };

    public static void Publish(Transaction tx, IReadOnlyList<VariantPart> parts, IEnumerable<Guid> items)
    {
        var touched = items.ToHashSet();
        var variants = parts.Where(p => touched.Contains(p.ItemId)).Select(p => p.VariantId).Distinct().ToList();
        if (variants.Count > 0) tx.Publish(new StockChanged(variants));
    }

    public static NpgsqlBatchCommand SetStatus(Guid key, string status) =>
        new("update inventory.reservations set status = $2, updated_at = now() where key = $1")
        {
            Parameters = { new() { Value = key }, new() { Value = status, NpgsqlDbType = NpgsqlDbType.Text } },
        };

    private static string Fingerprint(Guid? channel, IReadOnlyList<ReserveLine> lines) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('|', lines.Select(l => $"{l.VariantId}:{l.Quantity}:{l.AllowBackorder}").Order(StringComparer.Ordinal).Prepend(channel.ToString())))));
}
