using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace HeadlessPro.Notifications;

/// <summary>Texts at rest are under the key ring: they hold codes and links, and what people bought.</summary>
internal sealed class MessageSeal(IDataProtectionProvider ring)
{
    private readonly IDataProtector _protector = ring.CreateProtector("notifications.messages");

    public string Close(MessageText text) => _protector.Protect(JsonSerializer.Serialize(text, NotificationsJson.Default.MessageText));

    /// <summary>Null when it has vanished, or its key has.</summary>
    public MessageText? Open(string? body)
    {
        if (body is null) return null;
        try
        {
            return JsonSerializer.Deserialize(_protector.Unprotect(body), NotificationsJson.Default.MessageText);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
