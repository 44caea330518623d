namespace HeadlessPro.Contracts.Privacy;

/// <summary>A person, with all that modules know them by. Only Privacy puts one together, from what the modules answer.</summary>
/// <param name="CustomerId">Their account.</param>
/// <param name="Email">The account's address, to write to.</param>
/// <param name="Emails">Addresses of the account and of what it bought, as they were written there.</param>
/// <param name="Proven">Addresses (lower case) and numbers that were proven to be theirs: only by them something belongs to them that no account bought.</param>
/// <param name="Phones">Numbers of the account and in what it bought.</param>
/// <param name="CartIds">Their carts, also those that became orders.</param>
/// <param name="OrderIds">Their orders, with those they placed as a guest.</param>
/// <param name="References">Wire ids that the audit log knows them and what is theirs by.</param>
public sealed record Person(
    Guid CustomerId, string Email, IReadOnlyList<string> Emails, IReadOnlyList<string> Proven, IReadOnlyList<string> Phones,
    IReadOnlyList<Guid> CartIds, IReadOnlyList<Guid> OrderIds, IReadOnlyList<string> References);

/// <summary>All that a module holds of a person, but for secrets.</summary>
public sealed record PersonalData(IReadOnlyList<PersonalDocument> Documents);

/// <summary>One kind of it.</summary>
/// <param name="Name">What it is: <c>addresses</c>.</param>
/// <param name="Json">A JSON array.</param>
public sealed record PersonalDocument(string Name, string Json);
