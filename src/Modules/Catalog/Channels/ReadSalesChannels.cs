using Dapper;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog.Channels;

/// <summary>Lists sales channels (<c>q</c>, <c>id</c>, <c>name</c>, <c>is_disabled</c>) and reads one.</summary>
internal static class ReadSalesChannels
{
    private static readonly Dictionary<string, string> OrderColumns = new(StringComparer.Ordinal)
    {
        ["id"] = "c.id",
        ["name"] = "c.name",
        ["created_at"] = "c.created_at",
        ["updated_at"] = "c.updated_at",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var paging = query.Paging(50);
        var order = query.Order(OrderColumns) ?? "c.created_at asc";
        var fields = query.Fields("*");
        var filter = new
        {
            Q = Check.Like(query.Text("q")),
            Ids = query.Ids("id", SalesChannelRow.Prefix),
            Names = query.Texts("name")?.ToArray(),
            Disabled = query.Flag("is_disabled"),
            paging.Limit,
            paging.Offset,
        };
        query.RejectUnknown();

        const string where = """
            c.deleted_at is null and (@Q is null or c.name ilike @Q or c.description ilike @Q) and (@Ids::uuid[] is null or c.id = any (@Ids))
            and (@Names::text[] is null or c.name = any (@Names)) and (@Disabled is null or c.is_disabled = @Disabled)
            """;
        await using var connection = await db.Open(ct);
        using var answers = await connection.QueryMultipleAsync(new CommandDefinition($"""
            select count(*) from catalog.sales_channels c where {where};
            select {SalesChannelRow.Columns} from catalog.sales_channels c where {where} order by {order}, c.id limit @Limit offset @Offset
            """, filter, cancellationToken: ct));
        var count = await answers.ReadSingleAsync<long>();
        var rows = (await answers.ReadAsync<SalesChannelRow>()).Select(r => r.ToWire()).ToList();
        return Reply.Page("sales_channels", rows, AdminJson.Default.SalesChannelResponse, fields, count, paging);
    }

    public static async Task<IResult> One(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        var key = Check.PathId("Sales channel", SalesChannelRow.Prefix, id);
        var fields = query.Fields("*");
        query.RejectUnknown();
        await using var connection = await db.Open(ct);
        var row = await connection.QuerySingleOrDefaultAsync<SalesChannelRow>(new CommandDefinition(
            $"select {SalesChannelRow.Columns} from catalog.sales_channels c where c.id = @key and c.deleted_at is null", new { key }, cancellationToken: ct));
        return row is null
            ? throw Check.NotFound("Sales channel", id)
            : Reply.One("sales_channel", row.ToWire(), AdminJson.Default.SalesChannelResponse, fields);
    }
}
