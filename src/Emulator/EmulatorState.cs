namespace HeadlessPro.Emulator;

/// <summary>What both providers share. Everything is in memory and gone with the process.</summary>
internal sealed class EmulatorState : IAsyncDisposable
{
    public EmulatorState(EmulatorOptions options)
    {
        Options = options;
        Webhooks = new WebhookSender(this);
    }

    public EmulatorOptions Options { get; }

    public EmulatorClock Clock { get; } = new();

    public FaultRules Faults { get; } = new();

    public Replays Replays { get; } = new();

    public Ledger Ledger { get; } = new();

    public WebhookSender Webhooks { get; }

    /// <summary>Where the emulator is reached; known once it listens.</summary>
    public string Url { get; set; } = "";

    public ValueTask DisposeAsync() => Webhooks.DisposeAsync();

    public void Reset()
    {
        Webhooks.Clear();
        Faults.Clear();
        Replays.Clear();
        Ledger.Clear();
        Clock.Reset();
    }
}
