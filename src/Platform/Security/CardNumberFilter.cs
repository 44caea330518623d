namespace HeadlessPro.Platform.Security;

/// <summary>
/// Takes card numbers out of UTF-8 text that comes in pieces: each of their bytes becomes <see cref="Removed"/>. The end of a piece waits for
/// the next, for a number may go on there.
/// </summary>
public sealed class CardNumberFilter
{
    /// <summary>ASCII's sign for something that was left out.</summary>
    public const char Removed = '\u001A';

    // Half is looked at again with what follows, half is what stands before.
    private const int Waiting = 2 * CardNumbers.Longest;

    private byte[] _window = new byte[Waiting];
    private int _held;
    private int _lookFrom;

    /// <summary>Whether there was a card number so far.</summary>
    public bool Found { get; private set; }

    /// <summary>Whether a text shows that a card number was taken out.</summary>
    public static bool WasIn(string text) => text.Contains(Removed, StringComparison.Ordinal) && text.Contains(new string(Removed, 14), StringComparison.Ordinal);

    /// <summary>The next piece; answers what may be kept, valid until the next call. An empty one is the end.</summary>
    public ReadOnlyMemory<byte> Next(ReadOnlySpan<byte> piece)
    {
        var length = _held + piece.Length;
        if (_window.Length < length) Array.Resize(ref _window, length);
        piece.CopyTo(_window.AsSpan(_held));
        var text = _window.AsSpan(0, length);
        if (CardNumbers.MayBeIn(text))
        {
            var decided = piece.IsEmpty ? length : length - CardNumbers.Longest;
            for (var from = _lookFrom; CardNumbers.TryFind(text, from, out var found) && found.Start.Value < decided; from = found.End.Value)
            {
                text[found].Fill((byte)Removed);
                Found = true;
            }
        }

        var ready = piece.IsEmpty ? length : Math.Max(0, length - Waiting);
        var kept = text[..ready].ToArray();
        text[ready..].CopyTo(_window);
        _held = length - ready;
        _lookFrom = Math.Max(0, _held - CardNumbers.Longest);
        return kept;
    }
}
