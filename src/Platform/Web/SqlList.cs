using Dapper;
using Npgsql;

namespace HeadlessPro.Platform.Web;

/// <summary>
/// A list for staff: from where, with which filters, in which orders. How many there are and a page of them come in one round trip; parameters
/// that nobody knows are refused.
/// </summary>
/// <param name="from">Tables with their aliases.</param>
/// <param name="columns">What is selected.</param>
/// <param name="key">The column that makes every order exact: <c>c.id</c>.</param>
public sealed class SqlList(string from, string columns, string key)
{
    /// <summary>What holds whatever is asked; <c>@value</c> in it stands for the scope given to <see cref="Of"/>.</summary>
    public string Always { get; init; } = "true";

    /// <summary>What holds of rows that are not deleted; <c>with_deleted=true</c> shows the others too.</summary>
    public string? Alive { get; init; }

    /// <summary>The list's filters, see <see cref="ListFilter"/>.</summary>
    public required Action<ListFilter, ApiQuery> Filters { get; init; }

    /// <summary>What it can be ordered by, wire name → SQL; see <see cref="Columns"/>.</summary>
    public required IReadOnlyDictionary<string, string> Orders { get; init; }

    /// <summary>The order when none is asked for, in SQL.</summary>
    public required string DefaultOrder { get; init; }

    /// <summary>Columns that are called the same on the wire.</summary>
    public static Dictionary<string, string> Columns(string alias, params ReadOnlySpan<string> names)
    {
        var columns = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in names) columns[name] = $"{alias}.{name}";
        return columns;
    }

    /// <summary>Understands the query, after the handler has read what else it knows, and refuses the rest of it; storefronts may send what they like.</summary>
    public SqlListRequest Of(ApiQuery query, object? scope = null, bool refuseUnknown = true)
    {
        var paging = query.Paging(50);
        var order = query.Order(Orders) ?? DefaultOrder;
        var always = Alive is null || query.Flag("with_deleted") == true ? Always : $"{Always} and {Alive}";
        var filter = new ListFilter(always, scope).Where(query, Filters);
        if (refuseUnknown) query.RejectUnknown();
        var parameters = filter.Parameters;
        var where = $"from {from} where {filter.Sql}";
        return new(paging.WriteInto($"select count(*) {where}; select {columns} {where} order by {order}, {key} limit @limit offset @offset"), parameters, paging);
    }
}

/// <summary>What to ask the database for one page of a <see cref="SqlList"/>.</summary>
/// <param name="Sql">Two statements: the count, the page.</param>
/// <param name="Parameters">Theirs.</param>
/// <param name="Paging">Which page.</param>
public sealed record SqlListRequest(string Sql, DynamicParameters Parameters, Paging Paging)
{
    /// <summary>Asks.</summary>
    public async Task<ListPage<T>> Read<T>(NpgsqlConnection connection, CancellationToken ct, NpgsqlTransaction? tx = null)
    {
        await using var answers = await connection.QueryMultipleAsync(new CommandDefinition(Sql, Parameters, tx, cancellationToken: ct));
        return await Read<T>(answers);
    }

    /// <summary>Reads the answers where <see cref="Sql"/> was sent together with other statements.</summary>
    public async Task<ListPage<T>> Read<T>(SqlMapper.GridReader answers)
    {
        var count = await answers.ReadSingleAsync<long>();
        return new((await answers.ReadAsync<T>()).AsList(), count, Paging);
    }
}

/// <summary>A page of a list.</summary>
/// <param name="Rows">The page.</param>
/// <param name="Count">How many the whole list has.</param>
/// <param name="Paging">Which page it is.</param>
public sealed record ListPage<T>(List<T> Rows, long Count, Paging Paging)
{
    /// <summary>The same page of other values.</summary>
    public ListPage<TOther> To<TOther>(Converter<T, TOther> convert) => new(Rows.ConvertAll(convert), Count, Paging);

    /// <summary>The same page of values that were loaded for these rows.</summary>
    public ListPage<TOther> With<TOther>(List<TOther> rows) => new(rows, Count, Paging);
}
