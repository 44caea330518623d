using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Privacy.Exports;

/// <summary>The body of taking an archive as staff: nothing, or <c>{}</c>.</summary>
internal sealed record HandOutArchiveRequest;

/// <summary>…/data-exports/{id}/archive: the archive itself. By staff it is a POST: whoever takes somebody's data is written down in the audit log.</summary>
internal static class HandOutArchive
{
    public static async Task<IResult> ToCustomer(string id, Actor actor, ICustomerData customers, ExportRequests exports, ArchiveSeal seal, HttpContext http)
    {
        var ct = http.RequestAborted;
        return (await customers.RequireFreshSession(new RequireFreshSession(actor.Session.SessionId), ct)).Error is { } error
            ? Reply.Error(error) : await Answer(actor.Id, id, exports, seal, http);
    }

    public static Task<IResult> ToStaff(string id, string exportId, Body<HandOutArchiveRequest> body, ApiQuery query, ExportRequests exports, ArchiveSeal seal, HttpContext http)
    {
        query.RejectUnknown();
        return WireId.TryDecode(PrivacyIds.Customer, id, out var customer)
            ? Answer(customer, exportId, exports, seal, http)
            : Task.FromResult(Reply.Error(PrivacyErrors.NoCustomer(id)));
    }

    private static async Task<IResult> Answer(Guid customer, string id, ExportRequests exports, ArchiveSeal seal, HttpContext http)
    {
        if (await exports.Find(customer, id, withArchive: true, http.RequestAborted) is not var (row, closed)) return Reply.Error(ReadExports.NotFound(id));
        if (row.Status == "pending") return Reply.Error(Error.Conflict("The archive is still being made; try again soon", "export_pending"));
        if (seal.Open(closed) is not { } archive) return Reply.Error(Error.NotAllowed("The archive has expired; ask for a new one", "export_expired"));
        return Results.File(archive, "application/zip", $"{id}.zip");
    }
}
