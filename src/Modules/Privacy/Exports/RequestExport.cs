using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Privacy.Exports;

/// <summary>The body of asking for an export: nothing, or <c>{}</c>.</summary>
internal sealed record RequestDataExportRequest;

/// <summary>POST …/data-export: all that is held of a customer, in one archive, made by a job. Asked again while it is being made, it is the same one.</summary>
internal static class RequestExport
{
    // Each reads everything.
    private const int MostADay = 5;

    public static async Task<IResult> ByCustomer(Body<RequestDataExportRequest> body, Actor actor, ICustomerData customers, ExportRequests exports, CancellationToken ct)
    {
        if ((await customers.RequireFreshSession(new RequireFreshSession(actor.Session.SessionId), ct)).Error is { } error) return Reply.Error(error);
        if (await exports.CountToday(actor.Id, ct) >= MostADay) return Reply.Error(Error.TooManyRequests($"At most {MostADay} exports a day; those of today are still there", "too_many_exports"));
        return Answer(await exports.Begin(actor.Id, "customer", ct));
    }

    public static async Task<IResult> ByStaff(string id, Body<RequestDataExportRequest> body, ApiQuery query, ICustomerData customers, ExportRequests exports, CancellationToken ct)
    {
        query.RejectUnknown();
        if (!WireId.TryDecode(PrivacyIds.Customer, id, out var customer)) return Reply.Error(PrivacyErrors.NoCustomer(id));
        var found = await customers.FindPerson(new FindPerson(customer), ct);
        return found.Error is { } error ? Reply.Error(error) : Answer(await exports.Begin(customer, "staff", ct));
    }

    private static IResult Answer(ExportRow row) => Reply.Json(new DataExportEnvelope(row.ToWire()), PrivacyJson.Default.DataExportEnvelope, StatusCodes.Status202Accepted);
}
