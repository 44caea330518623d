using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Tests.Support;

/// <summary>Looks for what should be nowhere.</summary>
public static class EveryRow
{
    /// <summary>Every row of every table, as text; bytes as the text they spell, addresses opened unless asked otherwise.</summary>
    public static async Task<List<(string Table, string Row)>> Of(HpApp app, bool asTheyLie = false)
    {
        var tables = (await app.Scalar<string[]>("""
            select array_agg(c.oid::regclass::text) from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_toast%'
            """))!;
        var seal = app.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("personal");
        var rows = new List<(string, string)>();
        foreach (var table in tables)
        {
            await using var command = app.Database.CreateCommand($"select t::text from {table} t");
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                var row = Regex.Replace(reader.GetString(0), @"\\x(?<hex>([0-9a-f]{2})+)", m => Encoding.Latin1.GetString(Convert.FromHexString(m.Groups["hex"].Value)));
                rows.Add((table, asTheyLie ? row : Regex.Replace(row, "CfDJ8[\\w-]{80,}", m => Opened(seal, m.Value))));
            }
        }

        return rows;
    }

    private static string Opened(IDataProtector seal, string closed)
    {
        try
        {
            return Encoding.UTF8.GetString(seal.Unprotect(WebEncoders.Base64UrlDecode(closed)));
        }
        catch (CryptographicException)
        {
            // Of another purpose.
            return closed;
        }
    }
}
