using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Privacy.Erasures;

/// <summary>/admin/erasures: staff see who is to be forgotten (<c>status</c>, <c>customer_id</c>, times) and how far it is, and take back what has not begun.</summary>
internal static class ManageErasures
{
    private static readonly SqlList All = new("privacy.erasures e", ErasureRow.Columns, "e.id")
    {
        Filters = (filter, query) => filter
            .And("e.id = any (@value)", query.Ids("id", PrivacyIds.Erasure))
            .And("e.customer_id = any (@value)", query.Ids("customer_id", PrivacyIds.Customer))
            .And("e.status = any (@value)", query.Texts("status"))
            .AndTimes(query, "e", "created_at"),
        Orders = SqlList.Columns("e", "id", "created_at", "due_at", "status"),
        DefaultOrder = "e.created_at desc",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = query.Fields("*");
        var list = All.Of(query);
        await using var connection = await db.Open(ct);
        return Reply.Page("erasures", (await list.Read<ErasureRow>(connection, ct)).To(r => r.ToWire()), PrivacyJson.Default.ErasureResponse, fields);
    }

    public static async Task<IResult> One(string id, ApiQuery query, ErasureRequests erasures, CancellationToken ct)
    {
        query.RejectUnknown();
        return WireId.TryDecode(PrivacyIds.Erasure, id, out var erasure) && await erasures.Find(erasure, ct) is { } row
            ? RequestErasure.Answer(row)
            : Reply.Error(NotFound(id));
    }

    /// <summary>Whoever asked for it. What has begun cannot be taken back.</summary>
    public static async Task<IResult> Cancel(string id, ApiQuery query, Db db, ErasureRequests erasures, CancellationToken ct)
    {
        query.RejectUnknown();
        if (!WireId.TryDecode(PrivacyIds.Erasure, id, out var erasure)) return Reply.Error(NotFound(id));
        await using var tx = await db.Begin(ct);
        var row = await tx.Connection.QuerySingleOrDefaultAsync<ErasureRow>(new CommandDefinition(
            $"update privacy.erasures e set status = 'canceled', finished_at = now() where e.id = @erasure and e.status = 'waiting' returning {ErasureRow.Columns}",
            new { erasure }, tx.Inner, cancellationToken: ct));
        if (row is null)
            return Reply.Error(await erasures.Find(erasure, ct) is null ? NotFound(id) : Error.NotAllowed("Only an erasure that waits can be taken back"));
        await tx.Commit(ct);
        return RequestErasure.Answer(row);
    }

    private static Error NotFound(string id) => Error.NotFound($"Erasure with id: {id} was not found");
}
