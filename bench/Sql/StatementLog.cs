using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Npgsql;

namespace HeadlessPro.Bench;

/// <summary>A statement as the database got it: its text with <c>$1</c>, and the values as text, null for NULL.</summary>
internal sealed record Statement(string Sql, IReadOnlyList<string?> Values);

/// <summary>
/// What the database is asked because of a request, read from its own log: every statement is logged for a moment
/// (<c>log_statement</c>), and what is asked without any request too is left out. Needs a superuser and a shop nobody else uses.
/// </summary>
internal sealed class StatementLog : IDisposable
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(6);

    private readonly NpgsqlConnection _connection;
    private readonly string _file;
    private readonly HashSet<string> _background;

    public StatementLog(Database database, int postmaster)
    {
        _file = new FileInfo($"/proc/{postmaster}/fd/2").LinkTarget is { } target && File.Exists(target) ? target
            : throw new BenchException("PostgreSQL does not log into a file of its own; its statements cannot be read.");
        _connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        _connection.Open();
        Execute("alter system set log_statement = 'all'");
        Execute("alter system set log_line_prefix = '%m [%p] '");
        Reload();
        _background = Record(() => Thread.Sleep(Idle)).Select(s => s.Sql).ToHashSet();
    }

    /// <summary>The statements of one request, in order.</summary>
    public IReadOnlyList<Statement> Of(Action request) => Record(request).Where(s => !_background.Contains(s.Sql)).ToList();

    public void Dispose()
    {
        Execute("alter system reset log_statement");
        Execute("alter system reset log_line_prefix");
        Reload();
        _connection.Dispose();
    }

    private List<Statement> Record(Action action)
    {
        var from = new FileInfo(_file).Length;
        action();
        Thread.Sleep(200);
        using var log = new FileStream(_file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        log.Seek(from, SeekOrigin.Begin);
        using var reader = new StreamReader(log);
        return Parse(reader.ReadToEnd());
    }

    // Lines of one entry after the first begin with a tab; an entry's values follow it as DETAIL.
    private static List<Statement> Parse(string log)
    {
        var statements = new List<Statement>();
        foreach (var entry in log.Replace("\n\t", "\n ", StringComparison.Ordinal).Split("\n20").Select(e => e.TrimEnd()))
        {
            if (After(entry, "LOG:  execute ") is { } executed) statements.Add(new Statement(executed[(executed.IndexOf(": ", StringComparison.Ordinal) + 2)..], []));
            else if (After(entry, "LOG:  statement: ") is { } simple) statements.Add(new Statement(simple, []));
            else if ((After(entry, "DETAIL:  parameters: ") ?? After(entry, "DETAIL:  Parameters: ")) is { } values && statements.Count > 0)
                statements[^1] = statements[^1] with { Values = ParseValues(values) };
        }

        return statements;
    }

    private static string? After(string entry, string mark) =>
        entry.IndexOf(mark, StringComparison.Ordinal) is >= 0 and < 60 and var at ? entry[(at + mark.Length)..] : null;

    // $1 = 'it''s', $2 = NULL
    private static List<string?> ParseValues(string text)
    {
        var values = new List<string?>();
        for (var at = 0; at < text.Length;)
        {
            at = text.IndexOf(" = ", at, StringComparison.Ordinal) + 3;
            if (text[at] != '\'')
            {
                values.Add(null);
                at = text.IndexOf(", $", at, StringComparison.Ordinal) is >= 0 and var next ? next + 2 : text.Length;
                continue;
            }

            var value = new StringBuilder();
            for (at++; text[at] != '\'' || (at + 1 < text.Length && text[at + 1] == '\''); at++)
            {
                if (text[at] == '\'') at++;
                value.Append(text[at]);
            }

            values.Add(value.ToString());
            at += 3;
        }

        return values;
    }

    private void Reload()
    {
        Execute("select pg_reload_conf()");
        Thread.Sleep(500);
    }

    private void Execute(string sql)
    {
        using var command = new NpgsqlCommand(sql, _connection);
        command.ExecuteNonQuery();
    }
}
