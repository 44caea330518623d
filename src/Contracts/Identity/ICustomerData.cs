using HeadlessPro.Contracts.Privacy;

namespace HeadlessPro.Contracts.Identity;

/// <summary>What Identity holds of a customer, for the person themself and for who forgets them.</summary>
[Contract("identity")]
public interface ICustomerData
{
    /// <summary>The person behind an account, without what they bought; <c>not_found</c> when there is none.</summary>
    Task<Result<Person>> FindPerson(FindPerson request, CancellationToken ct);

    /// <summary>All it holds of them, without secrets.</summary>
    Task<Result<PersonalData>> ReadPersonalData(Person request, CancellationToken ct);

    /// <summary>Forgets the account and every way into it; whoever was signed in as them is out. Safe to repeat.</summary>
    Task<Result<Forgotten>> ForgetPerson(ForgetPerson request, CancellationToken ct);

    /// <summary>Refuses a session that was not begun within the last minutes: one that lies open somewhere must not be enough for what cannot be undone.</summary>
    Task<Result<FreshSession>> RequireFreshSession(RequireFreshSession request, CancellationToken ct);
}

/// <summary>Of which account.</summary>
public sealed record FindPerson(Guid CustomerId);

/// <summary>Of which session.</summary>
public sealed record RequireFreshSession(Guid SessionId);

/// <summary>A session of the last minutes.</summary>
public sealed record FreshSession(Guid SessionId);
