using HeadlessPro.Platform.Data;

namespace HeadlessPro.Catalog.Imports;

/// <summary>Reads a stored product file, a piece at a time.</summary>
internal sealed class ImportFileStream(Db db, Guid importId) : Stream
{
    private byte[] _chunk = [];
    private int _position;
    private int _next;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position == _chunk.Length)
        {
            if (await ReadChunk(_next, cancellationToken) is not { } chunk) return 0;
            (_chunk, _position, _next) = (chunk, 0, _next + 1);
        }

        var part = Math.Min(buffer.Length, _chunk.Length - _position);
        _chunk.AsMemory(_position, part).CopyTo(buffer);
        _position += part;
        return part;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private async Task<byte[]?> ReadChunk(int number, CancellationToken ct)
    {
        await using var command = db.Command("select content from catalog.import_chunks where import_id = @id and number = @number");
        command.Parameters.AddWithValue("id", importId);
        command.Parameters.AddWithValue("number", number);
        return await command.ExecuteScalarAsync(ct) as byte[];
    }
}
