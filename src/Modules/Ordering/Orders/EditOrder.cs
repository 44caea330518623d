using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Ordering.Carts;
using HeadlessPro.Ordering.Checkout;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Ordering.Orders;

/// <summary>The body of editing an order: its version as it was read, and new quantities of lines; 0 removes one.</summary>
internal sealed record EditOrderRequest(long Version, List<EditOrderItem> Items);

internal sealed record EditOrderItem(string Id, long Quantity);

/// <summary>
/// Changes quantities of a pending order, at the terms it was sold at: nothing of it changes because the catalogue, a tax or a promotion did.
/// <code>
/// DECIDE   the order at the version named; new quantities; amounts by Pricing from the order's own prices, rates and discounts
/// HOLD     what it has in addition, under a key of its own, all or nothing; it lapses by itself when the edit does not come about
/// WRITE    one transaction: order and lines, if the version is still that, and `order.edited`
/// </code>
/// Inventory then sells the hold and takes back what is fewer; Payments follows the total, Pricing what promotions have spent.
/// </summary>
internal sealed class EditOrder(Db db, CheckoutPeers peers, ICatalog catalog, CheckoutOptions options, TimeProvider clock)
{
    public static async Task<IResult> Handle(
        string id, Body<EditOrderRequest> body, ApiQuery query, EditOrder edit, OrderAnswers answers, CancellationToken ct)
    {
        var fields = query.Fields(OrderJson.StaffDefaults);
        query.RejectUnknown();
        return (await edit.Run(id, body.Value, ct)).Try(out var order, out var error)
            ? await answers.One(order, fields, OrderView.Staff, ct)
            : Reply.Error(error);
    }

    private async Task<Result<Order>> Run(string id, EditOrderRequest request, CancellationToken ct)
    {
        if (!WireId.TryDecode("order", id, out var orderId)) return OrderErrors.NotFound(id);
        if (await OrdersStore.Load(db, orderId, byCart: false, ct) is not { } order) return OrderErrors.NotFound(id);
        if (Unfit(order, request.Version) is { } unfit) return unfit;
        if (!EditedLines.Quantities(order, request.Items).Try(out var quantities, out var error)) return error;
        var differences = EditedLines.Differences(order, quantities);
        if (order.Lines.All(l => quantities[l.Id] == l.Quantity)) return order;

        var asked = await peers.Pricing.Requote(EditedLines.Question(order, quantities), ct);
        if (!asked.Try(out var entries, out error)) return error;
        var edited = EditedLines.Apply(order, quantities, entries, clock.GetUtcMilliseconds());
        if (!(await Hold(order, differences, ct)).Try(out var hold, out error)) return error;

        // What is held is sold with the edit or given back, whether or not the caller waits for it.
        if (await Write(order, edited, hold.Key, differences, CancellationToken.None)) return edited;
        if (hold.Key is { } key) await peers.Inventory.Release(new ReleaseStock(key), CancellationToken.None);
        return Unfit((await OrdersStore.Load(db, orderId, byCart: false, CancellationToken.None))!, request.Version)!;
    }

    private static Error? Unfit(Order order, long version) =>
        !OrderFlow.Edit.From.Contains(order.Row.Status) ? OrderFlow.Edit.Refusal(order.Row)
        : order.Row.Version != version ? OrderErrors.Changed(order.Row, version)
        : null;

    private async Task<Result<EditHold>> Hold(Order order, IReadOnlyDictionary<Guid, long> differences, CancellationToken ct)
    {
        var grown = differences.Where(d => d.Value > 0).Select(d => new VariantQuantity(d.Key, d.Value)).ToList();
        if (grown.Count == 0) return new EditHold(null);
        var row = order.Row;
        var asked = await catalog.GetSellableVariants(
            new GetSellableVariants(grown, row.CurrencyCode, row.RegionId, row.SalesChannelId is { } channel ? [channel] : []), ct);
        if (!asked.Try(out var sellable, out var error)) return error;
        var variants = sellable.ToDictionary(v => v.VariantId);
        string Label(Guid variant) => LabelOf(order.Lines.First(l => l.VariantId == variant));
        if (grown.Where(g => !variants.ContainsKey(g.VariantId)).Select(g => Label(g.VariantId)).ToList() is { Count: > 0 } gone)
            return Error.Invalid($"No longer for sale: {string.Join("; ", gone)}. Its quantity cannot grow", "item_unavailable");

        var lines = grown.Where(g => variants[g.VariantId].ManageInventory)
            .Select(g => new ReserveLine(g.VariantId, g.Quantity, variants[g.VariantId].AllowBackorder, Label(g.VariantId)))
            .ToList();
        if (lines.Count == 0) return new EditHold(null);
        var hold = new EditHold(WireId.New());
        var reserved = await peers.Inventory.Reserve(
            new Contracts.Inventory.ReserveStock(hold.Key!.Value, row.SalesChannelId, lines, clock.GetUtcMilliseconds() + options.Reservation), ct);
        return reserved.Try(out _, out error) ? hold : error;
    }

    private async Task<bool> Write(Order order, Order edited, Guid? hold, IReadOnlyDictionary<Guid, long> differences, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        await using (var batch = tx.Batch())
        {
            batch.BatchCommands.Add(OrdersStore.Edit(order, edited));
            await using var reader = await batch.ExecuteReaderAsync(ct);
            if (!await reader.ReadAsync(ct)) return false;
        }

        var row = edited.Row;
        tx.Publish(new OrderEdited(
            row.Id, row.CartId, row.Version, row.Total, row.CurrencyCode, hold,
            [.. differences.Where(d => d.Value < 0).Select(d => new FewerPieces(d.Key, -d.Value))],
            EditedLines.Discounts(edited)));
        await tx.Commit(ct);
        return true;
    }

    private static string LabelOf(OrderLineRow line) => new LineSnapshot(line.ProductTitle, line.VariantTitle, line.VariantSku).Label;

    /// <summary>What is held for an edit; no key when nothing is.</summary>
    private sealed record EditHold(Guid? Key);
}
