using HeadlessPro.Contracts.Privacy;

namespace HeadlessPro.Contracts.Payments;

/// <summary>What Payments holds of a person.</summary>
[Contract("payments")]
public interface IPaymentData
{
    /// <summary>All it holds of them, without what the fraud rules found and why.</summary>
    Task<Result<PersonalData>> ReadPersonalData(Person request, CancellationToken ct);
}
