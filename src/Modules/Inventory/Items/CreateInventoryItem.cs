using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace HeadlessPro.Inventory;

internal sealed record CreateInventoryItemRequest(
    string? Sku = null, string? Title = null, string? Description = null, string? Thumbnail = null, bool RequiresShipping = true,
    long? LowStockThreshold = null, string? OriginCountry = null, string? HsCode = null, string? MidCode = null, string? Material = null,
    long? Weight = null, long? Length = null, long? Height = null, long? Width = null, JsonElement? Metadata = null,
    IReadOnlyList<CreateInventoryLevelRequest>? LocationLevels = null);

/// <summary>Makes a stock item, with its first counts when they are given.</summary>
internal static class CreateInventoryItem
{
    public static async Task<IResult> Handle(Body<CreateInventoryItemRequest> body, ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = ItemsStore.Fields(query);
        query.RejectUnknown();
        var request = body.Value;
        Check.Json("metadata", request.Metadata);
        Check.Count("location_levels", request.LocationLevels, 100);
        var row = new ItemRow(WireId.New(), request.Sku, request.Title, request.Description, request.Thumbnail, request.RequiresShipping,
            request.LowStockThreshold, request.OriginCountry, request.HsCode, request.MidCode, request.Material, request.Weight, request.Length,
            request.Height, request.Width, Check.JsonText(request.Metadata), default, default, null);
        row.Check();

        await using var tx = await db.Begin(ct);
        try
        {
            await tx.Connection.ExecuteAsync(new CommandDefinition("""
                insert into inventory.items (id, sku, title, description, thumbnail, requires_shipping, low_stock_threshold, origin_country, hs_code,
                    mid_code, material, weight, length, height, width, metadata)
                values (@Id, @Sku, @Title, @Description, @Thumbnail, @RequiresShipping, @LowStockThreshold, @OriginCountry, @HsCode,
                    @MidCode, @Material, @Weight, @Length, @Height, @Width, @Metadata::jsonb)
                """, row, tx.Inner, cancellationToken: ct));
        }
        catch (PostgresException e) when (e.ConstraintName == "items_sku")
        {
            return Reply.Error(InventoryErrors.DuplicateSku(request.Sku));
        }

        await Levels.Change(tx, row.Id, request.LocationLevels ?? [], [], [], ct);
        await tx.Commit(ct);
        return Reply.One("inventory_item", (await ItemsStore.Find(row.Id, tx.Connection, ct))!, InventoryJson.Default.InventoryItemResponse, fields);
    }
}
