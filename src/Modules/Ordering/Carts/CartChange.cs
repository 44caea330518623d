using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Threading;

namespace HeadlessPro.Ordering.Carts;

/// <summary>
/// Every change of a cart, in the same steps: load, decide (a pure function of the slice), price and check what was decided, write on
/// the version that was read. A rival's write in between means: again from the start, so that no change is lost.
/// </summary>
internal sealed class CartChange(CartStore store, CartPricing pricing, IInventory inventory, CartPayments payments, TimeProvider clock)
{
    private const int Attempts = 20;

    // Requests for one cart that meet in this process wait for each other instead of repeating their work; other hosts' are caught by the version.
    private readonly KeyedGate<Guid> _oneAtATime = new();

    public Task<Result<CartView>> Run(string wireId, Func<CartState, Result<CartState>> decide, CancellationToken ct) =>
        Run(wireId, (cart, _) => Task.FromResult<Result<CartDecision>>(decide(cart).Try(out var next, out var error) ? new CartDecision(next) : error), ct);

    /// <summary>As above, for a decision that has to ask somebody.</summary>
    public async Task<Result<CartView>> Run(string wireId, Func<CartState, CancellationToken, Task<Result<CartDecision>>> decide, CancellationToken ct)
    {
        if (!WireId.TryDecode("cart", wireId, out var id)) return CartErrors.IdNotFound(wireId);
        using var turn = await _oneAtATime.Enter(id, ct);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (attempt > 0) await Task.Delay(Random.Shared.Next(5, 20 * attempt + 10), ct);
            if (!CartStore.RefuseClosed(await store.Load(id, ct), wireId).Try(out var current, out var error)) return error;
            if (!(await decide(current, ct)).Try(out var decision, out error)) return error;
            var owed = payments.Find(current, ct);
            if (!(await Settle(current, decision.Next, ct, decision.Emptied is not null)).Try(out var priced, out error)) return error;
            if (await store.Save(current, priced.Cart, decision.Emptied, ct)) return await payments.BringUpToDate(priced, await owed, ct);
        }

        return CartErrors.Busy(wireId);
    }

    /// <summary>Writes a new cart.</summary>
    public async Task<Result<CartView>> Create(CartState cart, CancellationToken ct)
    {
        if (!(await Settle(cart with { Lines = [] }, cart, ct)).Try(out var priced, out var error)) return error;
        var made = priced.Cart with { CreatedAt = priced.Cart.UpdatedAt };
        await store.Insert(made, ct);
        return new CartView(priced with { Cart = made }, null);
    }

    private async Task<Result<PricedCart>> Settle(CartState current, CartState next, CancellationToken ct, bool isStockKnown = false)
    {
        var grown = Grown(current, next);
        var stock = grown.Count == 0 || isStockKnown ? null : inventory.GetAvailability(new GetAvailability([.. grown.Keys], next.SalesChannelIds), ct);
        if (!(await pricing.Price(next, ct)).Try(out var priced, out var error)) return error;
        if (stock is not null)
        {
            if (!(await stock).Try(out var available, out error)) return error;
            if (CheckGrown(priced, grown, available) is { } problem) return problem;
        }

        var news = next.ShippingMethods.Except(current.ShippingMethods).ToList();
        var unfit = news.Where(m => !priced.ShippingQuotes.ContainsKey(m.OptionId)).ToList();
        if (unfit.Count > 0) return CartErrors.ShippingUnfit(unfit.Select(m => WireId.Encode("so", m.OptionId)));

        var now = clock.GetUtcMilliseconds();
        var fitting = next.ShippingMethods.Count(m => priced.ShippingQuotes.ContainsKey(m.OptionId));
        var methods = KeepMethods(priced, now);
        var settled = next with { UpdatedAt = now, Version = current.Version + 1, ShippingMethods = methods, Lines = Stamp(priced, current, now) };
        // A method that another one of its profile replaces was in the quote still.
        return methods.Count < fitting ? await pricing.Price(settled, ct) : priced with { Cart = settled };
    }

    /// <summary>Variants of which the shopper now wants more, with the number wanted over all lines.</summary>
    private static Dictionary<Guid, long> Grown(CartState current, CartState next)
    {
        var before = current.Lines.GroupBy(l => l.VariantId).ToDictionary(g => g.Key, g => g.Sum(l => l.Quantity));
        return next.Lines.GroupBy(l => l.VariantId)
            .Select(g => (VariantId: g.Key, Wanted: g.Sum(l => l.Quantity)))
            .Where(v => v.Wanted > before.GetValueOrDefault(v.VariantId))
            .ToDictionary(v => v.VariantId, v => v.Wanted);
    }

    private static Error? CheckGrown(PricedCart priced, Dictionary<Guid, long> grown, IReadOnlyList<VariantAvailability> available)
    {
        var unknown = grown.Keys.Where(v => !priced.Variants.ContainsKey(v)).ToList();
        if (unknown.Count > 0) return CartErrors.UnknownVariants(unknown.Select(v => WireId.Encode("variant", v)));
        var unpriced = grown.Keys.Where(v => priced.Variants[v].UnitPrice is null).ToList();
        if (unpriced.Count > 0) return CartErrors.NoPrice(unpriced.Select(v => WireId.Encode("variant", v)));

        var byVariant = available.ToDictionary(a => a.VariantId, a => a.Available);
        return grown.Any(g => priced.Variants[g.Key] is { ManageInventory: true, AllowBackorder: false } && byVariant.GetValueOrDefault(g.Key) < g.Value)
            ? CartErrors.InsufficientInventory
            : null;
    }

    /// <summary>Methods whose option still fits, the newest of each shipping profile.</summary>
    private static List<CartShippingMethod> KeepMethods(PricedCart priced, DateTimeOffset now) => priced.Cart.ShippingMethods
        .Where(m => priced.ShippingQuotes.ContainsKey(m.OptionId))
        .Select(m => m with
        {
            ProfileId = priced.ShippingQuotes[m.OptionId].ProfileId,
            Name = priced.ShippingQuotes[m.OptionId].Name,
            CreatedAt = m.CreatedAt == default ? now : m.CreatedAt,
        })
        .GroupBy(m => m.ProfileId).Select(g => g.Last()).ToList();

    /// <summary>Gives new and changed lines their time and the look of their product.</summary>
    private static List<CartLine> Stamp(PricedCart priced, CartState current, DateTimeOffset now)
    {
        var old = current.Lines.ToDictionary(l => l.Id);
        return priced.Cart.Lines.Select(line => old.GetValueOrDefault(line.Id) == line ? line : line with
        {
            ProductId = priced.Variants.TryGetValue(line.VariantId, out var v) ? v.ProductId : line.ProductId,
            Snapshot = priced.SnapshotOf(line),
            CreatedAt = old.TryGetValue(line.Id, out var before) ? before.CreatedAt : now,
            UpdatedAt = now,
        }).ToList();
    }
}

/// <summary>What a change comes to.</summary>
/// <param name="Next">The cart after it.</param>
/// <param name="Emptied">Another cart, whose lines it has taken over as far as there is stock.</param>
internal sealed record CartDecision(CartState Next, CartState? Emptied = null);
