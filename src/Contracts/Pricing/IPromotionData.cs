using HeadlessPro.Contracts.Privacy;

namespace HeadlessPro.Contracts.Pricing;

/// <summary>What Pricing holds of a person: which promotions they used.</summary>
[Contract("pricing")]
public interface IPromotionData
{
    /// <summary>All it holds of them.</summary>
    Task<Result<PersonalData>> ReadPersonalData(Person request, CancellationToken ct);
}
