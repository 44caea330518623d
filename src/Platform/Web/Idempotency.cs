using System.Security.Cryptography;
using System.Text;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Events;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Threading;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Npgsql;
using NpgsqlTypes;

namespace HeadlessPro.Platform.Web;

/// <summary>
/// <c>Idempotency-Key</c> on every route that changes something behind an API key. The first request claims the key, runs, and its answer
/// is kept for a day; the same request again gets that answer, byte for byte, also when it arrives meanwhile: it waits. The key with
/// another request is 422. Answers that ask to try again (class 5xx, 409) are not kept: the key is free again.
/// </summary>
/// <remarks>
/// Two statements around the request and no connection in between, so that any number of requests at once cannot use up the pool. A
/// claim names its host; when that host dies in the middle its claims are void at once (<see cref="HostPresence"/>), and the next
/// request with the key runs; so is one of this very host whose end could not be written down, for only one request a key runs here at a
/// time. A client that hangs up does not stop the request: it will ask again and deserves the answer.
/// </remarks>
internal sealed class Idempotency(RequestDelegate next, Db db, HostPresence host, IDataProtectionProvider ring)
{
    private const int LongestKey = 255;
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LastLook = TimeSpan.FromMilliseconds(500);
    private readonly KeyedGate<string> _gate = new();
    private readonly IDataProtector _protector = ring.CreateProtector("platform.idempotency");

    private static readonly Error Gone =
        Error.Duplicate("The request with this Idempotency-Key was carried out, and its answer is not kept any more; look at what it was about", "idempotency_answer_gone");

    private static readonly string ClaimSql = $"""
        with claimed as (
            insert into platform.idempotency as i (scope, key, request_hash, host) values (@scope, @key, @request_hash, @host)
            on conflict (scope, key) do update
            set request_hash = excluded.request_hash, host = excluded.host, status = null, content_type = null, body = null, created_at = now()
            where i.created_at < now() - interval '24 hours'
               or (i.status is null and (i.host = @host or not {HostPresence.IsAlive("i.host")}))
            returning key)
        select exists (select from claimed), i.request_hash, i.status, i.content_type, i.body
        from (select) as one left join platform.idempotency i on i.scope = @scope and i.key = @key
        """;

    public async Task InvokeAsync(HttpContext http)
    {
        if (!http.Request.Headers.TryGetValue("Idempotency-Key", out var given) || HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method) || IsStreamed(http))
        {
            await next(http);
            return;
        }

        var key = given.ToString();
        if (given.Count != 1 || key.Length is 0 or > LongestKey || key.Any(char.IsControl))
            throw new ErrorException(Error.Invalid($"Invalid request: Header 'Idempotency-Key' must have 1 to {LongestKey} characters, none of them control characters"));

        if (CardNumbers.AreIn(key)) throw CardNumbers.Refused("Header 'Idempotency-Key'");
        // Where nobody need have a key, answers hold tokens: they are not kept.
        if (http.Features.Get<Caller>() is not { } caller)
        {
            await next(http);
            return;
        }

        var body = await RequestBody.Read(http);
        http.Request.Body = new MemoryStream(body.ToArray(), writable: false);
        var claim = new Claim(caller.Scope, key, HashOf(http.Request, body.Span));
        await host.Present.WaitAsync(http.RequestAborted);
        using var turn = await _gate.Enter(claim.Scope + claim.Key, http.RequestAborted);
        if (await Take(claim, http.RequestAborted) is { } earlier)
        {
            if (ShowsSecret(http)) earlier = earlier with { Body = Opened(earlier.Body) };
            http.Response.Headers["Idempotency-Replayed"] = "true";
            await earlier.Send(http);
            return;
        }

        await Run(http, claim);
    }

    /// <summary>For the recurring job.</summary>
    public static async Task Trim(Db db, CancellationToken ct)
    {
        await using var command = db.Command("delete from platform.idempotency where created_at < now() - interval '24 hours'");
        await command.ExecuteNonQueryAsync(ct);
    }

    private async Task Run(HttpContext http, Claim claim)
    {
        CapturedAnswer? answer = null;
        try
        {
            var client = http.RequestAborted;
            http.RequestAborted = CancellationToken.None;
            answer = await CapturedAnswer.Of(http, () => next(http));
            http.RequestAborted = client;
        }
        finally
        {
            await Finish(claim, answer is { Status: < 500 and not StatusCodes.Status409Conflict } ? Kept(http, answer) : null);
        }

        await answer.Send(http);
    }

    /// <summary>Claims the key (null) or waits for and answers what it was used for before.</summary>
    private async Task<CapturedAnswer?> Take(Claim claim, CancellationToken ct)
    {
        for (var pause = FirstLook; ; pause = pause * 2 < LastLook ? pause * 2 : LastLook)
        {
            await using var command = db.Command(ClaimSql);
            command.Parameters.AddWithValue("scope", claim.Scope);
            command.Parameters.AddWithValue("key", claim.Key);
            command.Parameters.AddWithValue("request_hash", claim.RequestHash);
            command.Parameters.AddWithValue("host", host.Number);
            await using (var reader = await command.ExecuteReaderAsync(ct))
            {
                await reader.ReadAsync(ct);
                if (reader.GetBoolean(0)) return null;
                if (!await reader.IsDBNullAsync(1, ct) && !reader.GetFieldValue<byte[]>(1).AsSpan().SequenceEqual(claim.RequestHash))
                    throw new ErrorException(Error.Duplicate("This Idempotency-Key was used for another request", "idempotency_key_reused"));
                if (!await reader.IsDBNullAsync(2, ct))
                {
                    if (await reader.IsDBNullAsync(4, ct)) throw new ErrorException(Gone);
                    return new CapturedAnswer(
                        reader.GetInt32(2), await reader.IsDBNullAsync(3, ct) ? null : reader.GetString(3), reader.GetFieldValue<byte[]>(4));
                }
            }

            // Another host is at it.
            await Task.Delay(pause, ct);
        }
    }

    private async Task Finish(Claim claim, CapturedAnswer? answer)
    {
        await using var command = db.Command(answer is null
            ? "delete from platform.idempotency where scope = @scope and key = @key and host = @host and status is null"
            : """
              update platform.idempotency set status = @status, content_type = @content_type, body = @body
              where scope = @scope and key = @key and host = @host and status is null
              """);
        command.Parameters.AddWithValue("scope", claim.Scope);
        command.Parameters.AddWithValue("key", claim.Key);
        command.Parameters.AddWithValue("host", host.Number);
        if (answer is not null)
        {
            command.Parameters.AddWithValue("status", answer.Status);
            command.Parameters.Add(new NpgsqlParameter("content_type", NpgsqlDbType.Text) { Value = (object?)answer.ContentType ?? DBNull.Value });
            command.Parameters.Add(new NpgsqlParameter("body", NpgsqlDbType.Bytea) { Value = answer.Body });
        }

        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    /// <summary>As it is written down: a secret in it is for who asked, and for nobody who reads the database.</summary>
    private CapturedAnswer Kept(HttpContext http, CapturedAnswer answer) =>
        ShowsSecret(http) ? answer with { Body = _protector.Protect(answer.Body.ToArray()) } : answer;

    // Under a key that is lost it was carried out all the same.
    private byte[] Opened(ReadOnlyMemory<byte> body)
    {
        try
        {
            return _protector.Unprotect(body.ToArray());
        }
        catch (CryptographicException)
        {
            throw new ErrorException(Gone);
        }
    }

    private static bool ShowsSecret(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<SecretAnswer>() is not null;

    /// <summary>Files are too large to keep or to compare, and imports can be repeated by nature.</summary>
    private static bool IsStreamed(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<StreamedBody>() is not null;

    private static byte[] HashOf(HttpRequest request, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.PathBase}{request.Path}{request.QueryString}\n"));
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }

    private sealed record Claim(string Scope, string Key, byte[] RequestHash);
}

/// <summary>Endpoint metadata: the body is a file that is read as it arrives; it has no <c>Idempotency-Key</c> and a bound of its own.</summary>
public sealed class StreamedBody;

/// <summary>Marks routes that read a file.</summary>
public static class StreamedBodyRoutes
{
    /// <summary>Says that the route reads its body as it arrives.</summary>
    public static RouteHandlerBuilder ReadsStream(this RouteHandlerBuilder route) => route.WithMetadata(new StreamedBody());
}

/// <summary>Endpoint metadata: the answer shows a secret, once. It is kept for repeats only encrypted, and by no cache.</summary>
public sealed class SecretAnswer;

/// <summary>Marks routes that show a secret.</summary>
public static class SecretAnswerRoutes
{
    /// <summary>Says that the answer shows a secret.</summary>
    public static RouteHandlerBuilder ShowsSecret(this RouteHandlerBuilder route) => route.WithMetadata(new SecretAnswer());
}
