using System.Diagnostics;
using Npgsql;

namespace HeadlessPro.Bench;

/// <summary>
/// <c>dev/bench books</c>: after a run, whether stock, reservations, orders and payments are even, read from the shop's database. Prints the
/// first twenty things that are not, and then ends with 1.
/// </summary>
internal static class Books
{
    public static int Run(Arguments arguments)
    {
        var wait = arguments.Seconds("wait", 30);
        var url = arguments.Url("url", "http://127.0.0.1:9000");
        var database = Database.Of(arguments, new Processes(url, arguments.Number("pid"), arguments.Number("database-pid")));
        arguments.RefuseUnknown();
        using var connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        connection.Open();

        // What was placed last is heard of by the stock a moment later.
        var broken = Read(connection);
        for (var from = Stopwatch.GetTimestamp(); broken.Count > 0 && Stopwatch.GetElapsedTime(from) < wait;)
        {
            Thread.Sleep(500);
            broken = Read(connection);
        }

        foreach (var sentence in broken.Take(20)) Console.WriteLine(sentence);
        using var count = new NpgsqlCommand("select count(*) from ordering.orders", connection);
        Console.WriteLine($"{count.ExecuteScalar()} orders, {broken.Count} things not even");
        return broken.Count > 0 ? 1 : 0;
    }

    private static List<string> Read(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand($"{Database.Script("always.sql")} union all {Database.Script("at-rest.sql")}", connection) { CommandTimeout = 600 };
        using var reader = command.ExecuteReader();
        var broken = new List<string>();
        while (reader.Read()) broken.Add(reader.GetString(0));
        return broken;
    }
}
