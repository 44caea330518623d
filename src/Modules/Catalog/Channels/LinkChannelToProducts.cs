using Dapper;
using HeadlessPro.Catalog.Products;
using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog.Channels;

/// <summary>Puts products into a sales channel and takes them out.</summary>
internal static class LinkChannelToProducts
{
    public static async Task<IResult> Handle(string id, Body<LinkIdsRequest> body, Db db, CancellationToken ct)
    {
        var key = Checked.PathId("Sales channel", SalesChannelRow.Prefix, id);
        var link = ProductLink.Read(body.Value);
        await using var tx = await db.Begin(ct);
        var row = await tx.Connection.QuerySingleOrDefaultAsync<SalesChannelRow>(new CommandDefinition(
            $"select {SalesChannelRow.Columns} from catalog.sales_channels c where c.id = @key and c.deleted_at is null for update",
            new { key }, tx.Inner, cancellationToken: ct));
        if (row is null) throw CatalogErrors.NotFound("Sales channel", id);
        await link.MustExist(tx, ct);
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            delete from catalog.product_channels where sales_channel_id = @key and product_id = any (@Remove);
            insert into catalog.product_channels (product_id, sales_channel_id) select unnest(@Add::uuid[]), @key on conflict do nothing
            """, new { key, link.Add, link.Remove }, tx.Inner, cancellationToken: ct));
        tx.Publish(new CatalogChanged(link.All));
        await tx.Commit(ct);
        return row.Reply();
    }
}
