using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Notifications;
using HeadlessPro.Contracts.Privacy;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Notifications;

/// <summary>Keeps <see cref="IMessageData"/>. A stranger may have registered with somebody's address: only what is proven shows what was sent there, and takes it away.</summary>
internal sealed class MessageData(Db db, MessageSeal seal, TimeProvider clock) : IMessageData
{
    // What only an account is sent, of which there is one with the address: it goes though nobody ever proved that the address is theirs.
    private static readonly string[] OfAccounts =
        [NotificationKinds.EmailVerification, NotificationKinds.DataExportReady, NotificationKinds.ErasureRequested, NotificationKinds.ErasureCompleted];

    public async Task<Result<PersonalData>> ReadPersonalData(Person request, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var rows = await connection.QueryAsync<MessageRow>(new CommandDefinition(
            $"select {MessageRow.Columns} from notifications.messages m where lower(m.recipient) = any (@recipients) order by m.created_at, m.id",
            new { recipients = request.Proven.ToArray() }, cancellationToken: ct));
        var messages = rows.Select(r => r.ToWire(seal, clock.GetUtcNow())).ToList();
        return new PersonalData([new("messages", JsonSerializer.Serialize(messages, NotificationsJson.Default.ListNotificationResponse))]);
    }

    public async Task<Result<Forgotten>> ForgetPerson(ForgetPerson request, CancellationToken ct)
    {
        var person = request.Person;
        await using var connection = await db.Open(ct);
        var left = await connection.ExecuteScalarAsync<long>(new CommandDefinition("""
            with mine as (
                select m.id, m.sent_at is null and m.expires_at > now() and m.kind = @ErasureCompleted as leaves_first
                from notifications.messages m
                where (lower(m.recipient) = any (@proven) and m.created_at <= @Before) or (lower(m.recipient) = lower(@Email) and m.kind = any (@OfAccounts))),
            gone as (delete from notifications.messages m using mine where m.id = mine.id and not mine.leaves_first)
            select count(*) from mine where leaves_first
            """,
            new
            {
                NotificationKinds.ErasureCompleted,
                request.Before,
                person.Email,
                OfAccounts,
                proven = person.Proven.ToArray(),
            }, cancellationToken: ct));
        return new Forgotten([], IsFinished: left == 0);
    }
}
