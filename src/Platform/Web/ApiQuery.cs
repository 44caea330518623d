using System.Globalization;
using HeadlessPro.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace HeadlessPro.Platform.Web;

/// <summary>
/// A query string as the <c>qs</c> package writes it: <c>id[0]=a&amp;id[1]=b</c>, <c>id[]=a</c>, <c>id=a</c>, <c>created_at[$gt]=…</c>.
/// Handlers read what they know by name; <see cref="RejectUnknown"/> then refuses the rest, naming it.
/// What stands in <c>$and</c> or <c>$or</c> is a query of its own, read in the same way: see <see cref="Groups"/> and <see cref="ListFilter"/>.
/// </summary>
public sealed class ApiQuery
{
    private readonly Dictionary<string, List<(string Brackets, string Value)>> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);
    private readonly ApiQuery _root;
    private readonly int _depth;
    private readonly string _path = "";
    private Dictionary<string, SortedDictionary<int, ApiQuery>>? _groups;
    private int _groupCount;

    /// <summary>Longest page a client may ask for.</summary>
    public const int MaxLimit = 1000;

    /// <summary>How deep <c>$and</c> and <c>$or</c> may stand in each other.</summary>
    public const int MaxDepth = 4;

    /// <summary>How many groups of filters they may hold in all.</summary>
    public const int MaxGroups = 50;

    /// <summary>Parses the request's query string.</summary>
    public ApiQuery(HttpRequest request)
    {
        _root = this;
        foreach (var (key, values) in request.Query)
        {
            var bracket = key.IndexOf('[', StringComparison.Ordinal);
            if (bracket < 0) Add(key, "", values);
            else Add(key[..bracket], key[bracket..], values);
        }
    }

    private ApiQuery(ApiQuery parent, string path)
    {
        (_root, _depth, _path) = (parent._root, parent._depth + 1, path);
        if (_depth > MaxDepth) throw Invalid($"'$and' and '$or' stand in each other more than {MaxDepth} deep");
        if (++_root._groupCount > MaxGroups) throw Invalid($"'$and' and '$or' hold more than {MaxGroups} groups of filters");
    }

    private void Add(string name, string brackets, StringValues values)
    {
        if (name is "$and" or "$or")
        {
            AddToGroup(name, brackets, values);
            return;
        }

        if (!_values.TryGetValue(name, out var list)) _values[name] = list = [];
        foreach (var value in values) list.Add((brackets, value ?? ""));
    }

    /// <summary><c>$or[0][title]=…</c>: the filter <c>title</c> of the group <c>0</c>.</summary>
    private void AddToGroup(string name, string brackets, StringValues values)
    {
        var end = brackets.IndexOf("][", StringComparison.Ordinal);
        var nameEnd = end < 0 ? -1 : brackets.IndexOf(']', end + 2);
        if (nameEnd < 0 || !int.TryParse(brackets.AsSpan(1, end - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            throw Invalid($"Expected an array of filters for field '{_path}{name}', written {name}[0][title]=…");
        _groups ??= new(StringComparer.Ordinal);
        if (!_groups.TryGetValue(name, out var groups)) _groups[name] = groups = [];
        if (!groups.TryGetValue(index, out var group)) groups[index] = group = new ApiQuery(this, $"{_path}{name}, {index}, ");
        group.Add(brackets[(end + 2)..nameEnd], brackets[(nameEnd + 1)..], values);
    }

    /// <summary>
    /// What stands in <c>$and</c> and <c>$or</c>: the groups, of which all or any must match. A list asks each for its filters as it asks this
    /// query, and then has it refuse what is unknown, for a group without a filter would match everything.
    /// </summary>
    public IEnumerable<(string Name, IReadOnlyCollection<ApiQuery> Members)> Groups()
    {
        if (_groups is null) yield break;
        foreach (var (name, groups) in _groups)
        {
            _read.Add(name);
            yield return (name, groups.Values);
        }
    }

    /// <summary>Where this group stands, for messages: <c>$or, 0</c>.</summary>
    internal string Path => _path.TrimEnd(',', ' ');

    /// <summary>For lists without filters: refuses <c>$and</c> and <c>$or</c>.</summary>
    public void RejectGroups()
    {
        if (_groups is not null) throw Invalid($"Unrecognized fields: '{string.Join(", ", _groups.Keys)}'");
    }

    private static ErrorException Invalid(string what) => new(Error.Invalid("Invalid request: " + what));

    /// <summary><c>[0]</c>, <c>[]</c> → none; <c>[$gt]</c>, <c>[$in][0]</c> → <c>gt</c>, <c>in</c>; anything else as it stands, which nobody knows.</summary>
    private static string OperatorOf(ReadOnlySpan<char> brackets)
    {
        var op = "";
        while (brackets.Length > 0)
        {
            var end = brackets.IndexOf(']');
            var inner = end < 0 ? brackets[1..] : brackets[1..end];
            var isIndex = inner.Length <= 9 && inner.IndexOfAnyExceptInRange('0', '9') < 0;
            if (!isIndex) op = op.Length == 0 && inner is ['$', ..] ? inner[1..].ToString() : op + inner.ToString();
            brackets = end < 0 ? default : brackets[(end + 1)..];
            if (brackets.Length > 0 && brackets[0] != '[') return brackets.ToString();
        }

        return op;
    }

    /// <summary>For minimal APIs: a handler's <c>ApiQuery</c> parameter is the request's.</summary>
    public static ValueTask<ApiQuery> BindAsync(HttpContext http) => ValueTask.FromResult(new ApiQuery(http.Request));

    /// <summary>The single value, or null; a repeated one is an error.</summary>
    public string? Text(string name)
    {
        _read.Add(name);
        if (!_values.TryGetValue(name, out var list)) return null;
        if (list.Count > 1 || OperatorOf(list[0].Brackets) is not ("" or "eq"))
            throw Invalid($"Expected type: 'string' for field '{_path}{name}', got an array or object");
        if (list[0].Value.Contains('\0', StringComparison.Ordinal))
            throw Invalid($"Field '{_path}{name}' contains a null character");
        return list[0].Value;
    }

    /// <summary>All values of <c>name</c>, <c>name[]</c>, <c>name[0]</c>, …; null when absent.</summary>
    public string[]? Texts(string name)
    {
        _read.Add(name);
        if (!_values.TryGetValue(name, out var list)) return null;
        foreach (var (brackets, value) in list)
        {
            var op = OperatorOf(brackets);
            if (op is not ("" or "eq" or "in")) throw Invalid($"Operator '${op}' is not valid for field '{_path}{name}'");
            if (value.Contains('\0', StringComparison.Ordinal)) throw Invalid($"Field '{_path}{name}' contains a null character");
        }

        return list.Select(v => v.Value).ToArray();
    }

    /// <summary>The values of <c>name[key]</c> by key, in any case: <c>options[Size]=M</c>.</summary>
    public IEnumerable<IGrouping<string, string>> Keyed(string name)
    {
        _read.Add(name);
        if (!_values.TryGetValue(name, out var list)) return [];
        if (list.Exists(v => v.Brackets.Contains('\0', StringComparison.Ordinal) || v.Value.Contains('\0', StringComparison.Ordinal)))
            throw Invalid($"Field '{_path}{name}' contains a null character");
        return list.Where(v => v.Brackets.Contains(']', StringComparison.Ordinal))
            .GroupBy(v => v.Brackets[1..v.Brackets.IndexOf(']', StringComparison.Ordinal)], v => v.Value, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Wire ids of that prefix; ids that cannot exist become <see cref="Guid.Empty"/>, which matches nothing. Null when absent.</summary>
    public Guid[]? Ids(string name, string prefix) =>
        Texts(name)?.Select(text => WireId.TryDecode(prefix, text, out var id) ? id : Guid.Empty).ToArray();

    /// <summary><c>true</c> or <c>false</c>; null when absent.</summary>
    public bool? Flag(string name) => Text(name) switch
    {
        null => null,
        "true" or "1" => true,
        "false" or "0" => false,
        var other => throw Invalid($"Expected type: 'boolean' for field '{_path}{name}', got: '{other}'"),
    };

    /// <summary>A whole number within bounds; <paramref name="fallback"/> when absent.</summary>
    public int Number(string name, int fallback, int min, int max)
    {
        var text = Text(name);
        if (text is null) return fallback;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            throw Invalid($"Expected type: 'number' for field '{_path}{name}', got: '{text}'");
        if (number < min)
            throw Invalid($"Value for field '{_path}{name}' too small, expected at least: '{min}'");
        if (number > max)
            throw Invalid($"Value for field '{_path}{name}' too large, expected at most: '{max}'");
        return (int)number;
    }

    /// <summary><c>limit</c> and <c>offset</c>.</summary>
    public Paging Paging(int defaultLimit) =>
        new(Number("limit", defaultLimit, 0, MaxLimit), Number("offset", 0, 0, int.MaxValue));

    /// <summary>Times: <c>created_at=…</c> or <c>created_at[$gt|$gte|$lt|$lte]=…</c>, as pairs of SQL operator and UTC time.</summary>
    public IReadOnlyList<(string SqlOperator, DateTimeOffset Time)> Times(string name)
    {
        _read.Add(name);
        if (!_values.TryGetValue(name, out var list)) return [];
        return list.Select(entry =>
        {
            var op = OperatorOf(entry.Brackets) switch
            {
                "" or "eq" => "=",
                "gt" => ">",
                "gte" => ">=",
                "lt" => "<",
                "lte" => "<=",
                "ne" => "<>",
                var other => throw Invalid($"Operator '${other}' is not valid for field '{_path}{name}'"),
            };
            if (!DateTimeOffset.TryParse(entry.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
                throw Invalid($"Expected type: 'date' for field '{_path}{name}', got: '{entry.Value}'");
            return (op, time);
        }).ToList();
    }

    /// <summary><c>order</c>: a name from <paramref name="columns"/> (wire name → SQL), <c>-</c> in front for descending; its SQL, or null when absent.</summary>
    public string? Order(IReadOnlyDictionary<string, string> columns)
    {
        var text = Text("order");
        if (string.IsNullOrEmpty(text)) return null;
        var descending = text[0] == '-';
        var name = descending ? text[1..] : text.TrimStart('+');
        return columns.TryGetValue(name, out var sql)
            ? sql + (descending ? " desc" : " asc")
            : throw new ErrorException(Error.Invalid($"Order field {name} is not valid"));
    }

    /// <summary>The selected fields.</summary>
    public Fields Fields(params ReadOnlySpan<string> defaults) => Web.Fields.Parse(Text("fields"), defaults);

    /// <summary>As above, of a list that stays the same.</summary>
    public Fields Fields(string[] defaults) => Text("fields") is { } asked ? Web.Fields.Parse(asked, defaults) : Web.Fields.Unasked(defaults);

    /// <summary>Refuses parameters nobody read: <c>400</c> naming them.</summary>
    public void RejectUnknown()
    {
        var unknown = _values.Keys.Concat(_groups?.Keys.AsEnumerable() ?? []).Where(name => !_read.Contains(name)).Select(name => _path + name).ToList();
        if (unknown.Count > 0) throw Invalid($"Unrecognized fields: '{string.Join(", ", unknown)}'");
    }
}

/// <summary>A page: how many from where.</summary>
public readonly record struct Paging(int Limit, int Offset)
{
    /// <summary>The fewest blocks of that many rows in which the page lies.</summary>
    public Paging Blocks(int size)
    {
        var first = Offset / size * size;
        var end = ((long)Offset + Limit + size - 1) / size * size;
        return new((int)(end - first), first);
    }

    /// <summary>
    /// The statement with the numbers in the place of @limit and @offset. Not as parameters: plans are made without looking at those
    /// (decision 8), and one that does not know that a page is short sorts the whole table for it.
    /// </summary>
    public string WriteInto(string sql) => sql
        .Replace("@limit", Limit.ToString(CultureInfo.InvariantCulture) + "::bigint", StringComparison.Ordinal)
        .Replace("@offset", Offset.ToString(CultureInfo.InvariantCulture) + "::bigint", StringComparison.Ordinal);
}
