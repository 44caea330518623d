using System.Globalization;

namespace HeadlessPro.Platform.Web;

/// <summary>E-mail addresses as they are kept.</summary>
public static class EmailAddress
{
    private const int Longest = 254;

    /// <summary>Without spaces around, in lower case.</summary>
    public static string Plain(string email) => email.Trim().ToLowerInvariant();

    /// <summary>Something, an at sign, something with a dot in it, and nothing that cannot be seen. Whether it is somebody's only a mail can tell.</summary>
    public static bool IsOne(string email)
    {
        var at = email.IndexOf('@', StringComparison.Ordinal);
        if (email.Length > Longest || at < 1 || at != email.LastIndexOf('@') || email.Any(IsUnseen)) return false;
        var dot = email.LastIndexOf('.');
        return dot > at + 1 && dot < email.Length - 1;
    }

    private static bool IsUnseen(char c) => char.IsWhiteSpace(c) || char.GetUnicodeCategory(c)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
}
