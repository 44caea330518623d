using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using HeadlessPro.Platform.Events;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace HeadlessPro.Platform.Caching;

/// <summary>
/// Answers that are the same for every anonymous shopper of a sales channel, kept as bytes and dropped by events. A hit costs no SQL.
/// <code>
/// internal static Task&lt;IResult&gt; Handle(HttpContext http, AnswerCache cache, ApiQuery query, Db db, CancellationToken ct) =>
///     cache.GetOrCreate(http, ["catalog.", "pricing."], () => Load(query, db, ct));
/// </code>
/// Only 200s are kept, only for requests without <c>Authorization</c>. The key is path, query (in any order), host and the caller's sales
/// channels; a handler must not look at anything else. The topics are prefixes of the names of all events that can change the answer;
/// name <c>inventory.</c> only where stock is shown, for it changes with every sale. What different answers have in common (one product of
/// many lists, how many a filter finds) is kept by <see cref="Keep"/> and found by <see cref="TryGet"/> under the same rules.
/// </summary>
/// <remarks>
/// An answer remembers how often its topics had been dropped <i>before</i> it was made and counts only as long as that is still so:
/// what was being made from old rows while they changed is never served afterwards. What changes by the clock (a price list that
/// begins) is bounded by <see cref="LongestLife"/>.
/// </remarks>
public sealed class AnswerCache : IDisposable
{
    /// <summary>Answers older than this are made anew even when nothing was heard.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromSeconds(15);

    // A peer that this answer was made from may hear of a change a moment later than we do.
    private static readonly TimeSpan DropAgainAfter = TimeSpan.FromMilliseconds(100);
    private const int LongestQuery = 2048;

    private readonly ConcurrentDictionary<string, Kept> _entries = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Flight> _flights = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Topic> _topics = new(StringComparer.Ordinal);
    private readonly Lock _evicting = new();
    private readonly IDisposable _subscription;
    private readonly Timer _dropAgain;
    private readonly TimeProvider _clock;
    private readonly long _budget;
    private long _used;

    /// <summary>Made by the container. <c>Cache:Megabytes</c> bounds its memory (64).</summary>
    public AnswerCache(TimeProvider clock, IConfiguration configuration)
    {
        _clock = clock;
        _budget = (long)(configuration.GetValue("Cache:Megabytes", 64d) * 1024 * 1024);
        _dropAgain = new Timer(_ => DropLate());
        _subscription = LocalSignals.SubscribeLast(Drop);
    }

    /// <summary>Bytes held.</summary>
    public long Used => Interlocked.Read(ref _used);

    /// <inheritdoc/>
    public void Dispose()
    {
        _subscription.Dispose();
        _dropAgain.Dispose();
    }

    /// <summary>The kept answer, or what <paramref name="make"/> answers; however many ask at once, it is made once.</summary>
    /// <param name="http">The request.</param>
    /// <param name="topics">Prefixes of event names that drop the answer.</param>
    /// <param name="make">Makes the answer from what it reads now.</param>
    public async Task<IResult> GetOrCreate(HttpContext http, IReadOnlyList<string> topics, Func<Task<IResult>> make)
    {
        var request = http.Request;
        if (request.Headers.Authorization.Count > 0 || request.QueryString.Value?.Length > LongestQuery) return await make();
        var key = KeyOf(http);
        while (true)
        {
            var generation = GenerationOf(topics);
            if (Find(key, generation) is Entry entry) return entry;

            var mine = new Flight(generation);
            var flight = _flights.GetOrAdd(key, mine);
            if (flight != mine && flight.Generation != generation)
            {
                // That one may be made from rows that have changed since: make another and let later ones wait for it.
                if (!_flights.TryUpdate(key, mine, flight)) continue;
                flight = mine;
            }

            if (flight == mine) return await Make(http, key, mine, make);
            try
            {
                return await flight.Answer.Task.WaitAsync(http.RequestAborted);
            }
            catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
            {
                // Whoever made it has hung up: do it ourselves.
            }
        }
    }

    /// <summary>Where the topics stand: take it before the rows are read of which something to be kept is made.</summary>
    public CacheStamp StampOf(IReadOnlyList<string> topics) => new(GenerationOf(topics), _clock.GetTimestamp());

    /// <summary>What was kept under the key and still counts.</summary>
    public bool TryGet<T>(string key, CacheStamp now, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (Find(PieceKey(key), now.Generation) is not Piece<T> piece) return false;
        value = piece.Value;
        return true;
    }

    /// <summary>Keeps a value that nobody changes any more.</summary>
    /// <param name="key">Everything the value depends on; keys of different kinds of values begin differently.</param>
    /// <param name="stamp">From before its rows were read.</param>
    /// <param name="value">The value.</param>
    /// <param name="size">Its bytes, roughly.</param>
    public void Keep<T>(string key, CacheStamp stamp, T value, int size) =>
        Keep(PieceKey(key), new Piece<T>(value, stamp, size + (key.Length * 2L) + 200));

    // No host begins like this.
    private static string PieceKey(string key) => "\u0001" + key;

    private Kept? Find(string key, long generation)
    {
        if (!_entries.TryGetValue(key, out var kept) || kept.Stamp.Generation != generation
            || _clock.GetElapsedTime(kept.Stamp.MadeAt) >= LongestLife) return null;
        kept.LastUsed = Environment.TickCount64;
        return kept;
    }

    private async Task<IResult> Make(HttpContext http, string key, Flight flight, Func<Task<IResult>> make)
    {
        try
        {
            var madeAt = _clock.GetTimestamp();
            var result = await make();
            var answer = await CapturedAnswer.Of(http, () => result.ExecuteAsync(http));
            var entry = new Entry(answer, new CacheStamp(flight.Generation, madeAt), key);
            if (answer.Status == StatusCodes.Status200OK && entry.Size < _budget / 8) Keep(key, entry);
            flight.Answer.SetResult(entry);
            return entry;
        }
        catch (OperationCanceledException)
        {
            flight.Answer.SetCanceled(CancellationToken.None);
            throw;
        }
        catch (Exception e)
        {
            flight.Answer.SetException(e);
            _ = flight.Answer.Task.Exception;
            throw;
        }
        finally
        {
            _flights.TryRemove(new KeyValuePair<string, Flight>(key, flight));
        }
    }

    private void Keep(string key, Kept entry)
    {
        var added = entry.Size;
        _entries.AddOrUpdate(key, entry, (_, old) =>
        {
            added = entry.Size - old.Size;
            return entry;
        });
        if (Interlocked.Add(ref _used, added) > _budget) Evict();
    }

    /// <summary>Lets go of what no longer counts, then of what was not asked for longest, down to three quarters.</summary>
    private void Evict()
    {
        if (!_evicting.TryEnter()) return;
        try
        {
            var byAge = _entries.ToArray().OrderBy(e => _clock.GetElapsedTime(e.Value.Stamp.MadeAt) < LongestLife).ThenBy(e => e.Value.LastUsed);
            foreach (var pair in byAge)
            {
                if (Used <= _budget / 4 * 3) break;
                if (_entries.TryRemove(pair)) Interlocked.Add(ref _used, -pair.Value.Size);
            }
        }
        finally
        {
            _evicting.Exit();
        }
    }

    private long GenerationOf(IReadOnlyList<string> topics)
    {
        // Each only ever grows, so the sum is the same only while all are.
        long sum = 0;
        for (var i = 0; i < topics.Count; i++) sum += _topics.GetOrAdd(topics[i], static _ => new Topic()).Generation;
        return sum;
    }

    private void Drop(string eventName)
    {
        var any = false;
        foreach (var (prefix, topic) in _topics)
        {
            if (eventName != LocalSignals.Everything && !eventName.StartsWith(prefix, StringComparison.Ordinal)) continue;
            topic.Drop();
            topic.Again = any = true;
        }

        if (any) _dropAgain.Change(DropAgainAfter, Timeout.InfiniteTimeSpan);
    }

    private void DropLate()
    {
        foreach (var topic in _topics.Values)
        {
            if (!topic.Again) continue;
            topic.Again = false;
            topic.Drop();
        }
    }

    private static string KeyOf(HttpContext http)
    {
        var request = http.Request;
        // The query as it was sent, still encoded: decoded, two requests could look alike. No part can hold the null character.
        var key = new StringBuilder(256).Append(request.Host.Value).Append('\0').Append(request.PathBase.Value).Append(request.Path.Value)
            .Append('\0').Append(request.QueryString.Value).Append('\0');
        if (http.Features.Get<Caller>() is { } caller)
        {
            if (caller.SalesChannelIds.Count == 1) key.Append(caller.SalesChannelIds[0]);
            else foreach (var channel in caller.SalesChannelIds.Order()) key.Append(channel).Append(',');
        }

        return key.ToString();
    }

    private sealed class Topic
    {
        private long _generation;

        public long Generation => Interlocked.Read(ref _generation);

        public volatile bool Again;

        public void Drop() => Interlocked.Increment(ref _generation);
    }

    private sealed class Flight(long generation)
    {
        public long Generation { get; } = generation;

        public TaskCompletionSource<Entry> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private abstract class Kept(CacheStamp stamp, long size)
    {
        public CacheStamp Stamp { get; } = stamp;

        public long LastUsed { get; set; } = Environment.TickCount64;

        public long Size { get; } = size;
    }

    private sealed class Piece<T>(T value, CacheStamp stamp, long size) : Kept(stamp, size)
    {
        public T Value { get; } = value;
    }

    private sealed class Entry(CapturedAnswer answer, CacheStamp stamp, string key) : Kept(stamp, answer.Body.Length + (key.Length * 2L) + 400), IResult
    {
        private readonly string _etag = $"\"{Convert.ToHexStringLower(SHA256.HashData(answer.Body.Span).AsSpan(0, 12))}\"";

        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            if (answer.Status == StatusCodes.Status200OK)
            {
                response.Headers.ETag = _etag;
                response.Headers.CacheControl = "private, no-cache";
                response.Headers.Append("Vary", "x-publishable-api-key");
                if (Matches(httpContext.Request.Headers.IfNoneMatch))
                {
                    response.StatusCode = StatusCodes.Status304NotModified;
                    response.ContentLength = null;
                    response.Headers.ContentType = default;
                    return Task.CompletedTask;
                }
            }

            return answer.Send(httpContext);
        }

        private bool Matches(Microsoft.Extensions.Primitives.StringValues known)
        {
            if (known.Count == 0) return false;
            foreach (var list in known)
            {
                foreach (var tag in (list ?? "").Split(',', StringSplitOptions.TrimEntries))
                {
                    if (tag == "*" || (tag.StartsWith("W/", StringComparison.Ordinal) ? tag.AsSpan(2) : tag).SequenceEqual(_etag)) return true;
                }
            }

            return false;
        }
    }
}

/// <summary>A state of some topics, and when it was looked at.</summary>
public readonly record struct CacheStamp(long Generation, long MadeAt);
