using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Catalog.Products;

/// <summary>Products to put into something (a channel, a collection, a category) and to take out of it.</summary>
internal sealed record ProductLink(Guid[] Add, Guid[] Remove)
{
    public const string Prefix = "prod";

    /// <summary>Both, as an event names them.</summary>
    public Guid[] All => [.. Add, .. Remove];

    public static ProductLink Read(LinkIdsRequest request)
    {
        var link = new ProductLink(Checked.Ids("add", Prefix, request.Add), Checked.Ids("remove", Prefix, request.Remove));
        if (link.Add.Intersect(link.Remove).FirstOrDefault() is var both && both != Guid.Empty)
            throw CatalogErrors.Invalid($"Invalid request: Fields 'add' and 'remove' both name '{WireId.Encode(Prefix, both)}'");
        return link;
    }

    /// <summary>Refuses products to add that do not exist, naming them; holds the others until the transaction ends.</summary>
    public async Task MustExist(Transaction tx, CancellationToken ct)
    {
        var found = await tx.Connection.QueryAsync<Guid>(new CommandDefinition(
            "select id from catalog.products where id = any (@Add) and deleted_at is null order by id for share", new { Add }, tx.Inner, cancellationToken: ct));
        var missing = Add.Except(found).ToList();
        if (missing.Count > 0)
            throw new ErrorException(Error.Invalid($"Products with ids: {string.Join(", ", missing.Select(id => WireId.Encode(Prefix, id)))} do not exist"));
    }
}
