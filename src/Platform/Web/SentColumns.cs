using System.Text.Json;
using Dapper;

namespace HeadlessPro.Platform.Web;

/// <summary>The columns that an update changes: those that were sent, each under a parameter of its name.</summary>
public sealed class SentColumns
{
    private readonly List<string> _sets = [];

    /// <summary>The values, for Dapper; the statement's others can be added.</summary>
    public DynamicParameters Parameters { get; } = new();

    /// <summary><c>, first_name = @first_name, …</c>, to go behind <c>updated_at = now()</c>; empty when nothing was sent.</summary>
    public string Sql => string.Concat(_sets.Select(set => $", {set}"));

    /// <summary>A text.</summary>
    public SentColumns Add(string column, Optional<string?> sent) => sent.IsSet ? Set(column, "", sent.Value) : this;

    /// <summary>Free JSON.</summary>
    public SentColumns Add(string column, Optional<JsonElement?> sent) => sent.IsSet ? Set(column, "::jsonb", Check.JsonText(sent.Value)) : this;

    private SentColumns Set(string column, string cast, string? value)
    {
        _sets.Add($"{column} = @{column}{cast}");
        Parameters.Add(column, value);
        return this;
    }
}
