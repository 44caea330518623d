using Dapper;
using HeadlessPro.Catalog.Products;
using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog.Categories;

/// <summary>Puts products into a category and takes them out.</summary>
internal static class LinkCategoryToProducts
{
    public static async Task<IResult> Handle(string id, Body<LinkIdsRequest> body, Db db, CancellationToken ct)
    {
        var key = AdminCategoryRow.Key(id);
        var link = ProductLink.Read(body.Value);
        await using var tx = await db.Begin(ct);
        var exists = await tx.Connection.QuerySingleOrDefaultAsync<int?>(new CommandDefinition(
            "select 1 from catalog.categories where id = @key and deleted_at is null for share", new { key }, tx.Inner, cancellationToken: ct));
        if (exists is null) throw CatalogErrors.NotFound(AdminCategoryRow.What, id);
        await link.MustExist(tx, ct);
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            delete from catalog.product_categories where category_id = @key and product_id = any (@Remove);
            insert into catalog.product_categories (product_id, category_id) select unnest(@Add::uuid[]), @key on conflict do nothing
            """, new { key, link.Add, link.Remove }, tx.Inner, cancellationToken: ct));
        tx.Publish(new CatalogChanged(link.All));
        await tx.Commit(ct);
        return await ReadAdminCategories.Answer(key, fields: null, db, ct);
    }
}
