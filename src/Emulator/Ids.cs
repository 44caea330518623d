using System.Security.Cryptography;

namespace HeadlessPro.Emulator;

/// <summary>Ids shaped like the providers' own.</summary>
internal static class Ids
{
    private const string Letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const string Capitals = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    /// <summary><c>pi_3Q…</c>: prefix and 24 letters.</summary>
    public static string Stripe(string prefix, int length = 24) => prefix + RandomNumberGenerator.GetString(Letters, length);

    /// <summary>17 capitals and digits, at least one of each, as PayPal's.</summary>
    public static string PayPal() => string.Concat(RandomNumberGenerator.GetString(Capitals, 15), RandomNumberGenerator.GetString("0123456789", 1), RandomNumberGenerator.GetString("ABCDEFGHJKLMNPRSTUVWX", 1));

    public static string Hex(int length) => RandomNumberGenerator.GetHexString(length, lowercase: true);
}
