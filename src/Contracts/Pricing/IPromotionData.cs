using HeadlessPro.Contracts.Privacy;

namespace HeadlessPro.Contracts.Pricing;

/// <summary>What Pricing holds of a person: which promotions they used.</summary>
[Contract("pricing")]
public interface IPromotionData
{
    /// <summary>All it holds of them.</summary>
    Task<Result<PersonalData>> ReadPersonalData(Person request, CancellationToken ct);

    /// <summary>Their uses become nobody's; what a promotion cost stays. Safe to repeat.</summary>
    Task<Result<Forgotten>> ForgetPerson(ForgetPerson request, CancellationToken ct);
}
