using System.Diagnostics.CodeAnalysis;

namespace HeadlessPro.Emulator;

/// <summary>
/// Objects of one kind by id, in the order they came. Holds a number of them: past it the oldest tenth is forgotten, so that an emulator
/// may run for weeks. Not safe for several threads: each provider's book has one lock for all its tables.
/// </summary>
internal sealed class Table<T>(Func<T, string> id, int capacity = 100_000) where T : class
{
    private readonly Dictionary<string, T> byId = [];
    private readonly List<T> inOrder = [];

    public IReadOnlyList<T> InOrder => inOrder;

    public IEnumerable<T> NewestFirst
    {
        get
        {
            for (var i = inOrder.Count - 1; i >= 0; i--) yield return inOrder[i];
        }
    }

    public bool TryGet(string? key, [NotNullWhen(true)] out T? found)
    {
        found = null;
        return key is not null && byId.TryGetValue(key, out found);
    }

    public T Add(T item)
    {
        if (inOrder.Count >= capacity)
        {
            var oldest = Math.Max(1, capacity / 10);
            foreach (var old in inOrder.Take(oldest)) byId.Remove(id(old));
            inOrder.RemoveRange(0, oldest);
        }

        byId.Add(id(item), item);
        inOrder.Add(item);
        return item;
    }

    public void Clear()
    {
        byId.Clear();
        inOrder.Clear();
    }
}
