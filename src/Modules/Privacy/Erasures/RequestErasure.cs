using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Privacy.Erasures;

/// <summary>
/// …/erasure: a person is to be forgotten. Customers have some days to take it back, of which a mail tells them; staff have not. It is refused as
/// long as something is under way with the person, but for staff who force it.
/// </summary>
internal sealed class RequestErasure(ErasureRequests erasures, Holders holders, ICustomerData customers, PrivacyOptions options)
{
    public static Task<IResult> ByCustomer(Body<RequestErasureRequest> body, Actor actor, RequestErasure request, CancellationToken ct) => request.Run(body.Value, actor, ct);

    public static async Task<IResult> ByStaff(string id, Body<RequestErasureOfRequest> body, ApiQuery query, RequestErasure request, CancellationToken ct)
    {
        query.RejectUnknown();
        Check.Text("reason", body.Value.Reason, max: 500, min: 1);
        if (body.Value is { Force: true, Reason: null }) return Reply.Error(Error.Invalid("Invalid request: Field 'reason' is required where 'force' is true"));
        return WireId.TryDecode(PrivacyIds.Customer, id, out var customer)
            ? await request.Run(customer, body.Value.Confirmation, "staff", body.Value.Force, body.Value.Reason, ct)
            : Reply.Error(PrivacyErrors.NoCustomer(id));
    }

    public static async Task<IResult> Cancel(Actor actor, ErasureRequests erasures, CancellationToken ct) =>
        await erasures.Cancel(actor.Id, ct) is { } row ? Answer(row) : Reply.Error(Error.NotFound("Nothing waits to be erased"));

    public static async Task<IResult> Mine(Actor actor, ErasureRequests erasures, CancellationToken ct) =>
        await erasures.Of(actor.Id, ct) is { } row ? Answer(row) : Reply.Error(Error.NotFound("Nothing waits to be erased"));

    private async Task<IResult> Run(RequestErasureRequest asked, Actor actor, CancellationToken ct)
    {
        return (await customers.RequireFreshSession(new RequireFreshSession(actor.Session.SessionId), ct)).Error is { } error
            ? Reply.Error(error) : await Run(actor.Id, asked.Confirmation, "customer", false, null, ct);
    }

    private async Task<IResult> Run(Guid customer, string confirmation, string by, bool force, string? reason, CancellationToken ct)
    {
        if (!(await holders.Find(customer, ct)).Try(out var person, out var error)) return Reply.Error(error);
        if (!string.Equals(confirmation.Trim(), person.Email, StringComparison.OrdinalIgnoreCase))
            return Reply.Error(Error.Invalid("Invalid request: Field 'confirmation' must be the account's e-mail address", "not_confirmed"));
        if (!force)
        {
            if (!(await holders.OpenMatters(person, ct)).Try(out var open, out error)) return Reply.Error(error);
            if (open.Reasons.Count > 0) return Reply.Error(Error.Conflict($"Something is under way still: {string.Join("; ", open.Reasons.Take(5))}", "open_matters"));
        }

        var row = await erasures.Begin(customer, by, by == "staff" ? TimeSpan.Zero : options.ErasureWaits, force, reason, ct);
        return Answer(row, StatusCodes.Status202Accepted);
    }

    public static IResult Answer(ErasureRow row, int status = StatusCodes.Status200OK) => Reply.Json(new ErasureEnvelope(row.ToWire()), PrivacyJson.Default.ErasureEnvelope, status);
}
