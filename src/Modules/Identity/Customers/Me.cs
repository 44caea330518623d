using System.Text.Json;
using Dapper;
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
        var request = body.Value;
        var fields = CustomerFields.Customer(query);
        CustomerRules.Check(request.FirstName.Value, request.LastName.Value, request.CompanyName.Value, request.Phone.Value, request.Metadata.Value);
        await using (var connection = await db.Open(ct))
        {
            await connection.ExecuteAsync(new CommandDefinition("""
                update identity.customers set updated_at = now(),
                    first_name = case when @isFirst then @first else first_name end, last_name = case when @isLast then @last else last_name end,
                    company_name = case when @isCompany then @company else company_name end, phone = case when @isPhone then @phone else phone end,
                    metadata = case when @isMetadata then @metadata::jsonb else metadata end
                where id = @id and deleted_at is null
                """,
                new
                {
                    id = actor.Id,
                    isFirst = request.FirstName.IsSet,
                    first = request.FirstName.Value,
                    isLast = request.LastName.IsSet,
                    last = request.LastName.Value,
                    isCompany = request.CompanyName.IsSet,
                    company = request.CompanyName.Value,
                    isPhone = request.Phone.IsSet,
                    phone = request.Phone.Value,
                    isMetadata = request.Metadata.IsSet,
                    metadata = Check.JsonText(request.Metadata.Value),
                }, cancellationToken: ct));
        }

        return await Answer(actor, db, fields, ct);
    }

    public static async Task<IResult> Answer(Actor actor, Db db, Fields fields, CancellationToken ct) =>
        await CustomersStore.Find(db, actor.Id, ct) is { } customer
            ? Reply.One("customer", customer.ToWire(), PeopleJson.Default.CustomerResponse, fields)
            : Reply.Error(Error.Unauthorized());
}
