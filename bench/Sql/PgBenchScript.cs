using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Npgsql;

namespace HeadlessPro.Bench;

/// <summary>
/// Recorded statements as a pgbench script. The texts stay; values are written in, except the cart, which becomes that of this
/// transaction (looked up by its number), and ids the shop made for new rows, which become new ones. The log tells no types: where a value
/// without one would be ambiguous, a type is taken with which PostgreSQL accepts the statement.
/// </summary>
internal static partial class PgBenchScript
{
    public const string Carts = "bench_replay.carts";

    /// <param name="statements">What one request asked.</param>
    /// <param name="cart">The request's cart.</param>
    /// <param name="again">What the same request for another cart asked: ids that are not in there were made anew.</param>
    /// <param name="connection">To try types on.</param>
    public static string Of(IReadOnlyList<Statement> statements, Guid cart, IReadOnlyList<Statement> again, NpgsqlConnection connection)
    {
        var lasting = again.SelectMany(s => s.Values).SelectMany(v => Ids().Matches(v ?? "")).Select(m => m.Value).ToHashSet();
        var made = statements.SelectMany(s => s.Values).SelectMany(v => Ids().Matches(v ?? "")).Select(m => m.Value).Where(id => !lasting.Contains(id)).Distinct().ToList();
        var script = new StringBuilder("\\set n :client_id * :each + :done\n\\set done :done + 1\n");
        foreach (var statement in statements)
        {
            var choices = statement.Values.Select(v => Choices(v, cart.ToString(), made).ToArray()).ToArray();
            var sql = Settle(statement.Sql, choices, connection) ?? throw new BenchException($"This statement could not be made into a script: {statement.Sql}");
            script.Append(sql).Append(";\n");
        }

        return script.ToString();
    }

    // SQL of a value, the likeliest type first.
    private static IEnumerable<string> Choices(string? value, string cart, List<string> made)
    {
        if (value is null) return ["null"];
        if (Ids().IsMatch(value) && (value.Length == 36 || (value[0] == '{' && value.Length % 37 == 1)))
        {
            var ids = value.Trim('{', '}').Split(',').Select(id => id == cart ? $"(select id from {Carts} where n = :n)"
                : made.IndexOf(id) is >= 0 and var nr ? $"md5('{nr} ' || :n)::uuid" : $"'{id}'::uuid");
            return [value[0] == '{' ? $"array[{string.Join(", ", ids)}]" : ids.Single()];
        }

        if (value.StartsWith('{') && !IsJsonObject(value))
        {
            var numbers = value.Length > 2 && value.All(c => char.IsDigit(c) || c is '{' or '}' or ',');
            // As wide as each other, so that an error's place can be compared.
            return new[] { "text", "uuid", "bigint", "int", "jsonb" }.OrderBy(t => numbers && t == "bigint" ? 0 : 1).Select(t => $"{Quote(value)}::{t + "[]",-8}");
        }

        return [Quote(value)];
    }

    private static bool IsJsonObject(string value)
    {
        try
        {
            using var json = JsonDocument.Parse(value);
            return value != "{}";
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // A colon before a letter would be a variable of pgbench's.
    private static string Quote(string value)
    {
        var quoted = value.Replace("'", "''", StringComparison.Ordinal);
        return value.Contains(':', StringComparison.Ordinal) || value.Contains('\\', StringComparison.Ordinal)
            ? $"e'{quoted.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\x3a", StringComparison.Ordinal)}'"
            : $"'{quoted}'";
    }

    // Of each value's types the first; then whatever makes PostgreSQL read further before it complains, until it does not.
    private static string? Settle(string sql, string[][] choices, NpgsqlConnection connection)
    {
        var chosen = choices.Select(c => c[0]).ToArray();
        var read = ReadsUpTo(Fill(sql, chosen), connection);
        for (var found = true; found && read < int.MaxValue;)
        {
            found = false;
            for (var i = 0; i < choices.Length && read < int.MaxValue; i++)
                foreach (var choice in choices[i].Skip(1))
                {
                    var (before, now) = (chosen[i], 0);
                    chosen[i] = choice;
                    if ((now = ReadsUpTo(Fill(sql, chosen), connection)) > read) (read, found) = (now, true);
                    else chosen[i] = before;
                }
        }

        return read == int.MaxValue ? Fill(sql, chosen) : null;
    }

    private static string Fill(string sql, string[] values) => Placeholders().Replace(sql, m => values[int.Parse(m.Groups["number"].Value) - 1]);

    private static int ReadsUpTo(string sql, NpgsqlConnection connection)
    {
        if (Transactions().IsMatch(sql)) return int.MaxValue;
        try
        {
            using var command = new NpgsqlCommand($"prepare bench_try as {sql.Replace(":n)", "1)", StringComparison.Ordinal)}", connection);
            command.ExecuteNonQuery();
            using var forget = new NpgsqlCommand("deallocate bench_try", connection);
            forget.ExecuteNonQuery();
            return int.MaxValue;
        }
        catch (PostgresException e)
        {
            return e.Position;
        }
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", RegexOptions.None, 1000)]
    private static partial Regex Ids();

    [GeneratedRegex(@"\$(?<number>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Placeholders();

    [GeneratedRegex("^(begin|commit|set|rollback|discard)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Transactions();
}
