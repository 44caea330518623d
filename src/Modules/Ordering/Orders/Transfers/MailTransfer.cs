using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Contracts.Notifications;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Ordering.Orders.Transfers;

/// <summary>
/// Writes the mail of a request. The token is made here, so that nothing but the mail itself ever holds it; cut off and repeated there may be two
/// mails, of which the newer one works.
/// </summary>
internal static class MailTransfer
{
    public const string Name = "ordering.mail_transfer";

    public static async Task Run(IServiceProvider services, string payload, CancellationToken ct)
    {
        var transfer = JsonSerializer.Deserialize<Guid>(payload);
        var token = NewToken();
        if (await Keep(services.GetRequiredService<Db>(), transfer, token, ct) is not { } order) return;

        var page = (services.GetRequiredService<IConfiguration>()["STOREFRONT_URL"] ?? "http://localhost:8000").TrimEnd('/');
        var words = new Dictionary<string, string>
        {
            ["order"] = $"#{order.DisplayId}",
            ["url"] = $"{page}/order/{WireId.Encode("order", order.Id)}/transfer/{token}",
        };
        var sent = await services.GetRequiredService<INotifications>().Send(
            new SendNotification(NotificationKinds.OrderTransfer, await Recipient(services, order, ct), order.Locale, words, $"order_transfer:{transfer:N}:{Guid.NewGuid():N}", order.ExpiresAt), ct);
        if (sent.Error is { } error) throw new ErrorException(error);
    }

    // A customer's order is theirs to give away, whatever address its mails go to.
    private static async Task<string> Recipient(IServiceProvider services, OrderToMail order, CancellationToken ct)
    {
        if (order.CustomerId is not { } customer) return order.Email;
        if (!(await services.GetRequiredService<ICustomers>().GetCustomers(new GetCustomers([customer]), ct)).Try(out var found, out var error)) throw new ErrorException(error);
        return found is [var owner] ? owner.Email : order.Email;
    }

    /// <summary>What a token is kept and found by.</summary>
    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private static string NewToken() => System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private static async Task<OrderToMail?> Keep(Db db, Guid transfer, string token, CancellationToken ct)
    {
        await using var command = db.Command("""
            update ordering.order_transfers t set token_hash = $2 from ordering.orders o
            where t.id = $1 and t.status = 'requested' and t.expires_at > now() and o.id = t.order_id and o.email is not null
            returning o.id, o.display_id, o.email, o.locale, t.expires_at, o.customer_id
            """);
        command.Parameters.Add(new() { Value = transfer });
        command.Parameters.Add(new() { Value = Hash(token) });
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct)
            ? new(reader.GetGuid(0), reader.GetInt64(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4), reader.IsDBNull(5) ? null : reader.GetGuid(5))
            : null;
    }

    private sealed record OrderToMail(Guid Id, long DisplayId, string Email, string? Locale, DateTimeOffset ExpiresAt, Guid? CustomerId);
}
