using CsvHelper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Security;

namespace HeadlessPro.Catalog.Imports;

/// <summary>What is wrong with the form of a row, and in which column when it is one's.</summary>
internal sealed record RowProblem(string? Column, string Message);

/// <summary>One row of a file with the physical line it begins on (1 is the header's). Cells are trimmed but for descriptions.</summary>
internal sealed class CsvRow(long line, string[] cells, ImportColumns columns)
{
    public long Line { get; } = line;

    public ImportColumns Columns => columns;

    /// <summary>The cell, or null when it is empty or the file has no such column.</summary>
    public string? this[Column column] => At(columns.IndexOf(column));

    public string? At(int index)
    {
        if (index < 0 || index >= cells.Length) return null;
        var cell = cells[index].AsSpan().Trim();
        return cell.Length == 0 ? null : FormulaMark.Remove(cell.Length == cells[index].Length ? cells[index] : cell.ToString());
    }

    /// <summary>The cell as it stands, spaces included; null when it is empty.</summary>
    public string? Raw(Column column) => columns.IndexOf(column) is >= 0 and var i && i < cells.Length && cells[i].Length > 0 ? FormulaMark.Remove(cells[i]) : null;
}

/// <summary>A file that cannot be read on: what was read before stays, the import ends as failed with this message.</summary>
internal sealed class UnreadableFileException(string message) : Exception(message);

/// <summary>Reads rows, one at a time, from UTF-8 text with <c>,</c> <c>;</c> tab or <c>|</c> between cells.</summary>
internal sealed class CsvRows : IDisposable
{
    /// <summary>Longest row, bytes: beyond it a quotation mark has been left open.</summary>
    public const int MaxRow = 4 * 1024 * 1024;

    private readonly CsvReader _reader;
    private long _unclosed;

    private CsvRows(Stream utf8, char? separator) => _reader = CsvReader.Create(utf8, new CsvReaderOptions
    {
        Separator = separator,
        TrackLineNumbers = true,
        MaxRecordSize = MaxRow,
        PoolStrings = true,
        // 12" in an unquoted cell is what people write; only a quotation mark that never closes swallows rows.
        OnMalformedRecord = record => _unclosed = record.Reason == CsvMalformedReason.UnterminatedQuote ? record.LineNumber : _unclosed,
    });

    public ImportColumns Columns { get; private set; } = null!;

    public char Separator => _reader.Separator;

    /// <summary>Reads the header.</summary>
    /// <param name="utf8">The text; disposed with the rows.</param>
    /// <param name="separator">What stands between cells; null = found out.</param>
    /// <param name="currency">The currency of the columns that name none; null = there should be no such column.</param>
    /// <param name="ct">Cancellation.</param>
    public static async Task<Result<CsvRows>> Open(Stream utf8, char? separator, string? currency, CancellationToken ct)
    {
        var rows = new CsvRows(utf8, separator);
        var result = await rows.ReadHeader(currency, ct);
        if (result.Error is not null) rows.Dispose();
        return result;
    }

    /// <summary>The next row that is not blank, and what is wrong with its form, if anything; null at the end.</summary>
    public async Task<(CsvRow Row, RowProblem? Problem)?> Read(CancellationToken ct)
    {
        while (await Advance(ct))
        {
            var cells = new string[_reader.FieldCount];
            var (blank, nul, beyond, card) = (true, false, false, -1);
            for (var i = 0; i < cells.Length; i++)
            {
                var cell = cells[i] = _reader.GetString(i);
                if (cell.Length == 0) continue;
                nul |= cell.Contains('\0', StringComparison.Ordinal);
                if (card < 0 && CardNumberFilter.WasIn(cell)) card = i;
                blank &= cell.AsSpan().IsWhiteSpace();
                beyond |= i >= Columns.Headers.Length;
            }

            if (blank) continue;
            var column = (string?)null;
            string? problem = null;
            if (card >= 0) (column, problem) = (card < Columns.Headers.Length ? Columns.Headers[card] : null, CardNumbers.Problem("The cell") + ".");
            else if (_unclosed == _reader.LineNumber) problem = "A quotation mark opens in this row and is never closed: the rest of the file is inside it.";
            else if (beyond) problem = $"The row has {cells.Length} cells, the header only {Columns.Headers.Length}: a separator or a quotation mark is out of place.";
            else if (nul) problem = "The row contains a null character.";
            return (new CsvRow(_reader.LineNumber, cells, Columns), problem is null ? null : new RowProblem(column, problem));
        }

        return null;
    }

    public void Dispose() => _reader.Dispose();

    private async Task<Result<CsvRows>> ReadHeader(string? currency, CancellationToken ct)
    {
        try
        {
            await _reader.ReadHeaderAsync(ct);
        }
        catch (CsvFormatException e)
        {
            return Error.Invalid($"The first line of the file cannot be read: {e.Message}");
        }

        var headers = _reader.Headers.ToArray();
        if (headers.Any(CardNumberFilter.WasIn)) return Error.Invalid(CardNumbers.Problem("The first line of the file") + ".", CardNumbers.Code);
        if (headers.Length == 0) return Error.Invalid("The file is empty: its first line must hold the column names.");
        if (!ImportColumns.Parse(headers, currency).Try(out var columns, out var error)) return error;
        Columns = columns;
        return this;
    }

    private async ValueTask<bool> Advance(CancellationToken ct)
    {
        try
        {
            return await _reader.ReadAsync(ct);
        }
        catch (CsvFormatException e)
        {
            throw new UnreadableFileException(
                $"The row in line {e.LineNumber} is longer than {MaxRow} bytes: a quotation mark is left open there. Nothing after it was read.");
        }
    }
}
