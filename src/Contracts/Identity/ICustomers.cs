namespace HeadlessPro.Contracts.Identity;

/// <summary>Customers, as far as other modules need to know them.</summary>
[Contract("identity")]
public interface ICustomers
{
    /// <summary>Customers by id; those who do not exist, or no longer, are missing.</summary>
    Task<Result<IReadOnlyList<CustomerInfo>>> GetCustomers(GetCustomers request, CancellationToken ct);
}

/// <summary>Which customers.</summary>
public sealed record GetCustomers(IReadOnlyList<Guid> CustomerIds);

/// <summary>A customer.</summary>
/// <param name="Id">The customer.</param>
/// <param name="Email">The address of the account, lower case.</param>
public sealed record CustomerInfo(Guid Id, string Email);
