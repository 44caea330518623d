using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Inventory;

namespace HeadlessPro.Modules.Tests.Inventory;

/// <summary>Laws of <see cref="Allocation"/> over random shelves, kits, backorders and lines.</summary>
public class AllocationTests
{
    [Fact]
    public void Whatever_the_shelves_and_lines_nothing_is_promised_twice_and_nothing_is_refused_without_need()
    {
        var (granted, refused) = (0, 0);
        for (var seed = 0; seed < 20_000; seed++)
        {
            var random = new Random(seed);
            var (items, locations) = (Ids(random.Next(1, 4)), Ids(random.Next(1, 4)));
            var levels = (
                from location in locations
                from item in items
                where random.Next(4) > 0
                let stocked = random.Next(0, 8)
                let reserved = random.Next(0, stocked + 1)
                select new FreeLevel(item, location, stocked, reserved, random.Next(5) == 0 ? random.Next(4) : 0)).ToList();
            var variants = Ids(random.Next(1, 4));
            var parts = (
                from variant in variants
                from item in items
                where random.Next(2) == 0
                select new VariantPart(variant, item, random.Next(1, 3))).ToLookup(p => p.VariantId);
            var lines = (
                from variant in variants
                from backorder in new[] { false, true }
                where random.Next(3) > 0
                select new ReserveLine(variant, random.Next(1, 6), backorder && random.Next(3) == 0, variant.ToString())).ToList();

            var decision = Allocation.Decide(lines, parts, levels, locations[0]);

            var free = items.ToDictionary(i => i, i => Math.Max(0, levels.Where(l => l.ItemId == i).Sum(l => l.Stocked - l.Reserved - l.Backordered)));
            long Wanted(Guid item, bool backorder) =>
                lines.Where(l => l.AllowBackorder == backorder).Sum(l => l.Quantity * parts[l.VariantId].Where(p => p.ItemId == item).Sum(p => p.Required));
            var possible = items.All(i => Wanted(i, false) <= free[i]) && lines.All(l => l.AllowBackorder || parts[l.VariantId].Any());
            Assert.True(possible == decision.IsOk, $"seed {seed}");
            if (!decision.Try(out var takes, out var error))
            {
                Assert.Equal("insufficient_inventory", error.Code);
                refused++;
                continue;
            }

            granted++;
            Assert.Equal(takes.Count, takes.DistinctBy(t => (t.ItemId, t.LocationId)).Count());
            Assert.All(takes, t => Assert.True(t is { Quantity: >= 0, Backordered: >= 0 } && t.Quantity + t.Backordered > 0));
            // Not more than is free there: what a location owes belongs to somebody, though it lies on the shelf.
            foreach (var take in takes.Where(t => t.Quantity > 0))
                Assert.True(take.Quantity <= levels.Single(l => l.ItemId == take.ItemId && l.LocationId == take.LocationId).Free, $"seed {seed}");
            foreach (var item in items)
            {
                var own = takes.Where(t => t.ItemId == item).ToList();
                var total = Wanted(item, false) + Wanted(item, true);
                Assert.Equal(total, own.Sum(t => t.Quantity + t.Backordered));
                Assert.Equal(Math.Min(total, free[item]), own.Sum(t => t.Quantity));
            }
        }

        Assert.True(granted > 2000 && refused > 2000, $"{granted} granted, {refused} refused");
    }

    [Fact]
    public void One_location_that_has_it_all_is_better_than_two_that_come_first()
    {
        var (item, variant, locations) = (Guid.NewGuid(), Guid.NewGuid(), Ids(3));
        var levels = new List<FreeLevel> { new(item, locations[0], 2, 0, 0), new(item, locations[1], 2, 0, 0), new(item, locations[2], 9, 5, 0) };
        var parts = new[] { new VariantPart(variant, item, 1) }.ToLookup(p => p.VariantId);
        IReadOnlyList<Take> Take(long quantity) => Allocation.Decide([new ReserveLine(variant, quantity, false, "Thing")], parts, levels, locations[0]).Value!;
        Assert.Equal([new Take(item, locations[0], 2, 0)], Take(2));
        Assert.Equal([new Take(item, locations[2], 3, 0)], Take(3));
        Assert.Equal([new Take(item, locations[0], 2, 0), new Take(item, locations[1], 2, 0), new Take(item, locations[2], 1, 0)], Take(5));
    }

    [Fact]
    public void What_a_location_owes_is_taken_elsewhere()
    {
        var (item, variant, locations) = (Guid.NewGuid(), Guid.NewGuid(), Ids(3));
        var levels = new List<FreeLevel> { new(item, locations[0], 5, 0, 5), new(item, locations[1], 5, 0, 3), new(item, locations[2], 5, 0, 0) };
        var parts = new[] { new VariantPart(variant, item, 1) }.ToLookup(p => p.VariantId);
        IReadOnlyList<Take> Take(long quantity) => Allocation.Decide([new ReserveLine(variant, quantity, false, "Thing")], parts, levels, locations[0]).Value!;
        Assert.Equal([new Take(item, locations[2], 5, 0)], Take(5));
        Assert.Equal([new Take(item, locations[1], 2, 0), new Take(item, locations[2], 5, 0)], Take(7));
    }

    private static List<Guid> Ids(int count) => Enumerable.Range(0, count).Select(_ => Guid.NewGuid()).ToList();
}
