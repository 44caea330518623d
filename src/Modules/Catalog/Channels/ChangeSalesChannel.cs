using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog.Channels;

/// <summary>Renames, disables or closes a sales channel. A closed one shows nothing; its products stay.</summary>
internal sealed record UpdateSalesChannelRequest(
    Optional<string> Name = default, Optional<string?> Description = default, Optional<bool> IsDisabled = default, Optional<JsonElement?> Metadata = default);

internal static class ChangeSalesChannel
{
    public static async Task<IResult> Update(string id, Body<UpdateSalesChannelRequest> body, Db db, CancellationToken ct)
    {
        var key = Checked.PathId("Sales channel", SalesChannelRow.Prefix, id);
        var request = body.Value;
        var change = new
        {
            key,
            name = request.Name.IsSet ? Checked.Required("name", request.Name.Value) : null,
            hasDescription = request.Description.IsSet,
            description = Checked.Text("description", request.Description.Value, Longest.Description),
            disabled = request.IsDisabled.IsSet ? request.IsDisabled.Value : (bool?)null,
            hasMetadata = request.Metadata.IsSet,
            metadata = Checked.Metadata("metadata", request.Metadata.Value),
        };
        await using var tx = await db.Begin(ct);
        var row = await tx.Connection.QuerySingleOrDefaultAsync<SalesChannelRow>(new CommandDefinition($"""
            update catalog.sales_channels c set
                name = coalesce(@name, c.name), description = case when @hasDescription then @description else c.description end,
                is_disabled = coalesce(@disabled, c.is_disabled), metadata = case when @hasMetadata then @metadata::jsonb else c.metadata end,
                updated_at = now()
            where c.id = @key and c.deleted_at is null returning {SalesChannelRow.Columns}
            """, change, tx.Inner, cancellationToken: ct));
        if (row is null) throw CatalogErrors.NotFound("Sales channel", id);
        tx.Publish(new CatalogChanged([]));
        await tx.Commit(ct);
        return row.Reply();
    }

    public static async Task<IResult> Delete(string id, Db db, CancellationToken ct)
    {
        var key = Checked.PathId("Sales channel", SalesChannelRow.Prefix, id);
        await using var tx = await db.Begin(ct);
        var deleted = await tx.Connection.ExecuteAsync(new CommandDefinition(
            "update catalog.sales_channels set deleted_at = now() where id = @key and deleted_at is null", new { key }, tx.Inner, cancellationToken: ct));
        if (deleted == 0) throw CatalogErrors.NotFound("Sales channel", id);
        await tx.Connection.ExecuteAsync(new CommandDefinition(
            "delete from catalog.product_channels where sales_channel_id = @key", new { key }, tx.Inner, cancellationToken: ct));
        tx.Publish(new CatalogChanged([]));
        await tx.Commit(ct);
        return Reply.Deleted(id, "sales-channel");
    }
}
