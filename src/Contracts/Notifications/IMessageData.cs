using HeadlessPro.Contracts.Privacy;

namespace HeadlessPro.Contracts.Notifications;

/// <summary>What Notifications holds of a person: what was sent to them.</summary>
[Contract("notifications")]
public interface IMessageData
{
    /// <summary>Messages to addresses and numbers that are proven to be theirs; without codes and links that open something.</summary>
    Task<Result<PersonalData>> ReadPersonalData(Person request, CancellationToken ct);

    /// <summary>
    /// Forgets messages to them. The one that tells of this very erasure, and any to an address that is perhaps another's, leave first: ask again as long
    /// as it is not finished. Safe to repeat.
    /// </summary>
    Task<Result<Forgotten>> ForgetPerson(ForgetPerson request, CancellationToken ct);
}
