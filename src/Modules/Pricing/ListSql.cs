using Dapper;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Pricing;

/// <summary>Gathers the conditions of an admin list from its query string.</summary>
internal sealed class ListSql
{
    private readonly List<string> _conditions = [];

    public ListSql(string condition) => _conditions.Add(condition);

    public DynamicParameters Parameters { get; } = new();

    public string Where => string.Join(" and ", _conditions);

    /// <summary>Adds a condition on one value; nothing when it is null.</summary>
    public ListSql Add(string condition, string name, object? value)
    {
        if (value is null) return this;
        _conditions.Add(condition);
        Parameters.Add(name, value);
        return this;
    }

    /// <summary>Adds <c>created_at</c> and <c>updated_at</c> of the table.</summary>
    public ListSql AddTimes(string table, ApiQuery query)
    {
        foreach (var column in (ReadOnlySpan<string>)["created_at", "updated_at"])
        {
            var i = 0;
            foreach (var (op, time) in query.Times(column))
            {
                var name = $"{column}_{i++}";
                Add($"{table}.{column} {op} @{name}", name, time);
            }
        }

        return this;
    }

    /// <summary>Adds the page.</summary>
    public ListSql AddPage(Paging paging)
    {
        Parameters.Add("limit", paging.Limit);
        Parameters.Add("offset", paging.Offset);
        return this;
    }

    /// <summary>A search text with the wildcards of <c>like</c> taken literally.</summary>
    public static string? Contains(string? text) =>
        text is null ? null : "%" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal) + "%";
}
