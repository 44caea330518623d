using Dapper;
using HeadlessPro.Contracts;
using Npgsql;

namespace HeadlessPro.Platform.Web;

/// <summary>
/// Which rows a list shows, as SQL. A list says once which filters it has, as a function of a filter and a query; <see cref="Where"/> asks it for
/// the query itself and again for every group in <c>$and</c> and <c>$or</c>. What always holds stands outside of them all:
/// <code>
/// var filter = new ListFilter("p.deleted_at is null").Where(query, (filter, query) => filter
///     .And("p.id = any (@value)", query.Ids("id", "prod"))
///     .And("p.title ilike @value", ListFilter.Pattern(query.Text("q"))));
/// // $or[0][id]=…&amp;$or[1][q]=mug → p.deleted_at is null and ((p.id = any (@f0)) or (p.title ilike @f1))
/// </code>
/// </summary>
/// <remarks>
/// Every value becomes a parameter with a name of its own, so groups cannot collide. A filter that a list does not have is refused within a
/// group on every route, on /store too, and so is a group that filters nothing (an empty <c>q</c>): passed over, it would match everything.
/// </remarks>
public sealed class ListFilter
{
    private readonly List<string> _conditions = [];
    private readonly List<object> _values;

    /// <summary>Begins with what always holds; <c>@value</c> in it stands for <paramref name="value"/>.</summary>
    public ListFilter(string always, object? value = null)
    {
        _values = [];
        _conditions.Add(value is null ? always : Bind(always, value));
    }

    private ListFilter(List<object> values) => _values = values;

    /// <summary>The conditions, all of which must hold.</summary>
    public string Sql => string.Join(" and ", _conditions);

    /// <summary>Conditions and values: equal for filters that find the same rows.</summary>
    public string Key => Sql + string.Concat(_values.Select(Spell));

    // With lengths, so that no value can pass for two others.
    private static string Spell(object value) => value switch
    {
        Array many => $" [{string.Concat(many.Cast<object>().Select(Spell))}]",
        DateTimeOffset time => $" {time.UtcTicks}",
        _ when value.ToString() is { } text => $" {text.Length}:{text}",
        _ => " -",
    };

    /// <summary>Whether there is more than what always holds.</summary>
    public bool Narrows { get; private set; }

    /// <summary>The parameters, for Dapper.</summary>
    public DynamicParameters Parameters
    {
        get
        {
            var parameters = new DynamicParameters();
            for (var i = 0; i < _values.Count; i++) parameters.Add($"f{i}", _values[i]);
            return parameters;
        }
    }

    /// <summary>Adds the filters of the query and of its groups.</summary>
    public ListFilter Where(ApiQuery query, Action<ListFilter, ApiQuery> filters)
    {
        filters(this, query);
        foreach (var (name, members) in query.Groups())
        {
            var groups = members.Select(member => Group(member, filters));
            And($"(({string.Join(name == "$or" ? ") or (" : ") and (", groups)}))");
        }

        return this;
    }

    private string Group(ApiQuery member, Action<ListFilter, ApiQuery> filters)
    {
        var group = new ListFilter(_values).Where(member, filters);
        member.RejectUnknown();
        return group.Narrows ? group.Sql : throw new ErrorException(Error.Invalid($"Invalid request: Field '{member.Path}' holds no filter"));
    }

    /// <summary>The grammar for a list in memory: which rows pass. <paramref name="filters"/> answers the filters of one query or group.</summary>
    public static Func<T, bool> InMemory<T>(ApiQuery query, Func<ApiQuery, Func<T, bool>> filters)
    {
        var passes = filters(query);
        foreach (var (name, members) in query.Groups())
        {
            var before = passes;
            var groups = members.Select(member =>
            {
                var group = InMemory(member, filters);
                member.RejectUnknown();
                return group;
            }).ToList();
            passes = name == "$or"
                ? row => before(row) && groups.Exists(group => group(row))
                : row => before(row) && groups.TrueForAll(group => group(row));
        }

        return passes;
    }

    /// <summary>Adds a condition in which <c>@value</c> stands for the value; nothing when there is none.</summary>
    public ListFilter And(string condition, object? value) => value is null ? this : And(Bind(condition, value));

    /// <summary>Adds a condition; its values have been named by <see cref="Parameter"/>.</summary>
    public ListFilter And(string condition)
    {
        _conditions.Add(condition);
        Narrows = true;
        return this;
    }

    /// <summary><c>created_at</c> and <c>updated_at</c> of the rows called <paramref name="alias"/>.</summary>
    public ListFilter AndTimes(ApiQuery query, string alias) => AndTimes(query, alias, "created_at").AndTimes(query, alias, "updated_at");

    /// <summary>A time of the rows called <paramref name="alias"/>.</summary>
    public ListFilter AndTimes(ApiQuery query, string alias, string column)
    {
        foreach (var (op, time) in query.Times(column)) And($"{alias}.{column} {op} {Parameter(time)}");
        return this;
    }

    /// <summary>Rows in which every word of the text occurs.</summary>
    public ListFilter AndWords(string? text, string searched)
    {
        foreach (var word in Words(text)) And($"{searched} ilike {Parameter(Pattern(word)!)}");
        return this;
    }

    /// <summary>The value under a name of its own: <c>@f3</c>.</summary>
    public string Parameter(object value)
    {
        _values.Add(value);
        return $"@f{_values.Count - 1}";
    }

    private string Bind(string condition, object value) => condition.Replace("@value", Parameter(value), StringComparison.Ordinal);

    /// <summary>A statement with the parameters.</summary>
    public NpgsqlBatchCommand Command(string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        for (var i = 0; i < _values.Count; i++) command.Parameters.AddWithValue($"f{i}", _values[i]);
        return command;
    }

    /// <summary>As <see cref="Command"/>, for one page: the statement uses @limit and @offset.</summary>
    public NpgsqlBatchCommand Page(string sql, Paging paging) => Command(paging.WriteInto(sql));

    /// <summary>The words of a search, at most eight.</summary>
    public static IReadOnlyList<string> Words(string? text) =>
        (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Take(8).ToList();

    /// <summary>An <c>ilike</c> pattern for what contains this text; null when it is blank.</summary>
    public static string? Pattern(string? text) => string.IsNullOrWhiteSpace(text)
        ? null
        : $"%{text.Trim().Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)}%";
}
