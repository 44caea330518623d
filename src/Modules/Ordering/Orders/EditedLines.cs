using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Ordering.Carts;

namespace HeadlessPro.Ordering.Orders;

/// <summary>An order with other quantities: pure functions of the order and what is asked for.</summary>
internal static class EditedLines
{
    /// <summary>The quantity each line is to have.</summary>
    public static Result<IReadOnlyDictionary<Guid, long>> Quantities(Order order, IReadOnlyList<EditOrderItem> items)
    {
        if (items.Count is 0 or > CartRules.MaxLines)
            return Error.Invalid($"Invalid request: Field 'items' must have 1 to {CartRules.MaxLines} entries");
        var quantities = order.Lines.ToDictionary(l => l.Id, l => l.Quantity);
        var named = new HashSet<Guid>();
        for (var i = 0; i < items.Count; i++)
        {
            if (!WireId.TryDecode("ordli", items[i].Id, out var line) || !quantities.ContainsKey(line))
                return Error.Invalid($"Invalid request: Order #{order.Row.DisplayId} has no item '{items[i].Id}' (field 'items, {i}, id')");
            if (!named.Add(line)) return Error.Invalid($"Invalid request: Item '{items[i].Id}' is named twice (field 'items, {i}, id')");
            if (CartRules.Quantity(items[i].Quantity, 0, $"items, {i}, quantity") is { } problem) return problem;
            quantities[line] = items[i].Quantity;
        }

        return quantities.Values.Any(q => q > 0)
            ? quantities
            : Error.NotAllowed($"Order #{order.Row.DisplayId} would have no items: cancel it instead", "order_empty");
    }

    /// <summary>How many pieces more or fewer of each variant there are; lines of one variant are added up.</summary>
    public static IReadOnlyDictionary<Guid, long> Differences(Order order, IReadOnlyDictionary<Guid, long> quantities) => order.Lines
        .GroupBy(l => l.VariantId)
        .Select(g => (Variant: g.Key, More: g.Sum(l => quantities[l.Id] - l.Quantity)))
        .Where(d => d.More != 0)
        .ToDictionary(d => d.Variant, d => d.More);

    public static RequoteRequest Question(Order order, IReadOnlyDictionary<Guid, long> quantities) => new(
        order.Row.IsTaxInclusive,
        order.Lines.Where(l => quantities[l.Id] > 0).Select(l => new SoldLine(
            l.Id, quantities[l.Id], l.Quantity, l.UnitPrice,
            l.TaxLines.Select(t => new TaxLine(t.RateId, t.Code, t.Description, t.Rate, t.Subtotal, t.Total)).ToList(),
            l.Adjustments.Select(a => new Adjustment(a.PromotionId, a.Code, a.Amount, a.Total)).ToList())).ToList());

    /// <summary>What each promotion takes off the order.</summary>
    public static IReadOnlyList<OrderDiscount> Discounts(Order order) =>
        [.. order.Lines.SelectMany(l => l.Adjustments).Concat(order.Shipping.SelectMany(s => s.Adjustments))
            .GroupBy(a => a.PromotionId).Select(g => new OrderDiscount(g.Key, g.Sum(a => a.Total)))];

    /// <summary>The order after it; lines whose quantity stays are left to the cent.</summary>
    public static Order Apply(Order order, IReadOnlyDictionary<Guid, long> quantities, IReadOnlyList<QuotedEntry> entries, DateTimeOffset now)
    {
        var byId = entries.ToDictionary(e => e.Id);
        var lines = order.Lines.Where(l => quantities[l.Id] > 0)
            .Select(l => quantities[l.Id] == l.Quantity ? l : With(l, quantities[l.Id], byId[l.Id]))
            .ToList();
        var a = lines.Sum() + order.Shipping.Sum();
        var row = order.Row with
        {
            OriginalTotal = a.OriginalTotal,
            OriginalTaxTotal = a.OriginalTaxTotal,
            Subtotal = a.Subtotal,
            DiscountTotal = a.DiscountTotal,
            DiscountSubtotal = a.DiscountSubtotal,
            DiscountTaxTotal = a.DiscountTaxTotal,
            TaxTotal = a.TaxTotal,
            Total = a.Total,
            Version = order.Row.Version + 1,
            UpdatedAt = now,
        };
        return order with { Row = row, Lines = lines };
    }

    private static OrderLineRow With(OrderLineRow line, long quantity, QuotedEntry entry)
    {
        var a = entry.Amounts;
        return line with
        {
            Quantity = quantity,
            OriginalTotal = a.OriginalTotal,
            OriginalTaxTotal = a.OriginalTaxTotal,
            Subtotal = a.Subtotal,
            DiscountTotal = a.DiscountTotal,
            DiscountSubtotal = a.DiscountSubtotal,
            DiscountTaxTotal = a.DiscountTaxTotal,
            TaxTotal = a.TaxTotal,
            Total = a.Total,
            TaxLines = line.TaxLines.Zip(entry.TaxLines, (old, now) => old with { Subtotal = now.Subtotal, Total = now.Total }).ToList(),
            // A share that rounds to nothing is no discount any more.
            Adjustments = entry.Adjustments
                .Select(now => line.Adjustments.First(old => old.PromotionId == now.PromotionId) with { Amount = now.Amount, Total = now.Total })
                .ToList(),
        };
    }
}
