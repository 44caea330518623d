using Dapper;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog.Channels;

/// <summary>Lists sales channels (<c>q</c>, <c>id</c>, <c>name</c>, <c>is_disabled</c>) and reads one.</summary>
internal static class ReadSalesChannels
{
    private static readonly SqlList Channels = new("catalog.sales_channels c", SalesChannelRow.Columns, "c.id")
    {
        Alive = "c.deleted_at is null",
        Filters = (filter, query) => filter
            .And("(c.name ilike @value or c.description ilike @value)", ListFilter.Pattern(query.Text("q")))
            .And("c.id = any (@value)", query.Ids("id", SalesChannelRow.Prefix))
            .And("c.name = any (@value)", query.Texts("name"))
            .And("c.is_disabled = @value", query.Flag("is_disabled"))
            .AndTimes(query, "c"),
        Orders = SqlList.Columns("c", "id", "name", "created_at", "updated_at"),
        DefaultOrder = "c.created_at asc",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = query.Fields("*");
        var list = Channels.Of(query);
        await using var connection = await db.Open(ct);
        var page = await list.Read<SalesChannelRow>(connection, ct);
        return Reply.Page("sales_channels", page.To(r => r.ToWire()), AdminJson.Default.SalesChannelResponse, fields);
    }

    public static async Task<IResult> One(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        var key = Checked.PathId("Sales channel", SalesChannelRow.Prefix, id);
        var fields = query.Fields("*");
        query.RejectUnknown();
        await using var connection = await db.Open(ct);
        var row = await connection.QuerySingleOrDefaultAsync<SalesChannelRow>(new CommandDefinition(
            $"select {SalesChannelRow.Columns} from catalog.sales_channels c where c.id = @key and c.deleted_at is null", new { key }, cancellationToken: ct));
        return row is null
            ? throw CatalogErrors.NotFound("Sales channel", id)
            : Reply.One("sales_channel", row.ToWire(), AdminJson.Default.SalesChannelResponse, fields);
    }
}
