using HeadlessPro.Contracts;
using HeadlessPro.Platform.Caching;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog;

/// <summary>
/// <c>GET /store/product-options</c> and one of them: options of products the caller may see. Every option belongs to one product
/// (<c>is_exclusive</c>), so <c>is_exclusive=false</c> finds none.
/// </summary>
internal static class StoreOptions
{
    private const string From = "from catalog.options o join catalog.products p on p.id = o.product_id";
    private static readonly string[] Defaults = ["title", "is_exclusive", "created_at", "updated_at", "metadata", "values.*"];

    private static readonly Dictionary<string, string> OrderColumns = SqlList.Columns("o", "title", "created_at", "updated_at", "id");

    public static Task<IResult> List(HttpContext http, ApiQuery query, AnswerCache cache, Db db, CancellationToken ct) => cache.GetOrCreate(http, ["catalog."], async () =>
    {
        var fields = query.Fields(Defaults);
        var paging = query.Paging(50);
        var filter = Visibility.Filter(http.Features.Get<Caller>()!.SalesChannelIds).Where(query, Filters);
        var order = query.Order(OrderColumns) is { } chosen ? chosen + ", o.id" : "o.id";
        var (options, count) = await Read(filter, order, paging, fields, db, ct);
        return Reply.Page("product_options", options, StoreJson.Default.OptionResponse, fields, count, paging);
    });

    private static void Filters(ListFilter filter, ApiQuery query) => filter
        .And("o.id = any (@value)", query.Ids("id", "opt"))
        .And("o.title = any (@value)", query.Texts("title"))
        .And("o.product_id = any (@value)", query.Ids("product_id", "prod"))
        .And("@value", query.Flag("is_exclusive"))
        .AndTimes(query, "o").AndWords(query.Text("q"), "o.title");

    public static Task<IResult> One(string id, HttpContext http, ApiQuery query, AnswerCache cache, Db db, CancellationToken ct) =>
        cache.GetOrCreate(http, ["catalog."], async () =>
        {
            var fields = query.Fields(Defaults);
            var filter = Visibility.Filter(http.Features.Get<Caller>()!.SalesChannelIds)
                .And("o.id = @value", WireId.TryDecode("opt", id, out var key) ? key : Guid.Empty);
            var (options, _) = await Read(filter, "o.id", new Paging(1, 0), fields, db, ct);
            return options.Count == 0
                ? Reply.Error(Error.NotFound($"Product option with id: {id} was not found"))
                : Reply.One("product_option", options[0], StoreJson.Default.OptionResponse, fields);
        });

    private static async Task<(List<OptionResponse> Options, long Count)> Read(
        ListFilter filter, string order, Paging paging, Fields fields, Db db, CancellationToken ct)
    {
        await using var batch = db.Batch();
        batch.BatchCommands.Add(filter.Command($"select count(*) {From} where {filter.Sql}"));
        batch.BatchCommands.Add(filter.Page($"select {StoreRows.Option} {From} where {filter.Sql} order by {order} limit @limit offset @offset", paging));
        if (fields.Wants("values"))
            batch.BatchCommands.Add(filter.Page($"""
                with page as materialized (select o.id {From} where {filter.Sql} order by {order} limit @limit offset @offset)
                select {StoreRows.OptionValue} from page join catalog.option_values ov on ov.option_id = page.id order by ov.rank, ov.id
                """, paging));

        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        var count = reader.GetInt64(0);
        var options = await reader.NextRows(StoreRows.ReadOption, ct);
        if (!fields.Wants("values")) return (options, count);
        var values = (await reader.NextRows(StoreRows.ReadOptionValue, ct)).ToLookup(v => v.OptionId, StringComparer.Ordinal);
        foreach (var option in options) option.Values = values[option.Id].ToList();
        return (options, count);
    }
}
