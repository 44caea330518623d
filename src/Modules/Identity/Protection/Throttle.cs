using System.Net;
using System.Security.Cryptography;
using System.Text;
using HeadlessPro.Contracts;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Platform.Audit;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace HeadlessPro.Identity.Protection;

/// <summary>
/// How often somebody may try: per account and per address (<see cref="ExemptClients"/>), for all hosts together, in windows that are counted in PostgreSQL. An attempt is
/// counted before anything is looked at, whether the account exists or not, and given back when it was right. Attempts from a browser the
/// account's owner has signed in with (<see cref="KnownDevices"/>) are counted apart from everybody else's.
/// </summary>
internal sealed class Throttle(Db db, KnownDevices devices, ExemptClients exempt, IConfiguration configuration, AuditLog audit)
{
    /// <summary>Passwords and second factors: wrong ones count.</summary>
    public const string SignIn = "sign_in";

    /// <summary>Codes that were sent: counted apart, so that who guesses at a password leaves its owner another way in.</summary>
    public const string Code = "code";

    /// <summary>Mails and messages that are asked for.</summary>
    public const string Mail = "mail";

    /// <summary>Registrations that told of an account.</summary>
    public const string Register = "register";

    private static readonly Dictionary<string, Rule> Rules = new(StringComparer.Ordinal)
    {
        [SignIn] = new(PerAccount: 10, PerAddress: 100, TimeSpan.FromMinutes(15)),
        [Code] = new(PerAccount: 10, PerAddress: 100, TimeSpan.FromMinutes(15)),
        [Mail] = new(PerAccount: 5, PerAddress: 50, TimeSpan.FromHours(1)),
        [Register] = new(PerAccount: 10, PerAddress: 50, TimeSpan.FromHours(1)),
    };

    /// <summary>Counts an attempt; the refusal when there were too many, with <c>Retry-After</c> set.</summary>
    /// <param name="what">What is tried.</param>
    /// <param name="http">From where.</param>
    /// <param name="account">On what: an e-mail address as it was given, or null.</param>
    /// <param name="ct">Cancellation.</param>
    public async Task<Error?> Take(string what, HttpContext http, string? account, CancellationToken ct)
    {
        var limits = LimitsOf(what, http, account);
        await using var command = db.Command("""
            insert into identity.throttles as t (key, count, resets_at)
            select l.key, 1, now() + $2 from unnest($1) as l (key) order by l.key
            on conflict (key) do update set
                count = case when t.resets_at <= now() then 1 else least(t.count, 1000000) + 1 end,
                resets_at = case when t.resets_at <= now() then excluded.resets_at else t.resets_at end
            returning key, count, ceil(extract(epoch from resets_at - now()))::int
            """);
        command.Parameters.Add(new() { Value = limits.Keys.ToArray() });
        command.Parameters.Add(new() { Value = Rules[what].Window });
        var (wait, isFirst) = (0, false);
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                var key = reader.GetFieldValue<byte[]>(0);
                var over = reader.GetInt32(1) - limits.First(l => l.Key.AsSpan().SequenceEqual(key)).Value;
                if (over > 0) wait = Math.Max(wait, Math.Max(1, reader.GetInt32(2)));
                isFirst |= over == 1;
            }
        }

        if (wait == 0) return null;
        // Once in a window: who hammers on does not fill the log.
        if (isFirst) await audit.Record(new AuditEvent("throttled") { Details = [("what", what), ("email", account is not null && EmailAddress.IsOne(account) ? account : null)] }, ct);
        http.Response.Headers.RetryAfter = wait.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Error.TooManyRequests("Too many attempts; try again later", "too_many_attempts");
    }

    /// <summary>It was right: this attempt does not count.</summary>
    public async Task GiveBack(string what, HttpContext http, string? account, CancellationToken ct)
    {
        await using var command = db.Command("update identity.throttles set count = count - 1 where key = any ($1) and count > 0");
        command.Parameters.Add(new() { Value = LimitsOf(what, http, account).Keys.ToArray() });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>There is a new password: nobody has guessed at that yet, and whoever chose it is known.</summary>
    public async Task Begin(HttpContext http, string account, CancellationToken ct)
    {
        devices.Remember(http, account);
        await using var command = db.Command("delete from identity.throttles where key = $1");
        command.Parameters.Add(new() { Value = Key($"{SignIn} account {account}") });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>For the recurring job.</summary>
    public static async Task Forget(IServiceProvider services, CancellationToken ct)
    {
        await using var batch = services.GetRequiredService<Db>().Batch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("delete from identity.throttles where resets_at < now()"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("delete from identity.mailed_secrets where expires_at < now() - interval '1 day'"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("delete from identity.mfa_challenges where expires_at < now() - interval '1 day'"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("delete from identity.spent_passkey_challenges where expires_at < now() - interval '1 day'"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("delete from identity.openid_attempts where expires_at < now()"));
        await batch.ExecuteNonQueryAsync(ct);
    }

    private Dictionary<byte[], int> LimitsOf(string what, HttpContext http, string? account)
    {
        var rule = Rules[what];
        var perAccount = configuration.GetValue($"Identity:Throttle:{what}:PerAccount", rule.PerAccount);
        if (account is not null && devices.Of(http, account) is { } device) return new() { [Key($"{what} device {device}")] = perAccount };
        var limits = new Dictionary<byte[], int>();
        var address = ClientAddress.Of(http) ?? IPAddress.None;
        if (!exempt.Contains(address)) limits[Key($"{what} address {ClientAddress.ClientOf(address)}")] = configuration.GetValue($"Identity:Throttle:{what}:PerAddress", rule.PerAddress);
        if (account is not null) limits[Key($"{what} account {account}")] = perAccount;
        return limits;
    }

    private static byte[] Key(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private sealed record Rule(int PerAccount, int PerAddress, TimeSpan Window);
}
