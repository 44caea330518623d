namespace HeadlessPro.Contracts;

/// <summary>Something that happened, written to the event log in the transaction that made it so.</summary>
/// <remarks>Each record states its wire name once: <c>public static string Name =&gt; "order.placed";</c>.</remarks>
public interface IEvent
{
    /// <summary>The name on the wire, past tense, e.g. <c>order.placed</c>.</summary>
    static abstract string Name { get; }
}
