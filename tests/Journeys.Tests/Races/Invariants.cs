using Npgsql;

namespace HeadlessPro.Journeys.Tests.Races;

/// <summary>What is never broken, whoever meets whom. The sentences of <c>bench/Data</c>.</summary>
internal static class Invariants
{
    private static readonly string Always = Script("always.sql");
    private static readonly string Settled = Script("at-rest.sql");

    /// <summary>What is broken at this moment.</summary>
    public static Task<List<string>> Broken(NpgsqlDataSource database) => Read(database, Always);

    /// <summary>Waits until every event was heard; what is broken then, or what never came to rest.</summary>
    public static async Task<List<string>> BrokenAtRest(NpgsqlDataSource database)
    {
        for (var i = 0; i < 600 && (await Read(database, Settled)).Count > 0; i++) await Task.Delay(50);
        return await Read(database, $"{Always} union all {Settled}");
    }

    private static async Task<List<string>> Read(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var broken = new List<string>();
        while (await reader.ReadAsync()) broken.Add(reader.GetString(0));
        return broken;
    }

    // Written for the bench, which reads the books of any shop by them.
    private static string Script(string name)
    {
        using var reader = new StreamReader(typeof(Invariants).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
