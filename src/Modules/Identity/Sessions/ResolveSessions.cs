using System.Collections.Concurrent;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Apps;
using HeadlessPro.Identity.Keys;
using HeadlessPro.Platform.Events;

namespace HeadlessPro.Identity.Sessions;

/// <summary>
/// Keeps <see cref="ISessions"/>. Every request of somebody signed in asks, so answers are remembered until any session is revoked or what
/// staff may do changes, here or on another host; unknown tokens are not, so that guessing cannot fill the memory.
/// </summary>
internal sealed class ResolveSessions : ISessions, IDisposable
{
    // Where the signal of another host is lost, a revoked session works no longer than this.
    private static readonly TimeSpan LongestMemory = TimeSpan.FromSeconds(30);

    private const int Most = 50_000;

    private readonly ConcurrentDictionary<string, (SignedIn Session, long Since)> _remembered = new(StringComparer.Ordinal);
    private readonly Tokens _tokens;
    private readonly AppTokens _ofApps;
    private readonly SessionStore _store;
    private readonly TimeProvider _clock;
    private readonly IDisposable[] _subscriptions;
    private int _generation;

    public ResolveSessions(Tokens tokens, AppTokens ofApps, SessionStore store, TimeProvider clock)
    {
        (_tokens, _ofApps, _store, _clock) = (tokens, ofApps, store, clock);
        _subscriptions = [.. new[] { SessionsRevoked.Name, StaffChanged.Name, AppChanged.Name }.Select(name => LocalSignals.Subscribe(name, Forget))];
    }

    public void Dispose()
    {
        foreach (var subscription in _subscriptions) subscription.Dispose();
    }

    public async Task<Result<SignedIn>> ResolveSession(ResolveSession request, CancellationToken ct)
    {
        // Tokens are long, and not to be kept.
        var key = Convert.ToBase64String(ApiKeys.Hash(request.Token));
        if (_remembered.TryGetValue(key, out var entry) && _clock.GetElapsedTime(entry.Since) < LongestMemory && entry.Session.ExpiresAt > _clock.GetUtcNow()) return entry.Session;

        var generation = Volatile.Read(ref _generation);
        if (await Find(request.Token, ct) is not { } session) return Error.Unauthorized();
        if (_remembered.Count >= Most) _remembered.Clear();
        // Who is nobody yet may be somebody with the next request.
        if (session.ActorId is null) return session;
        _remembered[key] = (session, _clock.GetTimestamp());
        // Kept, then looked: what was revoked since it was read is forgotten by us or by who revoked it.
        if (generation != Volatile.Read(ref _generation)) _remembered.TryRemove(key, out _);
        return session;
    }

    private void Forget()
    {
        Interlocked.Increment(ref _generation);
        _remembered.Clear();
    }

    private async Task<SignedIn?> Find(string token, CancellationToken ct) =>
        token.StartsWith(SessionStore.CookiePrefix, StringComparison.Ordinal) ? await _store.OfCookie(token, ct)
        : (AppTokens.IsOne(token) ? await _ofApps.Read(token, ct) : await _tokens.Read(token, ct)) is { } said ? await _store.Check(said, ct)
        : null;
}
