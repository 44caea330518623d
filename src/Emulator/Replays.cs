namespace HeadlessPro.Emulator;

/// <summary>An answer as it went, or would have gone, over the wire.</summary>
/// <param name="Keep">Whether the same call with the same key gets it again.</param>
internal sealed record Reply(int Status, byte[] Body, bool Keep = true)
{
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];
}

/// <summary>Answers by idempotency key: kept for the first call, given again to the ones that repeat it.</summary>
internal sealed class Replays
{
    private const int Capacity = 50_000;
    private readonly Dictionary<string, Entry> entries = [];
    private readonly Queue<string> inOrder = new();

    public enum Finding
    {
        New,
        Known,
        InProgress,
        OtherCall,
    }

    /// <summary>Takes the key, unless it is taken. Whoever got <see cref="Finding.New"/> ends it with Finish or Abandon.</summary>
    public (Finding Finding, Reply? Reply) Begin(string key, string call)
    {
        lock (entries)
        {
            if (entries.TryGetValue(key, out var entry))
            {
                if (entry.Call != call) return (Finding.OtherCall, null);
                return entry.Reply is null ? (Finding.InProgress, null) : (Finding.Known, entry.Reply);
            }

            while (inOrder.Count >= Capacity) entries.Remove(inOrder.Dequeue());
            entries.Add(key, new Entry(call));
            inOrder.Enqueue(key);
            return (Finding.New, null);
        }
    }

    public void Finish(string key, Reply reply)
    {
        lock (entries)
        {
            if (!reply.Keep) entries.Remove(key);
            else if (entries.TryGetValue(key, out var entry)) entry.Reply = reply;
        }
    }

    public void Abandon(string key)
    {
        lock (entries) entries.Remove(key);
    }

    public void Clear()
    {
        lock (entries)
        {
            entries.Clear();
            inOrder.Clear();
        }
    }

    private sealed class Entry(string call)
    {
        public string Call { get; } = call;

        public Reply? Reply { get; set; }
    }
}
