using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Jobs;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace HeadlessPro.Platform.Security;

/// <summary>A column whose texts are under the key ring for as long as their rows last, longer than a key is the present one.</summary>
/// <param name="Table">With its schema; its key is <c>id</c>.</param>
/// <param name="Column">A text; or a JSON object, of which <paramref name="Member"/> is the text.</param>
/// <param name="Member">See <paramref name="Column"/>.</param>
/// <param name="Purpose">For which it was closed.</param>
public sealed record SealedColumn(string Table, string Column, string? Member = null, string Purpose = PersonalSeal.Purpose)
{
    /// <summary>Where it is, for people.</summary>
    public string Name => $"{Table}.{Column}";

    internal string Text => Member is null ? Column : $"{Column} ->> '{Member}'";

    internal string Set => Member is null ? "$2" : $"({Column}::jsonb || jsonb_build_object('{Member}', $2::text))::json";
}

/// <summary>Registration of columns under the key ring.</summary>
public static class SealedColumnRegistration
{
    /// <summary>Has what older keys closed in the column written again under the present one, once a day.</summary>
    public static IServiceCollection AddSealedColumn(this IServiceCollection services, SealedColumn column) => services
        .AddSingleton(column)
        .AddRecurringJob($"platform.renew_seals {column.Name}", TimeSpan.FromDays(1), (provider, ct) => provider.GetRequiredService<SealedTexts>().Run(column, ct));
}

/// <summary>The texts of such columns: counts them, and writes them again under the ring's present key, so that a key has nothing to open some time after another took its place.</summary>
public sealed partial class SealedTexts(Db db, IDataProtectionProvider ring, ILogger<SealedTexts> logger)
{
    private const int Batch = 200;

    // A text begins with four bytes that are always the same and the sixteen of its key's id; of 20 bytes the first 26 characters tell.
    // https://learn.microsoft.com/aspnet/core/security/data-protection/implementation/authenticated-encryption-details
    private const int Prefix = 26;
    private static readonly byte[] s_header = [0x09, 0xF0, 0xC9, 0xF0];

    /// <summary>How every text that the key closed begins.</summary>
    internal static string PrefixOf(IKey key) => Base64Url.EncodeToString([.. s_header, .. key.KeyId.ToByteArray()])[..Prefix];

    /// <summary>How many texts of the column were closed by each key, by <see cref="PrefixOf"/>.</summary>
    internal async Task<Dictionary<string, long>> Count(SealedColumn column, CancellationToken ct)
    {
        await using var command = db.Command($"select left({column.Text}, {Prefix}), count(*) from {column.Table} where {column.Text} is not null group by 1");
        await using var reader = await command.ExecuteReaderAsync(ct);
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct)) counts[reader.GetString(0)] = reader.GetInt64(1);
        return counts;
    }

    /// <summary>May be cut off, and goes on where it was. A row that changes meanwhile keeps the change, and has its turn the next time.</summary>
    public async Task Run(SealedColumn column, CancellationToken ct)
    {
        var protector = ring.CreateProtector(column.Purpose);
        var (renewed, unknown) = (0, 0);
        await using var select = db.Command($"select id, {column.Text} from {column.Table} where left({column.Text}, {Prefix}) <> $1");
        select.Parameters.Add(new() { Value = protector.Protect("")[..Prefix] });
        await using var rows = await select.ExecuteReaderAsync(ct);
        var isMore = true;
        while (isMore)
        {
            await using var batch = db.Batch();
            while (batch.BatchCommands.Count < Batch && (isMore = await rows.ReadAsync(ct)))
            {
                if (Renew(protector, rows.GetString(1)) is not { } text)
                {
                    unknown++;
                    continue;
                }

                batch.BatchCommands.Add(new NpgsqlBatchCommand($"update {column.Table} set {column.Column} = {column.Set} where id = $1 and {column.Text} = $3")
                {
                    Parameters = { new() { Value = rows.GetValue(0) }, new() { Value = text }, new() { Value = rows.GetString(1) } },
                });
            }

            if (batch.BatchCommands.Count > 0) renewed += await batch.ExecuteNonQueryAsync(ct);
        }

        if (renewed > 0) LogRenewed(logger, renewed, column.Name);
        if (unknown > 0) LogUnknown(logger, unknown, column.Name);
    }

    private static string? Renew(IDataProtector protector, string text)
    {
        try
        {
            return protector.Protect(protector.Unprotect(text));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Wrote {Count} texts of {Column} again under the present key")]
    private static partial void LogRenewed(ILogger logger, int count, string column);

    [LoggerMessage(Level = LogLevel.Error, Message = "No key opens {Count} texts of {Column}: is MASTER_KEY another, or a row of platform.keys missing?")]
    private static partial void LogUnknown(ILogger logger, int count, string column);
}
