using Npgsql;

namespace HeadlessPro.Platform.Data;

/// <summary>Reads <c>DATABASE_URL</c>: a <c>postgres://user:password@host:port/database?option=value</c> address or an Npgsql connection string.</summary>
public static class DatabaseUrl
{
    // As PostgreSQL's own tools and hosting providers write them; https://www.postgresql.org/docs/current/libpq-connect.html.
    private static readonly Dictionary<string, string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["channel_binding"] = "Channel Binding",
        ["connect_timeout"] = "Timeout",
        ["application_name"] = "Application Name",
        ["target_session_attrs"] = "Target Session Attributes",
    };

    /// <summary>The connection string for it.</summary>
    public static string ToConnectionString(string url)
    {
        if (!url.StartsWith("postgres://", StringComparison.Ordinal) && !url.StartsWith("postgresql://", StringComparison.Ordinal)) return url;
        var uri = new Uri(url);
        var user = uri.UserInfo.Split(':', 2);
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = Uri.UnescapeDataString(uri.Host),
            Port = uri.IsDefaultPort || uri.Port < 0 ? 5432 : uri.Port,
            Username = user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : null,
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
            Database = uri.AbsolutePath.TrimStart('/') is { Length: > 0 } database ? Uri.UnescapeDataString(database) : null,
        };
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2).Select(Uri.UnescapeDataString).ToArray();
            var (name, value) = (Names.GetValueOrDefault(parts[0], parts[0]), parts.ElementAtOrDefault(1) ?? "");
            // verify-full is VerifyFull.
            builder[name] = name.Equals("sslmode", StringComparison.OrdinalIgnoreCase) ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }

        return builder.ConnectionString;
    }
}
