using HeadlessPro.Contracts.Privacy;

namespace HeadlessPro.Contracts.Ordering;

/// <summary>What Ordering holds of a person.</summary>
[Contract("ordering")]
public interface IOrderData
{
    /// <summary>Carts and orders that are theirs: of the account, and of guests with an address that is proven to be theirs.</summary>
    Task<Result<Purchases>> FindPurchases(Person request, CancellationToken ct);

    /// <summary>All it holds of them.</summary>
    Task<Result<PersonalData>> ReadPersonalData(Person request, CancellationToken ct);

    /// <summary>What is under way: a checkout, an order that may not have arrived yet.</summary>
    Task<Result<OpenMatters>> FindOpenMatters(FindOpenMatters request, CancellationToken ct);

    /// <summary>Takes them out of their carts and orders, which stay as books. Safe to repeat.</summary>
    Task<Result<Forgotten>> ForgetPerson(ForgetPerson request, CancellationToken ct);
}

/// <summary>What somebody bought, or was about to.</summary>
/// <param name="CartIds">Carts, also those that became the orders.</param>
/// <param name="OrderIds">Orders.</param>
/// <param name="Emails">Addresses in them, as they were written.</param>
/// <param name="Phones">Phone numbers in them.</param>
public sealed record Purchases(IReadOnlyList<Guid> CartIds, IReadOnlyList<Guid> OrderIds, IReadOnlyList<string> Emails, IReadOnlyList<string> Phones);
