using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Customers;

/// <summary>Changes what is sent; the e-mail address is changed by signing in with another.</summary>
internal sealed record UpdateCustomerRequest(
    Optional<string?> FirstName = default, Optional<string?> LastName = default, Optional<string?> CompanyName = default, Optional<string?> Phone = default,
    Optional<JsonElement?> Metadata = default);

/// <summary><c>/store/customers/me</c>.</summary>
internal static class Me
{
    public static async Task<IResult> Read(ApiQuery query, Actor actor, Db db, CancellationToken ct)
    {
        var fields = CustomerFields.Customer(query);
        return await Answer(actor, db, fields, ct);
    }

    public static async Task<IResult> Update(Body<UpdateCustomerRequest> body, ApiQuery query, Actor actor, Db db, CancellationToken ct)
    {
        var fields = CustomerFields.Customer(query);
        await CustomersStore.Update(db, actor.Id, body.Value, ct);
        return await Answer(actor, db, fields, ct);
    }

    public static async Task<IResult> Answer(Actor actor, Db db, Fields fields, CancellationToken ct) =>
        await CustomersStore.Find(db, actor.Id, ct) is { } customer
            ? Reply.One("customer", customer.ToWire(), PeopleJson.Default.CustomerResponse, fields)
            : Reply.Error(Error.Unauthorized());
}
