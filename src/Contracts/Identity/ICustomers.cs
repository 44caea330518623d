namespace HeadlessPro.Contracts.Identity;

/// <summary>Customers, as far as other modules need to know them.</summary>
[Contract("identity")]
public interface ICustomers
{
    /// <summary>Customers by id; those who do not exist, or no longer, are missing.</summary>
    Task<Result<IReadOnlyList<CustomerInfo>>> GetCustomers(GetCustomers request, CancellationToken ct);

    /// <summary>A customer as the Store API shows them, with their address book.</summary>
    Task<Result<CustomerDocument>> DescribeCustomer(DescribeCustomer request, CancellationToken ct);
}

/// <summary>Which customer.</summary>
public sealed record DescribeCustomer(Guid CustomerId);

/// <summary>A customer as the Store API shows them.</summary>
/// <param name="Json">A JSON object.</param>
public sealed record CustomerDocument(string Json);

/// <summary>Which customers.</summary>
public sealed record GetCustomers(IReadOnlyList<Guid> CustomerIds);

/// <summary>A customer.</summary>
/// <param name="Id">The customer.</param>
/// <param name="Email">The address of the account, lower case.</param>
public sealed record CustomerInfo(Guid Id, string Email);
