using System.Buffers.Text;
using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Contracts.Notifications;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Platform.Audit;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Jobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Identity.Mailed;

/// <summary>What a link or code is for, as it stands in the database.</summary>
internal static class MailPurpose
{
    public const string PasswordReset = "password_reset";
    public const string EmailVerification = "email_verification";
    public const string MagicLink = "magic_link";
    public const string OneTimeCode = "one_time_code";

    /// <summary>A code that proves a phone number to be somebody's who is signed in.</summary>
    public const string Phone = "phone";
}

/// <summary>A mail or message on its way to the job that writes it, for a purpose or, where it only tells, of a kind; Browser is a hash of what only the browser that asked knows, or of the session that did.</summary>
internal sealed record MailAsked(Guid Id, string Purpose, string ActorType, string Recipient, string? Browser);

/// <summary>Whose address or number a link or code was sent to, and as what they asked for it.</summary>
internal sealed record MailProof(string Recipient, string ActorType);

/// <summary>
/// Links and codes that go by mail or SMS:
/// <code>
/// ASK    the request only notes that somebody asked: it does the same work for an address that is known and one that is not
/// SEND   a job looks whether there is somebody, keeps the secret's hash, and hands the mail over
/// USE    one conditional update: whoever comes second, or late, gets nothing
/// </code>
/// </summary>
internal sealed class MailedSecrets(Db db, INotifications notifications, Passwords passwords, IConfiguration configuration, TimeProvider clock)
{
    public const string Job = "identity.send_mail";

    private const int MostAttempts = 5;

    // Nothing is in these that opens anything.
    private static readonly FrozenSet<string> Notices = FrozenSet.Create(
        StringComparer.Ordinal, NotificationKinds.PasswordChanged, NotificationKinds.PasskeyAdded, NotificationKinds.PasskeyRemoved, NotificationKinds.ProviderAdded, NotificationKinds.ProviderRemoved,
        NotificationKinds.PhoneAdded, NotificationKinds.PhoneRemoved, NotificationKinds.MfaEnabled, NotificationKinds.MfaDisabled, NotificationKinds.RecoveryCodesMade);

    /// <summary>How long a link or code is good that signs in.</summary>
    public static readonly TimeSpan SignInLifetime = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan ResetLifetime = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan VerificationLifetime = TimeSpan.FromDays(1);

    /// <summary>Notes that somebody asked.</summary>
    public async Task Ask(string purpose, string actorType, string recipient, string? browser, CancellationToken ct, AuditEvent? recorded = null)
    {
        await using var tx = await db.Begin(ct);
        await AskIn(tx, purpose, actorType, recipient, browser, ct);
        if (recorded is not null) tx.Record(recorded);
        await tx.Commit(ct);
    }

    /// <summary>As <see cref="Ask"/>, with what else the caller writes.</summary>
    public Task AskIn(Transaction tx, string purpose, string actorType, string recipient, string? browser, CancellationToken ct) =>
        JobQueue.Enqueue(tx, Job, JsonSerializer.Serialize(new MailAsked(WireId.New(), purpose, actorType, recipient, browser), MailedJson.Default.MailAsked), clock.GetUtcNow(), null, ct);

    /// <summary>For the job. Cut off and repeated it may send two mails; both work.</summary>
    public static Task Run(IServiceProvider services, string payload, CancellationToken ct) =>
        services.GetRequiredService<MailedSecrets>().Send(JsonSerializer.Deserialize(payload, MailedJson.Default.MailAsked)!, ct);

    private async Task Send(MailAsked asked, CancellationToken ct)
    {
        if (Notices.Contains(asked.Purpose))
        {
            await HandOver(asked, asked.Purpose, [], $"identity:{asked.Id:N}", null, ct);
            return;
        }

        await using var connection = await db.Open(ct);
        var isKnown = await connection.QuerySingleAsync<bool>(new CommandDefinition(
            """
            select exists (select from identity.sign_ins s where s.provider = @provider and s.subject = @Recipient and (@ActorType <> 'user'
                or exists (select from identity.users u where u.identity_id = s.identity_id and u.deleted_at is null and u.deactivated_at is null)
                or exists (select from identity.invites i where i.email = s.subject and i.accepted_at is null and i.deleted_at is null and i.expires_at > now())))
            """,
            new { provider = Phones.ProviderOf(asked.Recipient, asked.ActorType), asked.Recipient, asked.ActorType }, cancellationToken: ct));
        await connection.CloseAsync();
        // Whoever signs in as a customer with a link or code by mail becomes known by it; staff are invited, and a number must be somebody's before.
        var isForAnybody = asked.Purpose == MailPurpose.Phone
            || (asked is { ActorType: ActorTypes.Customer, Purpose: MailPurpose.MagicLink or MailPurpose.OneTimeCode } && !Phones.IsOne(asked.Recipient));
        if (!isKnown && !isForAnybody) return;
        var isCode = asked.Purpose is MailPurpose.OneTimeCode or MailPurpose.Phone;
        var secret = isCode ? RandomNumberGenerator.GetInt32(1_000_000).ToString("D6", CultureInfo.InvariantCulture) : Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        // A code is short: whoever holds a copy of the database must not find it by trying them all.
        var hash = isCode ? await passwords.Hash(secret, ct) : Hash(secret);
        var id = WireId.New();
        var expires = clock.GetUtcNow() + asked.Purpose switch { MailPurpose.EmailVerification => VerificationLifetime, MailPurpose.PasswordReset => ResetLifetime, _ => SignInLifetime };
        await connection.OpenAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition("""
            insert into identity.mailed_secrets (id, purpose, actor_type, recipient, secret_hash, browser_hash, expires_at)
            values (@id, @Purpose, @ActorType, @Recipient, @hash, @Browser, @expires)
            """, new { id, asked.Purpose, asked.ActorType, asked.Recipient, hash, asked.Browser, expires }, cancellationToken: ct));
        await connection.CloseAsync();
        var (kind, words) = WordsOf(asked, secret);
        await HandOver(asked, kind, words, $"identity:{id:N}", expires, ct);
    }

    /// <summary>Uses a link's token, with what else the caller writes: what it proves; null when it is not good (any more).</summary>
    public static Task<MailProof?> Use(Transaction tx, string purpose, string actorType, string? token, string? browser, CancellationToken ct) =>
        tx.Connection.QuerySingleOrDefaultAsync<MailProof>(new CommandDefinition("""
            update identity.mailed_secrets set used_at = now()
            where secret_hash = @hash and purpose = @purpose and actor_type = @actorType and used_at is null and expires_at > now()
                and browser_hash is not distinct from @browser
            returning recipient, actor_type
            """, new { hash = Hash(token ?? ""), purpose, actorType, browser }, tx.Inner, cancellationToken: ct));

    /// <summary>The latest code's id, of those that were asked for so, when this is it; an attempt is counted before it is looked at, and five wrong ones end it.</summary>
    public async Task<Guid?> CheckCode(string purpose, string actorType, string recipient, string? asker, string code, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var tried = await connection.QuerySingleOrDefaultAsync<(Guid Id, string Hash)?>(new CommandDefinition($"""
            update identity.mailed_secrets set attempts = attempts + 1
            where attempts < {MostAttempts} and used_at is null and id = (
                select id from identity.mailed_secrets
                where purpose = @purpose and actor_type = @actorType and recipient = @recipient and browser_hash is not distinct from @asker
                    and used_at is null and expires_at > now()
                order by created_at desc, id desc limit 1)
            returning id, secret_hash
            """, new { purpose, actorType, recipient, asker }, cancellationToken: ct));
        await connection.CloseAsync();
        var (isRight, _) = await passwords.Check(tried?.Hash, code, ct);
        return isRight ? tried!.Value.Id : null;
    }

    /// <summary>Uses a code that was right, with what else the caller writes: what it proves; null when somebody was quicker.</summary>
    public static Task<MailProof?> UseCode(Transaction tx, Guid code, CancellationToken ct) =>
        tx.Connection.QuerySingleOrDefaultAsync<MailProof>(new CommandDefinition(
            "update identity.mailed_secrets set used_at = now() where id = @code and used_at is null and expires_at > now() returning recipient, actor_type",
            new { code }, tx.Inner, cancellationToken: ct));

    /// <summary>What a token is kept and found by.</summary>
    public static string Hash(string token) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private async Task HandOver(MailAsked asked, string kind, Dictionary<string, string> words, string key, DateTimeOffset? expires, CancellationToken ct)
    {
        var sent = await notifications.Send(new SendNotification(kind, asked.Recipient, null, words, key, expires), ct);
        if (sent.Error is { } error) throw new InvalidOperationException($"The mail could not be handed over: {error.Message}");
    }

    private (string Kind, Dictionary<string, string> Words) WordsOf(MailAsked asked, string secret) => asked.Purpose switch
    {
        MailPurpose.Phone => (NotificationKinds.PhoneVerification, new() { ["code"] = secret }),
        MailPurpose.OneTimeCode => (NotificationKinds.OneTimeCode, new() { ["code"] = secret }),
        MailPurpose.MagicLink => (NotificationKinds.MagicLink, Link(asked.ActorType, "magic-link?token=", secret)),
        MailPurpose.EmailVerification => (NotificationKinds.EmailVerification, Link(asked.ActorType, "verify-email?code=", secret)),
        _ => (NotificationKinds.PasswordReset, Link(asked.ActorType, "reset-password?token=", secret, $"&email={Uri.EscapeDataString(asked.Recipient)}")),
    };

    private Dictionary<string, string> Link(string actorType, string path, string secret, string also = "") => new() { ["url"] = $"{Pages(actorType)}/{path}{secret}{also}" };

    /// <summary>Where the pages are that links lead to: configured, never what a request says.</summary>
    public string Pages(string actorType) => Pages(configuration, actorType);

    public static string Pages(IConfiguration configuration, string actorType) => (actorType == ActorTypes.User
        ? configuration["ADMIN_URL"] ?? "http://localhost:7001" : configuration["STOREFRONT_URL"] ?? "http://localhost:8000").TrimEnd('/');
}
