using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Events;
using Microsoft.Extensions.Configuration;

namespace HeadlessPro.Identity.Keys;

/// <summary>
/// Keeps <see cref="IApiKeys"/>. Every request asks for a key, so found keys are remembered until an <c>identity.api_key_changed</c>
/// says otherwise; unknown tokens are not remembered, so that guessing cannot fill the memory.
/// </summary>
internal sealed class ApiKeys : IApiKeys, IDisposable
{
    // Where the signal of another host is lost, a revoked key works no longer than this.
    private static readonly TimeSpan LongestMemory = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, (ApiKeyInfo Key, long Since)> _remembered = new(StringComparer.Ordinal);
    private readonly Db _db;
    private readonly TimeProvider _clock;
    private int _generation;

    // Keys everybody knows, where they must open nothing.
    private readonly HashSet<string> _refused;
    private readonly IDisposable _subscription;

    public ApiKeys(Db db, TimeProvider clock, IConfiguration configuration)
    {
        (_db, _clock) = (db, clock);
        _refused = new(configuration.GetSection("Identity:RefusedKeys").Get<string[]>() ?? [], StringComparer.Ordinal);
        _subscription = LocalSignals.Subscribe(ApiKeyChanged.Name, () =>
        {
            Interlocked.Increment(ref _generation);
            _remembered.Clear();
        });
    }

    public void Dispose() => _subscription.Dispose();

    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    public async Task<Result<ApiKeyInfo>> Resolve(ResolveApiKey request, CancellationToken ct)
    {
        if (_remembered.TryGetValue(request.Token, out var entry) && _clock.GetElapsedTime(entry.Since) < LongestMemory && !(entry.Key.ExpiresAt <= _clock.GetUtcNow())) return entry.Key;

        var generation = Volatile.Read(ref _generation);
        if (request.Token.Length > 200 || _refused.Contains(request.Token) || await Use(Hash(request.Token), ct) is not { } key)
            return Error.NotFound("API key not found");
        if (generation == Volatile.Read(ref _generation)) _remembered[request.Token] = (key, _clock.GetTimestamp());
        return key;
    }

    public async Task<Result<ApiKeyInfo>> Ensure(EnsureApiKey request, CancellationToken ct)
    {
        var hash = Hash(request.Token);
        if (await Find(hash, ct) is { } existing) return existing;
        await using var tx = await _db.Begin(ct);
        await Insert(tx, WireId.New(), request.Type, request.Title, request.Token, request.Type == ApiKeyType.Secret ? [Permissions.Everything] : [], null, ct);
        await tx.Commit(ct);
        if (await Find(hash, ct) is { } made) return made;
        return Error.NotAllowed("The API key is revoked", "key_revoked");
    }

    public async Task<Result<ApiKeyInfo>> LinkChannels(LinkKeyChannels request, CancellationToken ct)
    {
        await using var tx = await _db.Begin(ct);
        var type = await tx.Connection.QuerySingleOrDefaultAsync<string>(new CommandDefinition(
            "select type from identity.api_keys where id = @KeyId and deleted_at is null and revoked_at is null for update", request, tx.Inner, cancellationToken: ct));
        if (type is null) return Error.NotFound($"API key with id: {WireId.Encode(KeyWire.Prefix, request.KeyId)} was not found");
        if (type != "publishable") return Error.Invalid("Sales channels can only be associated with publishable API keys");
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            delete from identity.api_key_channels where api_key_id = @KeyId and sales_channel_id = any (@Remove);
            insert into identity.api_key_channels (api_key_id, sales_channel_id)
            select @KeyId, unnest(@Add::uuid[]) on conflict do nothing;
            update identity.api_keys set updated_at = now() where id = @KeyId
            """, new { request.KeyId, Remove = request.Remove.ToArray(), Add = request.Add.ToArray() }, tx.Inner, cancellationToken: ct));
        tx.Publish(new ApiKeyChanged(request.KeyId));
        await tx.Commit(ct);
        return await FindById(request.KeyId, ct);
    }

    /// <summary>Writes a new key; the caller publishes and commits. A token that exists already is left alone.</summary>
    public static async Task Insert(Transaction tx, Guid id, ApiKeyType type, string title, string token, string[] grants, DateTimeOffset? expiresAt, CancellationToken ct)
    {
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            insert into identity.api_keys (id, type, title, token, token_hash, redacted, permissions, expires_at)
            select @id, @type, @title, @token, @hash, @redacted, @grants, @expiresAt
            where not exists (select from identity.former_keys where token_hash = @hash)
            on conflict (token_hash) do nothing
            """,
            new
            {
                id,
                type = KeyWire.NameOf(type),
                title,
                token = type == ApiKeyType.Publishable ? token : null,
                hash = Hash(token),
                redacted = KeyWire.Redact(token),
                grants,
                expiresAt,
            }, tx.Inner, cancellationToken: ct));
        tx.Publish(new ApiKeyChanged(id));
    }

    // The key of a token: of today's, or of one that was replaced and is still good.
    private const string OfToken = """
        select id, null::timestamptz as good_until from identity.api_keys where token_hash = @value
        union all
        select api_key_id, good_until from identity.former_keys where token_hash = @value and good_until > now()
        """;

    // A mark a minute says enough of when a key was last used.
    private const string Mark = """
        , used as (
            update identity.api_keys k set last_used_at = now() from t
            where k.id = t.id and k.revoked_at is null and (k.last_used_at is null or k.last_used_at < now() - interval '1 minute'))
        """;

    private Task<ApiKeyInfo?> Find(byte[] hash, CancellationToken ct) => Query(OfToken, "", hash, ct);

    private Task<ApiKeyInfo?> Use(byte[] hash, CancellationToken ct) => Query(OfToken, Mark, hash, ct);

    private async Task<ApiKeyInfo> FindById(Guid id, CancellationToken ct) => (await Query("select @value as id, null::timestamptz as good_until", "", id, ct))!;

    private async Task<ApiKeyInfo?> Query(string which, string mark, object value, CancellationToken ct)
    {
        await using var command = _db.Command($"""
            with t as ({which}){mark}
            select k.id, k.type, k.title, array(select c.sales_channel_id from identity.api_key_channels c where c.api_key_id = k.id),
                k.permissions, least(k.expires_at, t.good_until)
            from t join identity.api_keys k on k.id = t.id
            where k.revoked_at is null and k.deleted_at is null and (k.expires_at is null or k.expires_at > now())
            """);
        command.Parameters.AddWithValue("value", value);
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct)
            ? new ApiKeyInfo(
                reader.GetGuid(0), reader.GetString(1) == "secret" ? ApiKeyType.Secret : ApiKeyType.Publishable, reader.GetString(2),
                reader.GetFieldValue<Guid[]>(3), reader.GetFieldValue<string[]>(4), await reader.IsDBNullAsync(5, ct) ? null : reader.GetFieldValue<DateTimeOffset>(5))
            : null;
    }
}
