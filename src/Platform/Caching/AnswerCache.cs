using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using HeadlessPro.Platform.Events;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace HeadlessPro.Platform.Caching;

/// <summary>
/// Answers that are the same for every anonymous shopper of a sales channel, kept and dropped by events (decision 17). A hit costs no SQL.
/// <code>
/// internal static Task&lt;IResult&gt; Handle(HttpContext http, AnswerCache cache, ApiQuery query, Db db, CancellationToken ct) =>
///     cache.GetOrCreate(http, ["catalog.", "pricing."], () => Load(query, db, ct));
/// </code>
/// Only 200s are kept, only for requests without <c>Authorization</c>. The key is path, query (in any order), host and the caller's sales
/// channels; a handler must not look at anything else. The topics are prefixes of the names of all events that can change the answer;
/// name <c>inventory.</c> only where stock is shown, for it changes with every sale. What different answers have in common is kept under the same
/// rules: a <see cref="Document"/> of many lists, found by <see cref="TryGet"/>, or what <see cref="GetOrMake"/> makes once for all who ask.
/// </summary>
/// <remarks>
/// An answer remembers how often its topics had been dropped <i>before</i> it was made and counts only as long as that is still so:
/// what was being made from old rows while they changed is never served afterwards. Should the connection that listens for other hosts' events
/// die without a word, <see cref="LongestLife"/> bounds what goes unnoticed.
/// </remarks>
public sealed class AnswerCache : IDisposable
{
    /// <summary>Answers older than this are made anew even when nothing was heard.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(1);

    // A peer that this answer was made from may hear of a change a moment later than we do.
    private static readonly TimeSpan DropAgainAfter = TimeSpan.FromMilliseconds(100);
    private const int LongestQuery = 2048;

    // Of keeping anything at all.
    private const int Overhead = 200;

    private readonly ConcurrentDictionary<Key, Kept> _entries = new();
    private readonly ConcurrentDictionary<Key, Flight> _flights = new();
    private readonly ConcurrentDictionary<string, Topic> _topics = new(StringComparer.Ordinal);
    private readonly int[] _asked = new int[16 * 1024];
    private readonly Lock _evicting = new();
    private readonly IDisposable _subscription;
    private readonly Timer _dropAgain;
    private readonly Timer _forget;
    private readonly TimeProvider _clock;
    private readonly long _budget;
    private long _used;

    /// <summary>Made by the container. <c>Cache:Megabytes</c> bounds its memory (64).</summary>
    public AnswerCache(TimeProvider clock, IConfiguration configuration)
    {
        _clock = clock;
        _budget = (long)(configuration.GetValue("Cache:Megabytes", 64d) * 1024 * 1024);
        _dropAgain = new Timer(_ => DropLate());
        _forget = new Timer(_ => Forget(), null, LongestLife, LongestLife);
        _subscription = LocalSignals.SubscribeLast(Drop);
    }

    /// <summary>Bytes held.</summary>
    public long Used => Interlocked.Read(ref _used);

    /// <inheritdoc/>
    public void Dispose()
    {
        _subscription.Dispose();
        _dropAgain.Dispose();
        _forget.Dispose();
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
        return await GetOrMake(key, topics, Make, SizeOf, http.RequestAborted);

        async Task<DocumentReply> Make()
        {
            var result = await make();
            return result as DocumentReply ?? DocumentReply.Of(await CapturedAnswer.Of(http, () => result.ExecuteAsync(http)));
        }

        // Most lists are asked for once. To put one together again from its documents costs next to nothing.
        int? SizeOf(DocumentReply reply) =>
            reply.Status == StatusCodes.Status200OK && (!reply.HasDocuments || WasAsked(key)) ? reply.Size : null;
    }

    /// <summary>Whether the key was asked about lately; at times wrong, which does no harm.</summary>
    private bool WasAsked(string key)
    {
        var hash = key.GetHashCode(StringComparison.Ordinal);
        ref var last = ref _asked[hash & (_asked.Length - 1)];
        if (last == hash) return true;
        last = hash;
        return false;
    }

    /// <summary>What was kept under the key, or what <paramref name="make"/> makes; however many ask at once, it is made once.</summary>
    /// <param name="key">Everything the value depends on; keys of different kinds of values begin differently.</param>
    /// <param name="topics">Prefixes of event names that drop it.</param>
    /// <param name="make">Makes a value that nobody changes any more, from what it reads now.</param>
    /// <param name="size">The value's bytes, roughly; null when it is not to be kept.</param>
    /// <param name="ct">Of the one who asks.</param>
    public async Task<T> GetOrMake<T>(string key, IReadOnlyList<string> topics, Func<Task<T>> make, Func<T, int?> size, CancellationToken ct)
        where T : class
    {
        var at = new Key(key, default);
        while (true)
        {
            var generation = GenerationOf(topics);
            if (Find(at, generation)?.Value is T kept) return kept;

            var mine = new Flight(generation);
            var flight = _flights.GetOrAdd(at, mine);
            if (flight != mine && flight.Generation != generation)
            {
                // That one may be made from rows that have changed since: make another and let later ones wait for it.
                if (!_flights.TryUpdate(at, mine, flight)) continue;
                flight = mine;
            }

            if (flight == mine) return await Make(at, mine, make, size);
            try
            {
                return (T)await flight.Value.Task.WaitAsync(ct);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                // Whoever made it has hung up: do it ourselves.
            }
        }
    }

    /// <summary>Where the topics stand: take it before the rows are read of which something to be kept is made.</summary>
    public CacheStamp StampOf(IReadOnlyList<string> topics) => new(GenerationOf(topics), _clock.GetTimestamp());

    /// <summary>What was kept under the key and still counts.</summary>
    public bool TryGet<T>(string kind, Guid id, CacheStamp now, [MaybeNullWhen(false)] out T value)
    {
        var found = Find(new Key(kind, id), now.Generation);
        value = found is null ? default : (T)found.Value;
        return found is not null;
    }

    /// <summary>Keeps a value that nobody changes any more.</summary>
    /// <param name="kind">Everything the value depends on but the id; different kinds of values begin differently.</param>
    /// <param name="id">Of what it is the value.</param>
    /// <param name="stamp">From before its rows were read.</param>
    /// <param name="value">The value.</param>
    /// <param name="size">Its bytes, roughly.</param>
    public void Keep<T>(string kind, Guid id, CacheStamp stamp, T value, int size)
        where T : notnull => Keep(new Key(kind, id), value, stamp, size);

    private Kept? Find(Key key, long generation)
    {
        if (!_entries.TryGetValue(key, out var kept) || kept.Stamp.Generation != generation || !IsYoung(kept)) return null;
        kept.LastUsed = Environment.TickCount64;
        return kept;
    }

    private bool IsYoung(Kept kept) => _clock.GetElapsedTime(kept.Stamp.MadeAt) < LongestLife;

    private async Task<T> Make<T>(Key key, Flight flight, Func<Task<T>> make, Func<T, int?> size)
        where T : class
    {
        try
        {
            var stamp = new CacheStamp(flight.Generation, _clock.GetTimestamp());
            var value = await make();
            if (size(value) is { } bytes && bytes < _budget / 8) Keep(key, value, stamp, bytes);
            flight.Value.SetResult(value);
            return value;
        }
        catch (OperationCanceledException)
        {
            flight.Value.SetCanceled(CancellationToken.None);
            throw;
        }
        catch (Exception e)
        {
            flight.Value.SetException(e);
            _ = flight.Value.Task.Exception;
            throw;
        }
        finally
        {
            _flights.TryRemove(new KeyValuePair<Key, Flight>(key, flight));
        }
    }

    private void Keep(Key key, object value, CacheStamp stamp, int size)
    {
        var entry = new Kept(value, stamp, size + (key.Kind.Length * 2L) + Overhead);
        var added = 0L;
        Kept Replacing(long size)
        {
            added = entry.Size - size;
            return entry;
        }

        _entries.AddOrUpdate(key, _ => Replacing(0), (_, old) => Replacing(old.Size));
        if (Interlocked.Add(ref _used, added) > _budget) Evict();
    }

    /// <summary>Lets go of what was not asked for longest, down to three quarters.</summary>
    private void Evict()
    {
        if (!_evicting.TryEnter()) return;
        try
        {
            foreach (var pair in _entries.ToArray().OrderBy(e => e.Value.LastUsed))
            {
                if (Used <= _budget / 4 * 3) break;
                Remove(pair);
            }
        }
        finally
        {
            _evicting.Exit();
        }
    }

    /// <summary>Lets go of what is too old, so that a host that nobody asks gives its memory back.</summary>
    private void Forget()
    {
        foreach (var pair in _entries)
            if (!IsYoung(pair.Value)) Remove(pair);
    }

    private void Remove(KeyValuePair<Key, Kept> entry)
    {
        if (_entries.TryRemove(entry)) Interlocked.Add(ref _used, -entry.Value.Size);
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
        var key = new StringBuilder(256).Append('\0').Append(request.Host.Value).Append('\0').Append(request.PathBase.Value).Append(request.Path.Value)
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

    // The kind of an answer begins with the null character, other kinds with a word.
    private readonly record struct Key(string Kind, Guid Id);

    private sealed class Flight(long generation)
    {
        public long Generation { get; } = generation;

        public TaskCompletionSource<object> Value { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Kept(object value, CacheStamp stamp, long size)
    {
        public object Value { get; } = value;

        public CacheStamp Stamp { get; } = stamp;

        public long LastUsed { get; set; } = Environment.TickCount64;

        public long Size { get; } = size;
    }
}

/// <summary>A state of some topics, and when it was looked at.</summary>
public readonly record struct CacheStamp(long Generation, long MadeAt);
