using System.Diagnostics;
using Npgsql;

namespace HeadlessPro.Bench;

/// <summary>
/// <c>dev/bench data --products 10000</c>: a catalogue that is the same for the same seed, made by PostgreSQL itself from
/// <c>Data/catalogue.sql</c>, straight in the tables: through the importer 100,000 products with their 250,000 variants take minutes.
/// Then one product is saved through the Admin API, so that the shop forgets the answers it kept.
/// </summary>
internal static class LoadData
{
    public static int Run(Arguments arguments)
    {
        var url = arguments.Url("url", "http://127.0.0.1:9000");
        var (products, seed) = (arguments.Number("products") ?? 10_000, arguments.Number("seed") ?? 1);
        var (key, adminKey) = (arguments.Text("key", "pk_demo"), arguments.Text("admin-key", "sk_demo"));
        var database = Database.Of(arguments, new Processes(url, arguments.Number("pid"), arguments.Number("database-pid")));
        arguments.RefuseUnknown();

        var start = Stopwatch.GetTimestamp();
        var (all, variants) = Load(database, products, seed, key);
        new Shop(url, key).Forget(adminKey);
        Console.WriteLine($"{all} products with {variants} variants in the shop; this took {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s");
        return 0;
    }

    private static (long Products, long Variants) Load(Database database, int products, int seed, string key)
    {
        var sql = Database.Script("catalogue.sql").Replace("{products}", $"{products}", StringComparison.Ordinal).Replace("{seed}", $"{seed}", StringComparison.Ordinal);
        using var connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        connection.Open();
        using (var setting = new NpgsqlCommand("select set_config('bench.key', $1, false)", connection) { Parameters = { new() { Value = key } } }) setting.ExecuteScalar();
        using (var load = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 }) load.ExecuteNonQuery();
        using var count = new NpgsqlCommand("select (select count(*) from catalog.products where deleted_at is null), (select count(*) from catalog.variants where deleted_at is null)", connection);
        using var row = count.ExecuteReader();
        row.Read();
        return (row.GetInt64(0), row.GetInt64(1));
    }
}
