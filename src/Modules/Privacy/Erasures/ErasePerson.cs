using System.Security.Cryptography;
using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Privacy;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Jobs;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Privacy.Erasures;

/// <summary>
/// Forgets a person:
/// <code>
/// WAIT     until it is due, and nothing is under way with them; looked at again every day
/// FIND     everything they are known by, sealed in the row: once the account is gone, nobody could say it again
/// ACCOUNT  goes first: nobody signs in as them any more, so nothing new becomes theirs; then what they bought is looked for once more
/// FORGET   each module what it holds, then exports, consents and the audit log
/// CERTIFY  what was done, in the audit chain; the person gets it, with the secret that shows it is theirs: the last mail to them
/// END      messages, once that mail has left, and what events, jobs and kept answers hold; then the row says no more who it was
/// </code>
/// Each step is safe to repeat and noted when it is done: cut off anywhere, the job goes on from there.
/// </summary>
internal sealed class ErasePerson(Db db, Holders holders, SubjectSeal seal, Certify certify, PersonalTraces traces)
{
    public const string Job = "privacy.erase_person";

    private static readonly TimeSpan LookAgain = TimeSpan.FromDays(1);
    private static readonly TimeSpan MailLeaves = TimeSpan.FromSeconds(1);

    public static Task Run(IServiceProvider services, string payload, CancellationToken ct) =>
        services.GetRequiredService<ErasePerson>().Run(JsonSerializer.Deserialize(payload, PrivacyJson.Default.Guid), ct);

    private async Task Run(Guid id, CancellationToken ct)
    {
        if (await Row(id, ct) is not { Status: "waiting" or "running" } row) return;
        if (row.Status == "waiting" && !await MayBegin(row, ct)) return;
        if (await Find(row, ct) is not { } subject) return;
        if (!row.Steps.Contains("account"))
        {
            await Forget(id, holders.Account, subject.Person, row, ct);
            await Done(id, "account", ct);
        }

        if (!row.Steps.Contains("found"))
        {
            if (!(await holders.AddPurchases(subject.Person, ct)).Try(out var person, out var error)) throw new ErrorException(error);
            subject = subject with { Person = person };
            await Keep(id, subject, replaces: true, ct);
            await Done(id, "found", ct);
        }

        foreach (var holder in holders.Books.Where(h => !row.Steps.Contains(h.Name)))
        {
            await Forget(id, holder, subject.Person, row, ct);
            await Done(id, holder.Name, ct);
        }

        await certify.Run(id, subject, ct);
        var messages = await holders.Messages.Forget(new ForgetPerson(subject.Person, (await Row(id, ct))!.StartedAt!.Value), ct);
        if (!messages.Try(out var forgotten, out var failed)) throw new ErrorException(failed);
        if (!forgotten.IsFinished)
        {
            await Again(id, MailLeaves, ct);
            return;
        }

        var began = (await Row(id, ct))!.StartedAt!.Value;
        await traces.Forget([.. subject.Person.Emails.Concat(subject.Person.Phones).Distinct(StringComparer.Ordinal)], subject.Person.References, subject.Person.CustomerId, began, ct);
        await End(id, ct);
    }

    private async Task<bool> MayBegin(ErasureRow row, CancellationToken ct)
    {
        if (row.DueAt > DateTimeOffset.UtcNow)
        {
            await Again(row.Id, row.DueAt - DateTimeOffset.UtcNow, ct);
            return false;
        }

        var reasons = Array.Empty<string>();
        if (!row.IsForced)
        {
            var found = await holders.Find(row.CustomerId!.Value, ct);
            if (found.Try(out var person, out var missing))
            {
                if (!(await holders.OpenMatters(person, ct)).Try(out var open, out var error)) throw new ErrorException(error);
                reasons = [.. open.Reasons];
            }
            else if (missing.Type != ErrorType.NotFound) throw new ErrorException(missing);
        }

        await using var connection = await db.Open(ct);
        // Canceled meanwhile, it stays so.
        var begins = await connection.ExecuteAsync(new CommandDefinition("""
            update privacy.erasures set waits_for = @reasons, due_at = case when @waits then now() + @LookAgain else due_at end,
                status = case when @waits then 'waiting' else 'running' end, started_at = case when @waits then null else now() end
            where id = @Id and status = 'waiting'
            """, new { reasons, waits = reasons.Length > 0, LookAgain, row.Id }, cancellationToken: ct)) == 1;
        if (reasons.Length > 0 && begins) await Again(row.Id, LookAgain, ct);
        return begins && reasons.Length == 0;
    }

    /// <summary>Who it is, as it was found at first; null when there never was anybody.</summary>
    private async Task<Subject?> Find(ErasureRow row, CancellationToken ct)
    {
        if (seal.Open(row.Person) is { } known) return known;
        var found = await holders.Find(row.CustomerId!.Value, ct);
        if (found.Error is { Type: ErrorType.NotFound })
        {
            await using var connection = await db.Open(ct);
            await connection.ExecuteAsync(new CommandDefinition("update privacy.erasures set status = 'canceled', finished_at = now() where id = @Id", new { row.Id }, cancellationToken: ct));
            return null;
        }

        if (!found.Try(out var person, out var error)) throw new ErrorException(error);
        var (held, providers) = await certify.Count(person, ct);
        await Keep(row.Id, new Subject(person, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), held, providers), replaces: false, ct);
        // Two at once go on with the same.
        return seal.Open((await Row(row.Id, ct))!.Person);
    }

    private async Task Forget(Guid id, Holder holder, Person person, ErasureRow row, CancellationToken ct)
    {
        var began = row.StartedAt ?? (await Row(id, ct))!.StartedAt!.Value;
        if (!(await holder.Forget(new ForgetPerson(person, began), ct)).Try(out var forgotten, out var error)) throw new ErrorException(error);
        if (forgotten.Kept.Count == 0) return;
        var kept = forgotten.Kept.Where(k => k.Count > 0).Select(k => new KeptKind($"{holder.Name}/{k.What}", k.Count, k.Why)).ToList();
        await using var connection = await db.Open(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            "update privacy.erasures set kept = kept || @kept::jsonb where id = @id and not steps @> array[@step]",
            new { id, kept = JsonSerializer.Serialize(kept, PrivacyJson.Default.ListKeptKind), step = holder.Name == "identity" ? "account" : holder.Name }, cancellationToken: ct));
    }

    private async Task Keep(Guid id, Subject subject, bool replaces, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            "update privacy.erasures set person = @person where id = @id and status = 'running' and (person is null or @replaces)", new { id, person = seal.Close(subject), replaces }, cancellationToken: ct));
    }

    private async Task Done(Guid id, string step, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            "update privacy.erasures set steps = steps || @step where id = @id and not steps @> array[@step]", new { id, step }, cancellationToken: ct));
    }

    private async Task Again(Guid id, TimeSpan after, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        await JobQueue.Enqueue(tx, Job, $"\"{id}\"", DateTimeOffset.UtcNow + after, id.ToString(), ct);
        await tx.Commit(ct);
    }

    private async Task End(Guid id, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            "update privacy.erasures set status = 'done', customer_id = null, person = null, reason = null, waits_for = '{}', finished_at = now() where id = @id and status = 'running'",
            new { id }, cancellationToken: ct));
    }

    private async Task<ErasureRow?> Row(Guid id, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return await connection.QuerySingleOrDefaultAsync<ErasureRow>(new CommandDefinition($"select {ErasureRow.Columns} from privacy.erasures e where e.id = @id", new { id }, cancellationToken: ct));
    }
}

/// <summary>Whom an erasure is about is under the key ring until its end.</summary>
internal sealed class SubjectSeal(IDataProtectionProvider ring)
{
    private readonly IDataProtector _protector = ring.CreateProtector("privacy.erasures");

    public string Close(Subject subject) =>
        _protector.Protect(JsonSerializer.Serialize(subject, PrivacyJson.Default.Subject));

    public Subject? Open(string? closed) => closed is null ? null
        : JsonSerializer.Deserialize(_protector.Unprotect(closed), PrivacyJson.Default.Subject);
}
