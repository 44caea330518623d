using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Notifications;

/// <summary>Lists messages (<c>kind</c>, <c>channel</c>, <c>to</c>, times) and reads one.</summary>
internal static class ReadNotifications
{
    private static readonly SqlList Messages = new("notifications.messages m", MessageRow.Columns, "m.id")
    {
        Filters = (filter, query) => filter
            .And("m.id = any (@value)", query.Ids("id", MessageRow.Prefix))
            .And("m.kind = any (@value)", query.Texts("kind"))
            .And("m.channel = any (@value)", query.Texts("channel"))
            .And("m.recipient = any (@value)", query.Texts("to"))
            .AndTimes(query, "m", "created_at"),
        Orders = SqlList.Columns("m", "created_at", "sent_at", "kind", "id"),
        DefaultOrder = "m.created_at desc",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, MessageSeal seal, TimeProvider clock, CancellationToken ct)
    {
        var fields = query.Fields("*");
        var list = Messages.Of(query);
        await using var connection = await db.Open(ct);
        var page = await list.Read<MessageRow>(connection, ct);
        return Reply.Page("notifications", page.To(r => r.ToWire(seal, clock.GetUtcNow())), NotificationsJson.Default.NotificationResponse, fields);
    }

    public static async Task<IResult> One(string id, ApiQuery query, Db db, MessageSeal seal, TimeProvider clock, CancellationToken ct)
    {
        var fields = query.Fields("*");
        query.RejectUnknown();
        var row = WireId.TryDecode(MessageRow.Prefix, id, out var message) ? await Find(db, message, ct) : null;
        return row is null
            ? Reply.Error(Error.NotFound($"Notification with id: {id} was not found"))
            : Reply.One("notification", row.ToWire(seal, clock.GetUtcNow()), NotificationsJson.Default.NotificationResponse, fields);
    }

    private static async Task<MessageRow?> Find(Db db, Guid id, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return await connection.QuerySingleOrDefaultAsync<MessageRow>(new CommandDefinition(
            $"select {MessageRow.Columns} from notifications.messages m where m.id = @id", new { id }, cancellationToken: ct));
    }
}
