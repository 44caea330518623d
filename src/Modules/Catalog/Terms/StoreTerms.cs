using System.Text.Json.Serialization.Metadata;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Caching;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog;

/// <summary>
/// <c>GET /store/collections</c>, <c>/store/product-tags</c>, <c>/store/product-types</c> and one of each: three tables of named groups of
/// products that are read alike. At most two round trips, the second for their products.
/// </summary>
internal sealed class StoreTerms<T>(StoreTermKind kind, ReadRow<T> read, Func<StoreJson, JsonTypeInfo<T>> json) where T : class, IProductGroup
{
    public Task<IResult> List(HttpContext http, ApiQuery query, AnswerCache cache, Db db, CancellationToken ct) => cache.GetOrCreate(http, ["catalog."], async () =>
    {
        var fields = query.Fields(kind.Defaults);
        var paging = query.Paging(kind.DefaultLimit);
        var filter = new ListFilter($"{kind.Alias}.deleted_at is null").Where(query, Filters);
        var columns = SqlList.Columns(kind.Alias, [.. kind.NameColumns, "id", "created_at", "updated_at"]);
        var order = query.Order(columns) is { } chosen ? $"{chosen}, {kind.Alias}.id" : $"{kind.Alias}.id";

        var page = await Page(filter, order, paging, db, ct);
        await AddProducts(page.Rows, fields, http, db, ct);
        return Reply.Page(kind.Plural, page, json(StoreJson.Default), fields);
    });

    public Task<IResult> One(string id, HttpContext http, ApiQuery query, AnswerCache cache, Db db, CancellationToken ct) =>
        cache.GetOrCreate(http, ["catalog."], async () =>
        {
            var fields = query.Fields(kind.Defaults);
            var key = WireId.TryDecode(kind.Prefix, id, out var decoded) ? decoded : Guid.Empty;
            var filter = new ListFilter($"{kind.Alias}.deleted_at is null").And($"{kind.Alias}.id = @value", key);
            var terms = (await Page(filter, $"{kind.Alias}.id", new Paging(1, 0), db, ct)).Rows;
            if (terms.Count == 0) return Reply.Error(Error.NotFound($"{kind.Label} with id: {id} was not found"));
            await AddProducts(terms, fields, http, db, ct);
            return Reply.One(kind.Singular, terms[0], json(StoreJson.Default), fields);
        });

    private void Filters(ListFilter filter, ApiQuery query)
    {
        filter
            .And($"{kind.Alias}.id = any (@value)", query.Ids("id", kind.Prefix))
            .AndTimes(query, kind.Alias).AndWords(query.Text("q"), $"{kind.Alias}.{kind.NameColumns[0]}");
        foreach (var column in kind.NameColumns) filter.And($"{kind.Alias}.{column} = any (@value)", query.Texts(column));
    }

    private Task<ListPage<T>> Page(ListFilter filter, string order, Paging paging, Db db, CancellationToken ct)
    {
        var from = $"from catalog.{kind.Table} {kind.Alias} where {filter.Sql}";
        return db.ReadPage(
            filter.Command($"select count(*) {from}"), filter.Page($"select {kind.Columns} {from} order by {order} limit @limit offset @offset", paging),
            paging, read, ct);
    }

    private async Task AddProducts(List<T> terms, Fields fields, HttpContext http, Db db, CancellationToken ct)
    {
        if (terms.Count == 0 || !fields.Wants("products")) return;
        var keys = terms.Select(t => WireId.TryDecode(kind.Prefix, t.Id, out var key) ? key : Guid.Empty).ToArray();
        await using var batch = db.Batch();
        batch.BatchCommands.Add(LoadGroupProducts.Command(keys, kind.Members, http.Features.Get<Caller>()!.SalesChannelIds));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await LoadGroupProducts.Fill(terms, kind.Prefix, reader, ct);
    }
}

/// <summary>What differs between collections, tags and types.</summary>
internal sealed record StoreTermKind(
    string Table, string Alias, string Columns, string Prefix, string Singular, string Plural, string Label, int DefaultLimit,
    string[] NameColumns, string[] Defaults, string Members);

/// <summary>The three kinds.</summary>
internal static class StoreTerms
{
    public static readonly StoreTerms<CollectionResponse> Collections = new(
        new("collections", "c", StoreRows.Collection, "pcol", "collection", "collections", "Product collection", 10, ["title", "handle"],
            ["title", "handle", "external_id", "created_at", "updated_at"],
            "where p.collection_id = owner.id"),
        StoreRows.ReadCollection, context => context.CollectionResponse);

    public static readonly StoreTerms<LabelResponse> Tags = new(
        new("tags", "g", StoreRows.Tag, "ptag", "product_tag", "product_tags", "Product tag", 50, ["value"],
            ["value", "external_id", "created_at", "updated_at", "metadata", "products.*", "products.type.id", "products.collection.id"],
            "join catalog.product_tags pg on pg.product_id = p.id where pg.tag_id = owner.id"),
        StoreRows.ReadTag, context => context.LabelResponse);

    public static readonly StoreTerms<LabelResponse> Types = new(
        new("types", "t", StoreRows.Type, "ptyp", "product_type", "product_types", "Product type", 50, ["value"],
            ["value", "external_id", "created_at", "updated_at", "metadata", "products.*", "products.collection.id"],
            "where p.type_id = owner.id"),
        StoreRows.ReadType, context => context.LabelResponse);
}
