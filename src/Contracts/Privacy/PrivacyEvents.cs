namespace HeadlessPro.Contracts.Privacy;

/// <summary>A customer agreed to a purpose, or does not any more.</summary>
/// <param name="CustomerId">The customer.</param>
/// <param name="Purpose">To what: one of the shop's purposes, <c>marketing_email</c>.</param>
/// <param name="IsGranted">Whether they agree.</param>
/// <param name="TextVersion">The version of the text that they were shown.</param>
public sealed record ConsentChanged(Guid CustomerId, string Purpose, bool IsGranted, string TextVersion) : IEvent
{
    /// <inheritdoc/>
    public static string Name => "privacy.consent_changed";
}
