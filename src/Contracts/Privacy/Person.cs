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

/// <summary>Somebody to forget.</summary>
/// <param name="Person">Who.</param>
/// <param name="Before">Nothing of later: by then the address may be somebody's who has registered anew.</param>
public sealed record ForgetPerson(Person Person, DateTimeOffset Before);

/// <summary>What a module has done about it.</summary>
/// <param name="Kept">What it must keep, with nothing in it that says whose it is.</param>
/// <param name="IsFinished">False while something has to leave first: ask again.</param>
public sealed record Forgotten(IReadOnlyList<KeptData> Kept, bool IsFinished = true);

/// <summary>Something that is kept.</summary>
/// <param name="What">What: <c>orders</c>.</param>
/// <param name="Count">How many.</param>
/// <param name="Why">What of them and why, a sentence.</param>
public sealed record KeptData(string What, long Count, string Why);

/// <summary>Whose open matters.</summary>
/// <param name="Person">Who.</param>
/// <param name="Recent">For how long an order, or a dispute, counts as open when nothing says that it has ended.</param>
public sealed record FindOpenMatters(Person Person, TimeSpan Recent);

/// <summary>What is under way with somebody, a sentence each.</summary>
public sealed record OpenMatters(IReadOnlyList<string> Reasons);
