using HeadlessPro.Contracts.Privacy;

namespace HeadlessPro.Contracts.Payments;

/// <summary>What Payments holds of a person.</summary>
[Contract("payments")]
public interface IPaymentData
{
    /// <summary>What is paid and to be paid of their carts, as the wire and the audit log spell it.</summary>
    Task<Result<PaymentReferences>> FindReferences(Person request, CancellationToken ct);

    /// <summary>All it holds of them, without what the fraud rules found and why.</summary>
    Task<Result<PersonalData>> ReadPersonalData(Person request, CancellationToken ct);

    /// <summary>Money that is not settled: promised, held for review, being moved, disputed.</summary>
    Task<Result<OpenMatters>> FindOpenMatters(FindOpenMatters request, CancellationToken ct);

    /// <summary>Takes them out of their payments; amounts and the ledger stay. Safe to repeat.</summary>
    Task<Result<Forgotten>> ForgetPerson(ForgetPerson request, CancellationToken ct);
}

/// <summary>Wire ids of somebody's payments.</summary>
public sealed record PaymentReferences(IReadOnlyList<string> Ids);
