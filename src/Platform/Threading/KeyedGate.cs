namespace HeadlessPro.Platform.Threading;

/// <summary>
/// Lets one caller per key through at a time, in this process: what would otherwise wait in the database waits here, holding no
/// connection. A convenience, never the guard: other hosts have gates of their own.
/// </summary>
public sealed class KeyedGate<TKey> where TKey : notnull
{
    private readonly Dictionary<TKey, Entry> _entries = [];

    /// <summary>Waits until nobody else holds the key; dispose the answer to let the next one in.</summary>
    public async Task<IDisposable> Enter(TKey key, CancellationToken ct)
    {
        Entry? entry;
        lock (_entries)
        {
            if (!_entries.TryGetValue(key, out entry)) _entries[key] = entry = new Entry(this, key);
            entry.Users++;
        }

        try
        {
            await entry.Turn.WaitAsync(ct);
            return entry;
        }
        catch
        {
            Leave(entry);
            throw;
        }
    }

    private void Leave(Entry entry)
    {
        lock (_entries)
        {
            if (--entry.Users > 0) return;
            _entries.Remove(entry.Key);
        }

        entry.Turn.Dispose();
    }

    private sealed class Entry(KeyedGate<TKey> gate, TKey key) : IDisposable
    {
        public TKey Key { get; } = key;

        public SemaphoreSlim Turn { get; } = new(1, 1);

        public int Users { get; set; }

        public void Dispose()
        {
            Turn.Release();
            gate.Leave(this);
        }
    }
}
