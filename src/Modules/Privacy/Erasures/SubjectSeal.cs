using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace HeadlessPro.Privacy.Erasures;

/// <summary>Whom an erasure is about is under the key ring until its end.</summary>
internal sealed class SubjectSeal(IDataProtectionProvider ring)
{
    private readonly IDataProtector _protector = ring.CreateProtector("privacy.erasures");

    public string Close(Subject subject) =>
        _protector.Protect(JsonSerializer.Serialize(subject, PrivacyJson.Default.Subject));

    public Subject? Open(string? closed) => closed is null ? null
        : JsonSerializer.Deserialize(_protector.Unprotect(closed), PrivacyJson.Default.Subject);
}
