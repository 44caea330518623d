using System.Globalization;
using HeadlessPro.Contracts;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Platform.Web;

/// <summary>
/// A query string as the <c>qs</c> package writes it: <c>id[0]=a&amp;id[1]=b</c>, <c>id[]=a</c>, <c>id=a</c>, <c>created_at[$gt]=…</c>.
/// Handlers read what they know by name; <see cref="RejectUnknown"/> then refuses the rest, naming it.
/// </summary>
public sealed class ApiQuery
{
    private readonly Dictionary<string, List<(string Operator, string Value)>> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <summary>Longest page a client may ask for.</summary>
    public const int MaxLimit = 1000;

    /// <summary>Parses the request's query string.</summary>
    public ApiQuery(HttpRequest request)
    {
        foreach (var (key, values) in request.Query)
        {
            var bracket = key.IndexOf('[', StringComparison.Ordinal);
            var name = bracket < 0 ? key : key[..bracket];
            if (name is "$and" or "$or") throw new ErrorException(Error.Invalid($"Invalid request: '{name}' is not supported; give each filter as a parameter of its own"));
            if (!_values.TryGetValue(name, out var list)) _values[name] = list = [];
            var op = bracket < 0 ? "" : OperatorOf(key.AsSpan(bracket));
            foreach (var value in values) list.Add((op, value ?? ""));
        }
    }

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
        if (list.Count > 1 || list[0].Operator is not ("" or "eq"))
            throw new ErrorException(Error.Invalid($"Invalid request: Expected type: 'string' for field '{name}', got an array or object"));
        if (list[0].Value.Contains('\0', StringComparison.Ordinal))
            throw new ErrorException(Error.Invalid($"Invalid request: Field '{name}' contains a null character"));
        return list[0].Value;
    }

    /// <summary>All values of <c>name</c>, <c>name[]</c>, <c>name[0]</c>, …; null when absent.</summary>
    public IReadOnlyList<string>? Texts(string name)
    {
        _read.Add(name);
        if (!_values.TryGetValue(name, out var list)) return null;
        foreach (var (op, value) in list)
        {
            if (op is not ("" or "eq" or "in")) throw new ErrorException(Error.Invalid($"Invalid request: Operator '${op}' is not valid for field '{name}'"));
            if (value.Contains('\0', StringComparison.Ordinal)) throw new ErrorException(Error.Invalid($"Invalid request: Field '{name}' contains a null character"));
        }

        return list.Select(v => v.Value).ToList();
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
        var other => throw new ErrorException(Error.Invalid($"Invalid request: Expected type: 'boolean' for field '{name}', got: '{other}'")),
    };

    /// <summary>A whole number within bounds; <paramref name="fallback"/> when absent.</summary>
    public int Number(string name, int fallback, int min, int max)
    {
        var text = Text(name);
        if (text is null) return fallback;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            throw new ErrorException(Error.Invalid($"Invalid request: Expected type: 'number' for field '{name}', got: '{text}'"));
        if (number < min)
            throw new ErrorException(Error.Invalid($"Invalid request: Value for field '{name}' too small, expected at least: '{min}'"));
        if (number > max)
            throw new ErrorException(Error.Invalid($"Invalid request: Value for field '{name}' too large, expected at most: '{max}'"));
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
            var op = entry.Operator switch
            {
                "" or "eq" => "=",
                "gt" => ">",
                "gte" => ">=",
                "lt" => "<",
                "lte" => "<=",
                "ne" => "<>",
                var other => throw new ErrorException(Error.Invalid($"Invalid request: Operator '${other}' is not valid for field '{name}'")),
            };
            if (!DateTimeOffset.TryParse(entry.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
                throw new ErrorException(Error.Invalid($"Invalid request: Expected type: 'date' for field '{name}', got: '{entry.Value}'"));
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

    /// <summary>Refuses parameters nobody read: <c>400</c> naming them.</summary>
    public void RejectUnknown()
    {
        var unknown = _values.Keys.Where(name => !_read.Contains(name)).ToList();
        if (unknown.Count > 0)
            throw new ErrorException(Error.Invalid($"Invalid request: Unrecognized fields: '{string.Join(", ", unknown)}'"));
    }
}

/// <summary>A page: how many from where.</summary>
public readonly record struct Paging(int Limit, int Offset);
