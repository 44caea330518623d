using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Notifications;
using HeadlessPro.Contracts.Privacy;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Privacy.Exports;

/// <summary><c>manifest.json</c>: what the archive holds. <paramref name="SchemaVersion"/> grows when a file gets another shape.</summary>
internal sealed record ArchiveManifest(int SchemaVersion, string CustomerId, DateTimeOffset CreatedAt, IReadOnlyList<ArchivedFile> Files);

/// <summary>A file of it, a JSON array.</summary>
internal sealed record ArchivedFile(string Name, int Bytes, string Sha256);

/// <summary>
/// Gathers all that is held of a customer, and keeps it as one archive. Cut off and repeated it is gathered anew; the row is written once, and the mail has
/// the export's id for a key.
/// </summary>
internal sealed class MakeArchive(Db db, Holders holders, ExportRequests exports, INotifications notifications, PrivacyOptions options, TimeProvider clock)
{
    public const string Job = "privacy.make_archive";

    private const int SchemaVersion = 1;

    public static Task Run(IServiceProvider services, string payload, CancellationToken ct) =>
        services.GetRequiredService<MakeArchive>().Run(JsonSerializer.Deserialize(payload, PrivacyJson.Default.Guid), ct);

    /// <summary>For the recurring job: archives vanish in time, and after 90 days that there was one.</summary>
    public static async Task Forget(IServiceProvider services, CancellationToken ct)
    {
        await using var batch = services.GetRequiredService<Db>().Batch();
        batch.BatchCommands.Add(new("update privacy.exports set archive = null where archive is not null and expires_at <= now()"));
        batch.BatchCommands.Add(new("delete from privacy.exports where created_at < now() - interval '90 days'"));
        await batch.ExecuteNonQueryAsync(ct);
    }

    private async Task Run(Guid id, CancellationToken ct)
    {
        if (await exports.CustomerOf(id, ct) is not { } customer) return;
        var found = await holders.Find(customer, ct);
        if (found.Error is { Type: ErrorType.NotFound })
        {
            await exports.Drop(id, ct);
            return;
        }

        if (!found.Try(out var person, out var error)) throw new ErrorException(error);
        var archive = Zip(customer, await Gather(person, ct));
        await exports.Keep(id, archive, ct);
        await Tell(id, person, ct);
    }

    private async Task<List<(string Name, byte[] Content)>> Gather(Person person, CancellationToken ct)
    {
        var files = new List<(string, byte[])>();
        foreach (var holder in holders.All)
        {
            if (!(await holder.Read(person, ct)).Try(out var data, out var error)) throw new ErrorException(error);
            files.AddRange(data.Documents.Select(d => ($"{holder.Name}/{d.Name}.json", Encoding.UTF8.GetBytes(d.Json))));
        }

        await using var connection = await db.Open(ct);
        var own = await connection.QueryAsync<PersonalDocument>(new CommandDefinition("""
            select 'consents' as name, coalesce(json_agg(r), '[]')::text as json from (
                select c.purpose, c.is_granted, c.text_version, host(c.ip) as ip, c.user_agent, c.created_at from privacy.consents c
                where c.customer_id = @CustomerId order by c.id) r
            union all
            select 'data_exports', coalesce(json_agg(r), '[]')::text from (
                select x.requested_by, x.created_at, x.completed_at, x.expires_at from privacy.exports x where x.customer_id = @CustomerId order by x.created_at) r
            union all
            select 'audit_log', coalesce(json_agg(r), '[]')::text from (
                select e.created_at, e.action, e.resource as resource_type, e.resource_id, e.actor_type, e.operation,
                    case when e.actor_id = any (@references) then e.details end as details from audit.entries e
                where e.actor_id = any (@references) or e.resource_id = any (@references) order by e.id) r
            """, new { person.CustomerId, references = person.References.ToArray() }, cancellationToken: ct));
        files.AddRange(own.Select(d => ($"privacy/{d.Name}.json", Encoding.UTF8.GetBytes(d.Json))));
        return files;
    }

    private byte[] Zip(Guid customer, List<(string Name, byte[] Content)> files)
    {
        var manifest = new ArchiveManifest(
            SchemaVersion, WireId.Encode(PrivacyIds.Customer, customer), clock.GetUtcNow(),
            files.ConvertAll(f => new ArchivedFile(f.Name, f.Content.Length, Convert.ToHexStringLower(SHA256.HashData(f.Content)))));
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files.Prepend(("manifest.json", JsonSerializer.SerializeToUtf8Bytes(manifest, PrivacyJson.Default.ArchiveManifest))))
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return bytes.ToArray();
    }

    // No secret is in the link: the page asks for a sign-in, which is what opens the archive.
    private async Task Tell(Guid id, Person person, CancellationToken ct)
    {
        var words = new Dictionary<string, string>(StringComparer.Ordinal) { ["url"] = $"{options.Storefront}/account/data-exports/{WireId.Encode(PrivacyIds.Export, id)}" };
        var sent = await notifications.Send(new SendNotification(NotificationKinds.DataExportReady, person.Email, null, words, $"data_export:{id:N}"), ct);
        // An address nobody can write to: the archive lies ready all the same.
        if (sent.Error is { Type: not ErrorType.InvalidData } error) throw new ErrorException(error);
    }
}
