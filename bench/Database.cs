using Npgsql;

namespace HeadlessPro.Bench;

/// <summary>The shop's database, for what cannot be done over HTTP: filling it, and running its statements without the shop.</summary>
internal sealed record Database(string ConnectionString)
{
    /// <summary>As given with <c>--database</c>, else the private one of the shop, whose socket its postmaster tells.</summary>
    public static Database Of(Arguments arguments, Processes processes)
    {
        if (arguments.Text("database") is { } given) return new Database(given);
        if (processes.Database is not { } postmaster) throw new BenchException("No PostgreSQL was found behind the shop: name it with --database 'Host=…;Username=…;Database=…'.");
        // Lines of postmaster.pid: process, data folder, start, port, socket folder, address.
        var lines = File.ReadAllLines($"/proc/{postmaster}/cwd/postmaster.pid");
        return new Database(new NpgsqlConnectionStringBuilder
        {
            Host = lines[4].Length > 0 ? lines[4] : "127.0.0.1",
            Port = int.Parse(lines[3]),
            Username = "headlesspro",
            Database = "headlesspro",
        }.ConnectionString);
    }

    /// <summary>A file of <c>Data/</c>.</summary>
    public static string Script(string name)
    {
        using var reader = new StreamReader(typeof(Database).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
