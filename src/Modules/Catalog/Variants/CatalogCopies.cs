using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace HeadlessPro.Catalog;

/// <summary>
/// Copies of what was read, made at one version of the catalogue or later (<see cref="Platform.Events.TopicVersion"/>). A full shelf is
/// emptied and fills again with what is asked for.
/// </summary>
internal sealed class CatalogCopies<TKey, TCopy>(long mostBytes, Func<TCopy, long> bytesOf) where TKey : notnull
    where TCopy : class
{
    private Shelf _shelf = new(-1);

    /// <summary>The copy, when it is no older than a version that the caller has read.</summary>
    public bool TryGet(long? asOf, TKey key, [NotNullWhen(true)] out TCopy? copy)
    {
        var shelf = Volatile.Read(ref _shelf);
        copy = asOf <= shelf.Version ? shelf.Copies.GetValueOrDefault(key) : null;
        return copy is not null;
    }

    /// <param name="version">Read before the copies were.</param>
    /// <param name="copies">What to keep.</param>
    public void Keep(long version, IEnumerable<KeyValuePair<TKey, TCopy>> copies)
    {
        var shelf = Volatile.Read(ref _shelf);
        if (shelf.Version > version) return;
        if (shelf.Version < version || Interlocked.Read(ref shelf.Bytes) > mostBytes) Volatile.Write(ref _shelf, shelf = new Shelf(version));
        foreach (var (key, copy) in copies)
        {
            if (shelf.Copies.TryAdd(key, copy)) Interlocked.Add(ref shelf.Bytes, bytesOf(copy));
            else shelf.Copies[key] = copy;
        }
    }

    private sealed class Shelf(long version)
    {
        public long Bytes;

        public long Version { get; } = version;

        public ConcurrentDictionary<TKey, TCopy> Copies { get; } = new();
    }
}
