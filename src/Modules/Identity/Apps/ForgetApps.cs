using HeadlessPro.Platform.Data;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace HeadlessPro.Identity.Apps;

/// <summary>The recurring job: what is past its time and of no use to anybody goes.</summary>
internal static class ForgetApps
{
    public static async Task Run(IServiceProvider services, CancellationToken ct)
    {
        await using var batch = services.GetRequiredService<Db>().Batch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("delete from identity.app_secrets where good_until < now()"));
        // A code that is shown again later than that gave nothing that still lasts, or what has a refresh token of its own to be caught by.
        batch.BatchCommands.Add(new NpgsqlBatchCommand("delete from identity.app_codes where expires_at < now() - interval '1 day'"));
        // An app that acts as itself has a new session every quarter of an hour.
        batch.BatchCommands.Add(new NpgsqlBatchCommand("delete from identity.sessions where app_id is not null and expires_at < now() - interval '1 day'"));
        await batch.ExecuteNonQueryAsync(ct);
    }
}
