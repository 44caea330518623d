using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Npgsql;

namespace HeadlessPro.Catalog;

/// <summary>Makes one record of a row.</summary>
internal delegate T ReadRow<out T>(ref Row row);

/// <summary>Reads the result sets of a batch one after the other.</summary>
internal static class ResultSets
{
    /// <summary>How many there are and one page of them, in one round trip.</summary>
    public static async Task<ListPage<T>> ReadPage<T>(
        this Db db, NpgsqlBatchCommand count, NpgsqlBatchCommand page, Paging paging, ReadRow<T> read, CancellationToken ct)
    {
        await using var batch = db.Batch();
        batch.BatchCommands.Add(count);
        batch.BatchCommands.Add(page);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        var total = reader.GetInt64(0);
        return new(await reader.NextRows(read, ct), total, paging);
    }

    public static async Task<List<T>> ReadRows<T>(this NpgsqlDataReader reader, ReadRow<T> read, CancellationToken ct)
    {
        var rows = new List<T>();
        while (await reader.ReadAsync(ct)) rows.Add(One(reader, read));
        return rows;
    }

    public static async Task<List<T>> NextRows<T>(this NpgsqlDataReader reader, ReadRow<T> read, CancellationToken ct)
    {
        await reader.NextResultAsync(ct);
        return await reader.ReadRows(read, ct);
    }

    /// <summary>The next result set, whose first column is the key its rows belong to.</summary>
    public static async Task<ILookup<Guid, T>> NextRowsByKey<T>(this NpgsqlDataReader reader, ReadRow<T> read, CancellationToken ct) =>
        (await reader.NextRows((ref row) => (Key: row.Guid(), Value: read(ref row)), ct)).ToLookup(p => p.Key, p => p.Value);

    private static T One<T>(NpgsqlDataReader reader, ReadRow<T> read)
    {
        var row = new Row(reader);
        return read(ref row);
    }
}
