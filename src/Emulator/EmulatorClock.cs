namespace HeadlessPro.Emulator;

/// <summary>The time at the providers: the machine's, moved forward by control routes.</summary>
internal sealed class EmulatorClock
{
    private long ahead;

    public DateTimeOffset Now => DateTimeOffset.UtcNow + TimeSpan.FromTicks(Interlocked.Read(ref ahead));

    public long UnixSeconds => Now.ToUnixTimeSeconds();

    public TimeSpan Ahead => TimeSpan.FromTicks(Interlocked.Read(ref ahead));

    public void Advance(TimeSpan by) => Interlocked.Add(ref ahead, by.Ticks);

    public void Reset() => Interlocked.Exchange(ref ahead, 0);
}
