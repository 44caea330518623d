using Npgsql;

namespace HeadlessPro.Catalog;

/// <summary>The first visible products of each tag, type, collection or category.</summary>
internal static class LoadGroupProducts
{
    /// <summary>So many of each group at most: the rest is asked for page by page from <c>/store/products</c>.</summary>
    public const int Most = 100;

    /// <summary>The statement; <see cref="Fill"/> reads its rows.</summary>
    /// <param name="groups">Keys of the groups.</param>
    /// <param name="members">From-clause and condition that tie products <c>p</c> to the group <c>owner.id</c>.</param>
    /// <param name="channels">The caller's.</param>
    public static NpgsqlBatchCommand Command(Guid[] groups, string members, IReadOnlyList<Guid> channels)
    {
        var command = new NpgsqlBatchCommand($"""
            select owner.id, {StoreRows.Product} from unnest(@owners) as owner (id)
            cross join lateral (select p.id from catalog.products p {members} and {Visibility.Condition(channels)} order by p.id limit {Most}) as member
            join catalog.products p on p.id = member.id
            {StoreRows.Joins}
            order by p.id
            """);
        command.Parameters.AddWithValue("owners", groups);
        Visibility.AddTo(command.Parameters, channels);
        return command;
    }

    /// <summary>Gives each group its products from the reader's current rows.</summary>
    public static async Task Fill(IReadOnlyList<IProductGroup> groups, string prefix, NpgsqlDataReader reader, CancellationToken ct)
    {
        var products = (await reader.ReadRows((ref row) => (Group: row.Id(prefix), Product: StoreRows.ReadProduct(ref row)), ct))
            .ToLookup(p => p.Group, p => p.Product, StringComparer.Ordinal);
        foreach (var group in groups) group.Products = products[group.Id].ToList();
    }
}
