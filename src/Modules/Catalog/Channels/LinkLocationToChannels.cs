using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace HeadlessPro.Catalog.Channels;

/// <summary>Says which sales channels a stock location serves. The location lives in Inventory; that the channels exist is known here.</summary>
internal static class LinkLocationToChannels
{
    public static async Task<IResult> Handle(
        string id, Body<LinkIdsRequest> body, Db db, [FromServices] IInventory inventory, CancellationToken ct)
    {
        var location = Checked.PathId("Stock location", "sloc", id);
        var add = Checked.Ids("add", SalesChannelRow.Prefix, body.Value.Add);
        var remove = Checked.Ids("remove", SalesChannelRow.Prefix, body.Value.Remove);
        await using (var connection = await db.Open(ct)) await KnownChannels.MustExist(connection, add, ct);

        var linked = await inventory.LinkChannels(new LinkLocationChannels(location, add, remove), ct);
        return linked.Error is { } error
            ? Reply.Error(error)
            : Reply.Json(new ChannelLocationEnvelope(new ChannelLocationResponse(id)), AdminJson.Default.ChannelLocationEnvelope);
    }
}

internal sealed record ChannelLocationEnvelope(ChannelLocationResponse StockLocation);

internal sealed record ChannelLocationResponse(string Id);
