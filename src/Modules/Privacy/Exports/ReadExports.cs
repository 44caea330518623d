using HeadlessPro.Contracts;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Privacy.Exports;

/// <summary>Which exports there are of a customer, and how far they have come.</summary>
internal static class ReadExports
{
    public static async Task<IResult> Mine(Actor actor, ExportRequests exports, CancellationToken ct) => Answer(await exports.Of(actor.Id, ct));

    public static async Task<IResult> OneOfMine(string id, Actor actor, ExportRequests exports, CancellationToken ct) =>
        await exports.Find(actor.Id, id, withArchive: false, ct) is var (row, _)
            ? Reply.Json(new DataExportEnvelope(row.ToWire()), PrivacyJson.Default.DataExportEnvelope)
            : Reply.Error(NotFound(id));

    public static async Task<IResult> OfCustomer(string id, ApiQuery query, ExportRequests exports, CancellationToken ct)
    {
        query.RejectUnknown();
        return WireId.TryDecode(PrivacyIds.Customer, id, out var customer) ? Answer(await exports.Of(customer, ct)) : Reply.Error(PrivacyErrors.NoCustomer(id));
    }

    public static Error NotFound(string id) => Error.NotFound($"Data export with id: {id} was not found");

    private static IResult Answer(List<ExportRow> rows) => Reply.Json(new DataExportsResponse(rows.ConvertAll(r => r.ToWire())), PrivacyJson.Default.DataExportsResponse);
}
