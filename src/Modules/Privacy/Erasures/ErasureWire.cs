using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Privacy;

namespace HeadlessPro.Privacy.Erasures;

/// <summary>Asks to be forgotten. <paramref name="Confirmation"/>: the account's e-mail address, so that nobody does it by mistake.</summary>
internal sealed record RequestErasureRequest(string Confirmation);

/// <summary>Staff have somebody forgotten. <paramref name="Force"/>: although something is under way; then a <paramref name="Reason"/> is needed.</summary>
internal sealed record RequestErasureOfRequest(string Confirmation, bool Force = false, string? Reason = null);

/// <summary>
/// An erasure as it is shown. <paramref name="Status"/>: <c>waiting</c> (until it is due, and nothing is under way any more), <c>running</c>, <c>done</c>,
/// <c>canceled</c>. The certificate is JSON as text: its SHA-256 is of exactly these bytes.
/// </summary>
internal sealed record ErasureResponse(
    string Id, string? CustomerId, string RequestedBy, string Status, DateTimeOffset DueAt, IReadOnlyList<string> WaitsFor, bool IsForced,
    string? Certificate, string? CertificateSha256, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt);

internal sealed record ErasureEnvelope(ErasureResponse Erasure);

/// <summary>
/// What was done, with nothing in it that says to whom. Whoever has the secret that went to the person's address can show that it is theirs:
/// <c>customer_proof</c> is the SHA-256 of <c>{secret} {customer id}</c>, <c>email_proof</c> of <c>{secret} {e-mail address}</c>. The secret is kept nowhere here.
/// </summary>
internal sealed record ErasureCertificate(
    int SchemaVersion, string Id, string RequestedBy, bool IsForced, DateTimeOffset RequestedAt, DateTimeOffset BegunAt, DateTimeOffset CertifiedAt,
    string CustomerProof, string EmailProof, IReadOnlyList<ErasedKind> Erased, IReadOnlyList<KeptKind> Kept, IReadOnlyList<ProviderToDo> Providers);

/// <summary>How much of a kind was held when it began: <c>identity/addresses</c>.</summary>
internal sealed record ErasedKind(string What, int Count);

/// <summary>What is kept of it, and why.</summary>
internal sealed record KeptKind(string What, long Count, string Why);

/// <summary>Accounts at a payment provider that we knew them by: ours of it is forgotten, the provider's is for it to erase.</summary>
internal sealed record ProviderToDo(string Provider, int Accounts, string ToDo);

/// <summary>What an erasure needs of whom it is about, sealed until its end.</summary>
internal sealed record Subject(Person Person, string Secret, IReadOnlyList<ErasedKind> Held, IReadOnlyList<ProviderToDo> Providers);

/// <summary>A row of <c>privacy.erasures</c>.</summary>
internal sealed record ErasureRow(
    Guid Id, Guid? CustomerId, string RequestedBy, string? Reason, bool IsForced, string Status, DateTimeOffset DueAt, string[] WaitsFor, string? Person, string Kept, string[] Steps,
    string? Certificate, byte[]? CertificateSha256, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt)
{
    public const string Columns = """
        e.id, e.customer_id, e.requested_by, e.reason, e.is_forced, e.status, e.due_at, e.waits_for, e.person, e.kept::text as kept, e.steps,
        e.certificate, e.certificate_sha256, e.created_at, e.started_at, e.finished_at
        """;

    public IReadOnlyList<KeptKind> KeptKinds => JsonSerializer.Deserialize(Kept, PrivacyJson.Default.ListKeptKind)!;

    public ErasureResponse ToWire() => new(
        WireId.Encode(PrivacyIds.Erasure, Id), WireId.EncodeOrNull(PrivacyIds.Customer, CustomerId), RequestedBy, Status, DueAt, WaitsFor, IsForced,
        Certificate, CertificateSha256 is null ? null : Convert.ToHexStringLower(CertificateSha256), CreatedAt, FinishedAt);
}
