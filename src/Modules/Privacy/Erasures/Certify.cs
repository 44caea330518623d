using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Notifications;
using HeadlessPro.Contracts.Privacy;
using HeadlessPro.Platform.Audit;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Privacy.Erasures;

/// <summary>
/// The last things that are forgotten here and in the audit log, and the certificate of it all: written once, its digest an entry of the audit chain, where nobody changes
/// either unseen; then the mail.
/// </summary>
internal sealed class Certify(Db db, Holders holders, AuditLog audit, INotifications notifications, TimeProvider clock)
{
    private const int SchemaVersion = 1;
    private static readonly TimeSpan MailIsTried = TimeSpan.FromDays(1);

    /// <summary>How much is held of somebody, by kind.</summary>
    public async Task<(IReadOnlyList<ErasedKind> Held, IReadOnlyList<ProviderToDo> Providers)> Count(Person person, CancellationToken ct)
    {
        var (held, providers) = (new List<ErasedKind>(), new List<ProviderToDo>());
        foreach (var holder in holders.All)
        {
            if (!(await holder.Read(person, ct)).Try(out var data, out var error)) throw new ErrorException(error);
            foreach (var document in data.Documents)
            {
                using var json = JsonDocument.Parse(document.Json);
                if (json.RootElement.GetArrayLength() is > 0 and var count) held.Add(new($"{holder.Name}/{document.Name}", count));
                if (document.Name == "provider_accounts")
                    providers.AddRange(json.RootElement.EnumerateArray().GroupBy(a => a.GetProperty("provider_id").GetString()!)
                        .Select(g => new ProviderToDo(g.Key, g.Count(), "the provider keeps its own record of the customer: have it erased there")));
            }
        }

        return (held, providers);
    }

    public async Task Run(Guid id, Subject subject, CancellationToken ct)
    {
        var person = subject.Person;
        var proof = Proof(subject.Secret, WireId.Encode(PrivacyIds.Customer, person.CustomerId));
        await Own(person.CustomerId, proof, ct);
        await audit.Redact(person.References, person.Proven, ct);
        if (await Write(id, subject, proof, ct) is { } certificate) await Tell(id, subject, certificate, ct);
    }

    private async Task Own(Guid customer, byte[] proof, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            delete from privacy.exports where customer_id = @customer;
            delete from privacy.erasures where customer_id = @customer and status = 'canceled';
            update privacy.consents set customer_id = null, ip = null, user_agent = null, proof = @proof where customer_id = @customer;
            """, new { customer, proof }, tx.Inner, cancellationToken: ct));
        await tx.Commit(ct);
    }

    private async Task<string?> Write(Guid id, Subject subject, byte[] proof, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        var row = await tx.Connection.QuerySingleAsync<ErasureRow>(new CommandDefinition(
            $"select {ErasureRow.Columns} from privacy.erasures e where e.id = @id for update", new { id }, tx.Inner, cancellationToken: ct));
        if (row.Certificate is not null) return row.Certificate;
        var name = WireId.Encode(PrivacyIds.Erasure, id);
        var certificate = JsonSerializer.Serialize(
            new ErasureCertificate(
                SchemaVersion, name, row.RequestedBy, row.IsForced, row.CreatedAt, row.StartedAt!.Value, clock.GetUtcMilliseconds(), Convert.ToHexStringLower(proof),
                Convert.ToHexStringLower(Proof(subject.Secret, subject.Person.Email)), subject.Held, row.KeptKinds, subject.Providers),
            PrivacyJson.Default.ErasureCertificate);
        var sha256 = SHA256.HashData(Encoding.UTF8.GetBytes(certificate));
        await tx.Connection.ExecuteAsync(new CommandDefinition(
            "update privacy.erasures set certificate = @certificate, certificate_sha256 = @sha256 where id = @id", new { id, certificate, sha256 }, tx.Inner, cancellationToken: ct));
        tx.Record(new AuditEvent("person_erased", "erasure", name) { Details = [("certificate_sha256", Convert.ToHexStringLower(sha256))] });
        await tx.Commit(ct);
        return certificate;
    }

    private async Task Tell(Guid id, Subject subject, string certificate, CancellationToken ct)
    {
        var words = new Dictionary<string, string>(StringComparer.Ordinal) { ["certificate"] = certificate, ["secret"] = subject.Secret };
        var sent = await notifications.Send(
            new SendNotification(NotificationKinds.ErasureCompleted, subject.Person.Email, null, words, $"erasure:{id:N}", clock.GetUtcNow() + MailIsTried), ct);
        // An address nobody can write to must not keep them from being forgotten.
        if (sent.Error is { Type: not ErrorType.InvalidData } error) throw new ErrorException(error);
    }

    private static byte[] Proof(string secret, string what) => SHA256.HashData(Encoding.UTF8.GetBytes($"{secret} {what}"));
}
