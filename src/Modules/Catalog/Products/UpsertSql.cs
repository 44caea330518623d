namespace HeadlessPro.Catalog.Products;

/// <summary>Statements that write many rows at once from one JSON array of objects named like the columns.</summary>
internal static class UpsertSql
{
    /// <summary>Inserts the rows of <c>@parameter</c>; a row whose id is there already takes the new values.</summary>
    /// <param name="table">Schema-qualified.</param>
    /// <param name="parameter">Name of the JSON parameter.</param>
    /// <param name="columns">Each column with its type, <c>id uuid</c> among them.</param>
    public static string Of(string table, string parameter, params IReadOnlyList<string> columns)
    {
        var names = columns.Select(c => c.Split(' ')[0]).ToList();
        return $"""
            insert into {table} ({string.Join(", ", names)})
            select {string.Join(", ", names.Select(n => n == "metadata" ? "r.metadata::jsonb" : "r." + n))}
            from jsonb_to_recordset(@{parameter}::jsonb) as r ({string.Join(", ", columns.Select(c => c == "metadata jsonb" ? "metadata text" : c))})
            on conflict (id) do update set {string.Join(", ", names.Where(n => n != "id").Select(n => $"{n} = excluded.{n}"))}, updated_at = now()
            """;
    }
}
