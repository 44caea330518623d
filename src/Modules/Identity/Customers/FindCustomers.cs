using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Identity.Customers;

/// <summary>Keeps <see cref="ICustomers"/>.</summary>
internal sealed class FindCustomers(Db db, CustomersStore customers) : ICustomers
{
    public async Task<Result<IReadOnlyList<CustomerInfo>>> GetCustomers(GetCustomers request, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return (await connection.QueryAsync<CustomerInfo>(new CommandDefinition(
            "select c.id, c.email from identity.customers c where c.id = any (@ids) and c.deleted_at is null",
            new { ids = request.CustomerIds.ToArray() }, cancellationToken: ct))).AsList();
    }

    public async Task<Result<CustomerDocument>> DescribeCustomer(DescribeCustomer request, CancellationToken ct) => await customers.Find(request.CustomerId, ct) is { } found
        ? new CustomerDocument(JsonSerializer.Serialize(found, PeopleJson.Default.CustomerResponse))
        : Error.NotFound($"Customer with id: {WireId.Encode(PeopleWire.Customer, request.CustomerId)} was not found");
}
