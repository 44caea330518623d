namespace HeadlessPro.Platform.Data;

/// <summary>Times as the wire shows them: what is answered from memory and what is read later say the same.</summary>
public static class WholeMilliseconds
{
    /// <summary>Now, without what is finer than a millisecond.</summary>
    public static DateTimeOffset GetUtcMilliseconds(this TimeProvider clock) =>
        DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
}
