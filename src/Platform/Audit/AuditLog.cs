using Npgsql;
using NpgsqlTypes;

namespace HeadlessPro.Platform.Audit;

/// <summary>Writes entries of the audit log.</summary>
internal static class AuditLog
{
    /// <summary>Writes an entry, with what else the batch does.</summary>
    public static NpgsqlBatchCommand Write(string kind, string action, string? resource, string? resourceId, string caller, string details) =>
        new("select audit.write($1, $2, $3, $4, $5::jsonb, $6::jsonb)")
        {
            Parameters = { Text(kind), Text(action), Text(resource), Text(resourceId), Text(caller), Text(details) },
        };

    private static NpgsqlParameter Text(string? value) => new() { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)value ?? DBNull.Value };
}
