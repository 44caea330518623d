namespace HeadlessPro.Platform.Web;

/// <summary>One at a time per key, within this process; keys nobody waits for take no memory.</summary>
internal sealed class KeyedGate
{
    private readonly Dictionary<string, Gate> _gates = new(StringComparer.Ordinal);

    /// <summary>Waits for the turn; dispose the answer to let the next one in.</summary>
    public async Task<IDisposable> Enter(string key, CancellationToken ct)
    {
        Gate gate;
        lock (_gates)
        {
            if (!_gates.TryGetValue(key, out gate!)) _gates[key] = gate = new Gate(this, key);
            gate.Users++;
        }

        try
        {
            await gate.Turn.WaitAsync(ct);
        }
        catch
        {
            Leave(gate);
            throw;
        }

        return gate;
    }

    private void Leave(Gate gate)
    {
        lock (_gates)
        {
            if (--gate.Users > 0) return;
            _gates.Remove(gate.Key);
            gate.Turn.Dispose();
        }
    }

    private sealed class Gate(KeyedGate all, string key) : IDisposable
    {
        public string Key { get; } = key;

        public SemaphoreSlim Turn { get; } = new(1, 1);

        public int Users { get; set; }

        public void Dispose()
        {
            Turn.Release();
            all.Leave(this);
        }
    }
}
