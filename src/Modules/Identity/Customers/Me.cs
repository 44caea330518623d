using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Customers;

/// <summary>Changes what is sent; the e-mail address is changed by signing in with another.</summary>
internal sealed record UpdateCustomerRequest(
    Optional<string?> FirstName = default, Optional<string?> LastName = default, Optional<string?> CompanyName = default, Optional<string?> Phone = default,
    Optional<JsonElement?> Metadata = default);

/// <summary>POST <c>/store/customers/me</c>; Ordering answers GET, with orders.</summary>
internal static class Me
{
    public static async Task<IResult> Update(Body<UpdateCustomerRequest> body, ApiQuery query, Actor actor, CustomersStore customers, CancellationToken ct)
    {
        var fields = CustomerFields.Customer(query);
        await customers.Update(actor.Id, body.Value, ct);
        return await Answer(actor, customers, fields, ct);
    }

    public static async Task<IResult> Answer(Actor actor, CustomersStore customers, Fields fields, CancellationToken ct) =>
        await customers.Find(actor.Id, ct) is { } customer
            ? Reply.One("customer", customer, PeopleJson.Default.CustomerResponse, fields)
            : Reply.Error(Error.Unauthorized());
}
