using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Npgsql;

namespace HeadlessPro.Catalog.Products;

/// <summary>Refuses ids of things that do not exist, naming them: collection, type, tags, categories, sales channels, regions.</summary>
internal sealed class CheckReferences(IPricing pricing)
{
    private const string Missing = """
        select 'collection_id' as field, 'pcol' as prefix, w.id from unnest(@collections) as w (id)
        where not exists (select 1 from catalog.collections r where r.id = w.id and r.deleted_at is null)
        union all
        select 'type_id', 'ptyp', w.id from unnest(@types) as w (id)
        where not exists (select 1 from catalog.types r where r.id = w.id and r.deleted_at is null)
        union all
        select 'tags', 'ptag', w.id from unnest(@tags) as w (id)
        where not exists (select 1 from catalog.tags r where r.id = w.id and r.deleted_at is null)
        union all
        select 'categories', 'pcat', w.id from unnest(@categories) as w (id)
        where not exists (select 1 from catalog.categories r where r.id = w.id and r.deleted_at is null)
        union all
        select 'sales_channels', 'sc', w.id from unnest(@channels) as w (id)
        where not exists (select 1 from catalog.sales_channels r where r.id = w.id and r.deleted_at is null)
        limit 1
        """;

    // Held until the end of the transaction, so that none is deleted meanwhile.
    private const string Hold = """
        select 1 from catalog.collections where id = any (@collections) order by id for share;
        select 1 from catalog.types where id = any (@types) order by id for share;
        select 1 from catalog.tags where id = any (@tags) order by id for share;
        select 1 from catalog.categories where id = any (@categories) order by id for share;
        select 1 from catalog.sales_channels where id = any (@channels) order by id for share
        """;

    public async Task MustExist(NpgsqlConnection connection, IReadOnlyList<ProductDraft> drafts, CancellationToken ct)
    {
        var named = new Named(drafts);
        if (named.IsEmpty) return;
        await Refuse(connection, named, transaction: null, ct);
        await RegionsMustExist(drafts.SelectMany(d => d.Variants).SelectMany(v => v.Prices ?? []).Select(p => p.RegionId), ct);
    }

    public async Task RegionsMustExist(IEnumerable<Guid?> regionIds, CancellationToken ct)
    {
        var ids = regionIds.OfType<Guid>().Distinct().ToList();
        if (ids.Count == 0) return;
        var regions = await pricing.GetRegions(new GetRegions(ids), ct);
        if (!regions.Try(out var found, out var error)) throw new ErrorException(error);
        var missing = ids.Except(found.Select(r => r.Id)).ToList();
        if (missing.Count > 0) throw CatalogErrors.Invalid($"Invalid request: Field 'region_id' names what does not exist: '{WireId.Encode("reg", missing[0])}'");
    }

    public async Task MustStillExist(Transaction tx, IReadOnlyList<ProductDraft> drafts, CancellationToken ct)
    {
        var named = new Named(drafts);
        if (!named.NamesRows) return;
        await tx.Connection.ExecuteAsync(new CommandDefinition(Hold, named, tx.Inner, cancellationToken: ct));
        await Refuse(tx.Connection, named, tx.Inner, ct);
    }

    private static async Task Refuse(NpgsqlConnection connection, Named named, NpgsqlTransaction? transaction, CancellationToken ct)
    {
        if (!named.NamesRows) return;
        var missing = await connection.QueryFirstOrDefaultAsync<MissingReference>(new CommandDefinition(Missing, named, transaction, cancellationToken: ct));
        if (missing is not null)
            throw CatalogErrors.Invalid($"Invalid request: Field '{missing.Field}' names what does not exist: '{WireId.Encode(missing.Prefix, missing.Id)}'");
    }

    private sealed record MissingReference(string Field, string Prefix, Guid Id);

    private sealed class Named(IReadOnlyList<ProductDraft> drafts)
    {
        public Guid[] Collections { get; } = drafts.Select(d => d.Fields.CollectionId).OfType<Guid>().Distinct().ToArray();
        public Guid[] Types { get; } = drafts.Select(d => d.Fields.TypeId).OfType<Guid>().Distinct().ToArray();
        public Guid[] Tags { get; } = drafts.SelectMany(d => d.TagIds ?? []).Distinct().ToArray();
        public Guid[] Categories { get; } = drafts.SelectMany(d => d.CategoryIds ?? []).Distinct().ToArray();
        public Guid[] Channels { get; } = drafts.SelectMany(d => d.ChannelIds ?? []).Distinct().ToArray();
        public bool NamesRows => Collections.Length + Types.Length + Tags.Length + Categories.Length + Channels.Length > 0;
        public bool IsEmpty => drafts.Count == 0;
    }
}
