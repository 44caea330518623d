using HeadlessPro.Contracts;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Payments.Providers;

/// <summary>Someone whose events arrive as webhooks.</summary>
internal interface IWebhookSource
{
    /// <summary><c>stripe</c>: the last part of its route.</summary>
    string Name { get; }

    /// <summary>
    /// The event, if it is the provider's. Any doubt is <see cref="ErrorType.InvalidData"/>; <see cref="ErrorType.Unavailable"/> says that it
    /// could not be checked now.
    /// </summary>
    Task<Result<ProviderEvent>> Read(IHeaderDictionary headers, ReadOnlyMemory<byte> body, CancellationToken ct);
}

/// <summary>That something happened, and to what.</summary>
/// <param name="Id">The provider's id of it.</param>
/// <param name="Type"><c>charge.refunded</c>.</param>
/// <param name="References">Names of the sessions and payments it is about, at the provider.</param>
/// <param name="SessionId">Our session, where the provider sent our id along.</param>
internal sealed record ProviderEvent(string Id, string Type, IReadOnlyList<string> References, Guid? SessionId)
{
    /// <summary>Whether a dispute began, went on or ended; both providers call it so.</summary>
    public bool IsOfDispute => Type.Contains("dispute", StringComparison.OrdinalIgnoreCase);
}
