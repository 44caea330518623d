using System.Text.Json;
using HeadlessPro.Contracts;
using Npgsql;

namespace HeadlessPro.Catalog;

/// <summary>Reads the columns of a row from left to right, in the order the statement beside it names them.</summary>
internal ref struct Row(NpgsqlDataReader reader)
{
    private int _column;

    public Guid Guid() => reader.GetGuid(_column++);

    public Guid? GuidOrNull() => IsNull() ? null : reader.GetGuid(_column++);

    public string Id(string prefix) => WireId.Encode(prefix, Guid());

    public string? IdOrNull(string prefix) => IsNull() ? null : Id(prefix);

    public string Text() => reader.GetString(_column++);

    public string? TextOrNull() => IsNull() ? null : reader.GetString(_column++);

    public bool Flag() => reader.GetBoolean(_column++);

    public int Number() => reader.GetInt32(_column++);

    public int? NumberOrNull() => IsNull() ? null : reader.GetInt32(_column++);

    public long Long() => reader.GetInt64(_column++);

    public long? LongOrNull() => IsNull() ? null : reader.GetInt64(_column++);

    public decimal? DecimalOrNull() => IsNull() ? null : reader.GetDecimal(_column++);

    public DateTimeOffset Time() => reader.GetFieldValue<DateTimeOffset>(_column++);

    public DateTimeOffset? TimeOrNull() => IsNull() ? null : Time();

    public JsonElement? JsonOrNull() => IsNull() ? null : JsonElement.Parse(reader.GetString(_column++));

    public T[] Array<T>() => reader.GetFieldValue<T[]>(_column++);

    public void Skip(int columns) => _column += columns;

    private bool IsNull()
    {
        if (!reader.IsDBNull(_column)) return false;
        _column++;
        return true;
    }
}
