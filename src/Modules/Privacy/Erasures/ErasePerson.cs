using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Notifications;
using HeadlessPro.Contracts.Privacy;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Jobs;
using HeadlessPro.Platform.Web;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Privacy.Erasures;

/// <summary>
/// Forgets a person:
/// <code>
/// WAIT     of which a mail tells who asked for it themselves; until it is due, and nothing is under way with them; looked at again every day
/// FIND     everything they are known by, sealed in the row: once the account is gone, nobody could say it again
/// ACCOUNT  goes first: nobody signs in as them any more, so nothing new becomes theirs; then what they bought is looked for once more
/// FORGET   each module what it holds, then exports, consents and the audit log
/// CERTIFY  what was done, in the audit chain; the person gets it, with the secret that shows it is theirs: the last mail to them
/// END      messages, once that mail has left, and what events, jobs and kept answers hold; then the row says no more who it was
/// </code>
/// Each step is safe to repeat and noted when it is done: cut off anywhere, the job goes on from there.
/// </summary>
internal sealed class ErasePerson(Db db, Holders holders, ErasureRequests erasures, SubjectSeal seal, Certify certify, PersonalTraces traces, INotifications notifications, TimeProvider clock)
{
    public const string Job = "privacy.erase_person";

    private static readonly TimeSpan LookAgain = TimeSpan.FromDays(1);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Later = TimeSpan.FromMinutes(10);

    public static Task Run(IServiceProvider services, string payload, CancellationToken ct) =>
        services.GetRequiredService<ErasePerson>().RunAlone(JsonSerializer.Deserialize(payload, PrivacyJson.Default.Guid), ct);

    // Asked for again while it runs, there are two jobs of one erasure: one would mail the certificate that the other has just forgotten.
    private async Task RunAlone(Guid id, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var turn = new { key = $"privacy.erasures {id}" };
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition("select pg_try_advisory_lock(hashtextextended(@key, 0))", turn, cancellationToken: ct)))
        {
            await Again(id, Soon, ct);
            return;
        }

        try
        {
            await Run(id, ct);
        }
        finally
        {
            await connection.ExecuteAsync(new CommandDefinition("select pg_advisory_unlock(hashtextextended(@key, 0))", turn, cancellationToken: CancellationToken.None));
        }
    }

    private async Task Run(Guid id, CancellationToken ct)
    {
        if (await Row(id, ct) is not { Status: "waiting" or "running" } row) return;
        if (row.Status == "waiting")
        {
            await Warn(row, ct);
            if (!await MayBegin(row, ct)) return;
            row = (await Row(id, ct))!;
        }

        if (await Find(row, ct) is not { } subject) return;
        var began = row.StartedAt!.Value;
        if (!row.Steps.Contains("account")) await Forget(id, holders.Account, "account", subject.Person, began, ct);
        if (!row.Steps.Contains("found"))
        {
            if (!(await holders.AddPurchases(subject.Person, ct)).Try(out var person, out var error)) throw new ErrorException(error);
            subject = subject with { Person = person };
            await Keep(id, subject, replaces: true, ct);
            await erasures.Done(id, "found", [], ct);
        }

        foreach (var holder in holders.Books.Where(h => !row.Steps.Contains(h.Name))) await Forget(id, holder, holder.Name, subject.Person, began, ct);
        if (!row.Steps.Contains("certified"))
        {
            await certify.Run(id, subject, ct);
            await erasures.Done(id, "certified", [], ct);
        }

        if (!row.Steps.Contains("messages") && !await Forget(id, holders.Messages, "messages", subject.Person, began, ct))
        {
            // The longer the mail takes to leave, the longer it is waited for.
            var waited = clock.GetUtcNow() - began;
            await Again(id, waited < Soon ? Soon : waited > Later ? Later : waited, ct);
            return;
        }

        var known = subject.Person;
        await traces.Forget(new(known.CustomerId, [known.CustomerId, .. known.CartIds, .. known.OrderIds], known.References, known.Proven, known.Emails), began, ct);
        await erasures.End(id, ct);
    }

    /// <summary>A mail that it will be, should it not have been them who asked.</summary>
    private async Task Warn(ErasureRow row, CancellationToken ct)
    {
        if (row.RequestedBy != "customer" || row.Steps.Contains("warned")) return;
        if (!(await holders.Find(row.CustomerId!.Value, ct)).Try(out var person, out var missing))
        {
            if (missing.Type == ErrorType.NotFound) return;
            throw new ErrorException(missing);
        }

        var words = new Dictionary<string, string>(StringComparer.Ordinal) { ["when"] = row.DueAt.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture) };
        var sent = await notifications.Send(new SendNotification(NotificationKinds.ErasureRequested, person.Email, null, words, $"erasure_requested:{row.Id:N}"), ct);
        // An address nobody can write to must not keep them from being forgotten.
        if (sent.Error is { Type: not ErrorType.InvalidData } error) throw new ErrorException(error);
        await erasures.Done(row.Id, "warned", [], ct);
    }

    private async Task<bool> MayBegin(ErasureRow row, CancellationToken ct)
    {
        if (row.DueAt > clock.GetUtcNow())
        {
            await Again(row.Id, row.DueAt - clock.GetUtcNow(), ct);
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
            await connection.ExecuteAsync(new CommandDefinition(
                "update privacy.erasures set status = 'canceled', customer_id = null, reason = null, finished_at = now() where id = @Id and status = 'running' and person is null",
                new { row.Id }, cancellationToken: ct));
            return null;
        }

        if (!found.Try(out var person, out var error)) throw new ErrorException(error);
        var (held, providers) = await certify.Count(person, ct);
        await Keep(row.Id, new Subject(person, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), held, providers), replaces: false, ct);
        // Two at once go on with the same.
        return seal.Open((await Row(row.Id, ct))!.Person);
    }

    /// <summary>Has a module forget them, which is a step when it has; false while it waits for something.</summary>
    private async Task<bool> Forget(Guid id, Holder holder, string step, Person person, DateTimeOffset began, CancellationToken ct)
    {
        if (!(await holder.Forget(new ForgetPerson(person, began), ct)).Try(out var forgotten, out var error)) throw new ErrorException(error);
        if (!forgotten.IsFinished) return false;
        await erasures.Done(id, step, [.. forgotten.Kept.Where(k => k.Count > 0).Select(k => new KeptKind($"{holder.Name}/{k.What}", k.Count, k.Why))], ct);
        return true;
    }

    private async Task Keep(Guid id, Subject subject, bool replaces, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            "update privacy.erasures set person = @person where id = @id and status = 'running' and (person is null or @replaces)", new { id, person = seal.Close(subject), replaces }, cancellationToken: ct));
    }

    private async Task Again(Guid id, TimeSpan after, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        await JobQueue.Enqueue(tx, Job, $"\"{id}\"", clock.GetUtcNow() + after, id.ToString(), ct);
        await tx.Commit(ct);
    }

    private Task<ErasureRow?> Row(Guid id, CancellationToken ct) => erasures.Find(id, ct);
}
