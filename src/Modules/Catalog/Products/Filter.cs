using HeadlessPro.Platform.Web;
using Npgsql;

namespace HeadlessPro.Catalog;

/// <summary>Conditions that must all hold, with their parameters.</summary>
internal sealed class Filter(string always)
{
    private readonly List<string> _conditions = [always];
    private readonly List<(string Name, object Value)> _parameters = [];

    public string Sql => string.Join(" and ", _conditions);

    /// <summary>Whether there is more than what is always asked and what the caller may see.</summary>
    public bool Narrows { get; private set; }

    /// <summary>Adds a condition and its parameter; nothing when there is no value.</summary>
    public Filter And(string condition, string parameter, object? value)
    {
        if (value is null) return this;
        And(condition);
        _parameters.Add((parameter, value));
        return this;
    }

    /// <summary>Adds a condition whose parameters are added by <see cref="Parameter"/>.</summary>
    public void And(string condition)
    {
        _conditions.Add(condition);
        Narrows = true;
    }

    /// <summary>Adds a parameter under a name of its own; the name.</summary>
    public string Parameter(object value)
    {
        var name = $"f{_parameters.Count}";
        _parameters.Add((name, value));
        return name;
    }

    /// <summary><c>created_at</c> and <c>updated_at</c> of the rows called <paramref name="alias"/>.</summary>
    public Filter AndTimes(ApiQuery query, string alias)
    {
        foreach (var column in (ReadOnlySpan<string>)["created_at", "updated_at"])
            foreach (var (op, time) in query.Times(column)) And($"{alias}.{column} {op} @{Parameter(time)}");
        return this;
    }

    /// <summary>Rows in which every word of <c>q</c> occurs.</summary>
    public Filter AndWords(string? text, string searched)
    {
        foreach (var word in Words(text)) And($"{searched} ilike @{Parameter(Pattern(word))}");
        return this;
    }

    public Filter AndVisible(IReadOnlyList<Guid> channels)
    {
        _conditions.Add(Visibility.Condition(channels));
        if (channels.Count > 0) _parameters.Add(("channels", channels.ToArray()));
        return this;
    }

    public NpgsqlBatchCommand Command(string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var (name, value) in _parameters) command.Parameters.AddWithValue(name, value);
        return command;
    }

    /// <summary>As <see cref="Command"/>, for one page: the statement uses @limit and @offset.</summary>
    public NpgsqlBatchCommand Page(string sql, Paging paging)
    {
        var command = Command(sql);
        command.Parameters.AddWithValue("limit", paging.Limit);
        command.Parameters.AddWithValue("offset", paging.Offset);
        return command;
    }

    /// <summary>The words of a search, at most eight.</summary>
    public static IReadOnlyList<string> Words(string? text) =>
        (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Take(8).ToList();

    /// <summary>A pattern for text that contains this.</summary>
    public static string Pattern(string text) =>
        $"%{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)}%";
}
