using HeadlessPro.Contracts.Privacy;

namespace HeadlessPro.Contracts.Notifications;

/// <summary>What Notifications holds of a person: what was sent to them.</summary>
[Contract("notifications")]
public interface IMessageData
{
    /// <summary>Messages to addresses and numbers that are proven to be theirs; without codes and links that open something.</summary>
    Task<Result<PersonalData>> ReadPersonalData(Person request, CancellationToken ct);
}
