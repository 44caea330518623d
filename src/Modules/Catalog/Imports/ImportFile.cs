using System.Text;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Npgsql;

namespace HeadlessPro.Catalog.Imports;

/// <summary>
/// A product file on its way: stored in pieces in the database, so that any host may go on with the import, and never whole in memory.
/// Stored as UTF-8 without byte order mark, whatever came (UTF-8 or UTF-16 with its mark); other encodings are refused here. Card numbers are
/// not stored: <see cref="CsvRows"/> sees where one was.
/// </summary>
internal static class ImportFile
{
    /// <summary>Longest file, bytes.</summary>
    public const long MaxLength = 1024L * 1024 * 1024;

    /// <summary>Most rows of a file that is all or nothing: seconds of one transaction, behind which events of the whole shop wait.</summary>
    public const int MostAtomicRows = 10_000;

    /// <summary>Longest file that is all or nothing, bytes.</summary>
    public const long MaxAtomicLength = 64L * 1024 * 1024;

    private const int ChunkLength = 256 * 1024;

    /// <summary>Stores the text; answers how many rows it seems to have (header and blank lines not counted).</summary>
    public static async Task<long> Store(Db db, Guid importId, Stream source, CancellationToken ct)
    {
        var (text, cards) = (new Inspector(), new CardNumberFilter());
        var chunk = new byte[ChunkLength];
        var (filled, number) = (0, 0);
        var buffer = new byte[64 * 1024];
        var read = await source.ReadAtLeastAsync(buffer, 4, throwOnEndOfStream: false, ct);
        var utf16 = Utf16Decoder(buffer.AsSpan(0, read), out var mark);
        var chars = utf16 is null ? [] : new char[buffer.Length];
        var converted = utf16 is null ? [] : new byte[buffer.Length * 2];
        var from = mark;
        for (var ended = false; !ended;)
        {
            ended = read == 0;
            var given = buffer.AsMemory(from, read - from);
            if (utf16 is not null) given = converted.AsMemory(0, Encoding.UTF8.GetBytes(chars.AsSpan(0, utf16.GetChars(given.Span, chars, flush: false)), converted));
            text.Look(given.Span);
            var piece = given.IsEmpty && !ended ? default : cards.Next(given.Span);
            while (piece.Length > 0)
            {
                var part = Math.Min(piece.Length, chunk.Length - filled);
                piece[..part].CopyTo(chunk.AsMemory(filled));
                piece = piece[part..];
                filled += part;
                if (filled < chunk.Length) continue;
                await Insert(db, importId, number++, chunk, ct);
                filled = 0;
            }

            from = 0;
            if (!ended) read = await source.ReadAsync(buffer, ct);
        }

        text.End();
        if (filled > 0) await Insert(db, importId, number, chunk.AsMemory(0, filled).ToArray(), ct);
        return text.Rows;
    }

    public static Stream Open(Db db, Guid importId) => new ImportFileStream(db, importId);

    /// <summary>Drops the pieces of this file, and of uploads that were cut off and never became an import.</summary>
    public static async Task Drop(Db db, Guid importId, CancellationToken ct)
    {
        await using var command = db.Command("""
            delete from catalog.import_chunks c
            where c.import_id = @id
               or (c.created_at < now() - interval '1 day' and not exists (select 1 from catalog.imports i where i.id = c.import_id))
            """);
        command.Parameters.AddWithValue("id", importId);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task Insert(Db db, Guid importId, int number, byte[] content, CancellationToken ct)
    {
        await using var command = db.Command("insert into catalog.import_chunks (import_id, number, content) values (@id, @number, @content)");
        command.Parameters.AddWithValue("id", importId);
        command.Parameters.AddWithValue("number", number);
        command.Parameters.AddWithValue("content", content);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static Decoder? Utf16Decoder(ReadOnlySpan<byte> start, out int mark)
    {
        mark = 0;
        if (start is [0xEF, 0xBB, 0xBF, ..]) mark = 3;
        else if (start is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            mark = 2;
            return new UnicodeEncoding(bigEndian: start[0] == 0xFE, byteOrderMark: false).GetDecoder();
        }

        return null;
    }

    /// <summary>Checks that bytes are UTF-8 and counts rows, across the borders of pieces.</summary>
    private sealed class Inspector
    {
        private readonly Decoder _strict = new UTF8Encoding(false, throwOnInvalidBytes: true).GetDecoder();
        private readonly char[] _sink = new char[128 * 1024];
        private long _lines;
        private long _records;
        private bool _quoted;
        private bool _lineHasText;

        public long Rows => Math.Max(0, _records - 1);

        public void Look(ReadOnlySpan<byte> bytes)
        {
            Check(bytes, flush: false);
            while (bytes.Length > 0)
            {
                var next = bytes.IndexOfAny((byte)'"', (byte)'\n');
                var before = next < 0 ? bytes : bytes[..next];
                _lineHasText |= before.ContainsAnyExcept((byte)'\r', (byte)' ');
                if (next < 0) return;
                if (bytes[next] == '"') (_quoted, _lineHasText) = (!_quoted, true);
                else
                {
                    _lines++;
                    if (!_quoted) EndRecord();
                }

                bytes = bytes[(next + 1)..];
            }
        }

        public void End()
        {
            Check([], flush: true);
            EndRecord();
        }

        private void EndRecord()
        {
            if (_lineHasText) _records++;
            _lineHasText = false;
        }

        private void Check(ReadOnlySpan<byte> bytes, bool flush)
        {
            try
            {
                _strict.GetChars(bytes, _sink, flush);
            }
            catch (DecoderFallbackException e)
            {
                var line = _lines + 1 + bytes[..Math.Clamp(e.Index, 0, bytes.Length)].Count((byte)'\n');
                var wrong = e.BytesUnknown is { Length: > 0 } unknown ? $" (byte 0x{unknown[0]:X2})" : "";
                throw new ErrorException(Error.Invalid(
                    $"The file is not UTF-8: line {line} has a character of another encoding{wrong}. Save it as \"CSV UTF-8\" and send it again.", "unsupported_encoding"));
            }
        }
    }
}
