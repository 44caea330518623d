using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace HeadlessPro.Identity.SignIn;

/// <summary>
/// Password hashes that came along from another shop. They are checked until their person first signs in; a hash of ours takes their place then.
/// bcrypt and scrypt are not in the framework: the system's libraries check them (libcrypt, libcrypto), where it has them.
/// </summary>
internal static class ImportedHashes
{
    // What one hash may ask of us; all kinds together, see HashBudget.
    private const int MostIterations = 2_000_000;
    private const int MostBcryptCost = 13;
    private const long MostScryptMemory = 256L << 20;

    private const string Django = "pbkdf2_sha256$";

    // "scrypt" in Base64: the format of Colin Percival's scrypt, which Medusa keeps.
    private const string Scrypt = "c2NyeXB0";

    private static readonly Lazy<CryptRn?> Crypt = new(() => Find<CryptRn>("crypt_rn", "libcrypt.so.1", "libcrypt.so.2"));
    private static readonly Lazy<EvpPbeScrypt?> EvpScrypt = new(() => Find<EvpPbeScrypt>("EVP_PBE_scrypt", "libcrypto.so.3", "libcrypto.so.1.1"));

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint CryptRn(byte[] phrase, byte[] setting, byte[] data, int size);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int EvpPbeScrypt(byte[] password, nint passwordLength, byte[] salt, nint saltLength, ulong n, ulong r, ulong p, ulong mostMemory, byte[] key, nint keyLength);

    /// <summary>Whether it is another shop's; ours and ASP.NET Core Identity's are the framework's hasher's.</summary>
    public static bool IsOne(string hash) => hash.StartsWith("$2", StringComparison.Ordinal) || hash.StartsWith(Django, StringComparison.Ordinal) || hash.StartsWith(Scrypt, StringComparison.Ordinal);

    /// <summary>Why it cannot be taken in; null when it can.</summary>
    public static string? Refuse(string hash)
    {
        if (hash.StartsWith("$argon2", StringComparison.Ordinal))
            return "argon2 hashes cannot be checked here: leave 'password_hash' out and send 'has_account', and the customer chooses a new password by mail";
        if (hash.StartsWith("$2", StringComparison.Ordinal))
            return BcryptCost(hash) is null ? $"must be a whole bcrypt hash with a cost of at most {MostBcryptCost}" : Crypt.Value is null ? "bcrypt hashes need the system's libcrypt, which is not here" : null;
        if (hash.StartsWith(Django, StringComparison.Ordinal))
            return Pbkdf2Parts(hash) is null ? $"must be pbkdf2_sha256$iterations$salt$hash with at most {MostIterations} iterations" : null;
        if (hash.StartsWith(Scrypt, StringComparison.Ordinal))
            return ScryptParts(hash) is null ? "must be a whole scrypt hash that needs at most 256 MiB" : EvpScrypt.Value is null ? "scrypt hashes need the system's libcrypto, which is not here" : null;
        if (IdentityParts(hash) is not var (_, rounds)) return "must be a hash of bcrypt ($2…), scrypt (Medusa's), pbkdf2_sha256 (Django's) or ASP.NET Core Identity";
        return rounds > MostIterations ? $"must be a hash of ASP.NET Core Identity with at most {MostIterations} iterations" : null;
    }

    /// <summary>
    /// How long a wrong password takes with such a hash, one taken in or made here. Measured on a core of a rented Xeon with Debian's libraries: 61 µs for each
    /// of bcrypt's 2^cost, 0.32 for a round of HMAC-SHA1 or SHA256, 0.73 of SHA512, 0.32 to 0.39 for each N·r·p of scrypt. To find a hash of the kind takes some, too.
    /// </summary>
    public static long MicrosecondsOf(string hash) => Math.Max(1000, (long)(
        BcryptCost(hash) is { } cost ? 60 << cost
        : Pbkdf2Parts(hash) is var (iterations, _, _) ? 0.33 * iterations
        : ScryptParts(hash) is var (_, n, r, p) ? 0.36 * n * r * p
        : IdentityParts(hash) is var (function, rounds) ? rounds * (function switch { 0 => 0.66, 1 => 0.33, _ => 0.75 }) : 0));

    /// <summary>Whether it is the hash of that password.</summary>
    public static bool IsOf(string hash, string password) =>
        hash.StartsWith("$2", StringComparison.Ordinal) ? IsBcrypt(hash, password)
        : hash.StartsWith(Django, StringComparison.Ordinal) ? IsPbkdf2(hash, password)
        : IsScrypt(hash, password);

    private static int? BcryptCost(string hash) =>
        hash.Length == 60 && hash[..4] is "$2a$" or "$2b$" or "$2y$" && hash[6] == '$' && hash.AsSpan(7).ContainsAnyExcept(BcryptAlphabet) is false
        && int.TryParse(hash.AsSpan(4, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var cost) && cost is >= 4 and <= MostBcryptCost ? cost : null;

    private static readonly System.Buffers.SearchValues<char> BcryptAlphabet = System.Buffers.SearchValues.Create("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

    private static bool IsBcrypt(string hash, string password)
    {
        // C's text ends at a NUL, and a password after it would not count.
        if (Crypt.Value is not { } crypt || password.Contains('\0', StringComparison.Ordinal)) return false;
        var data = new byte[32768];
        // The answer is the first field of the data.
        return crypt(Terminated(password), Terminated(hash), data, data.Length) != 0
            && CryptographicOperations.FixedTimeEquals(data.AsSpan(0, hash.Length), Encoding.ASCII.GetBytes(hash));
    }

    private static byte[] Terminated(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    private static (int Iterations, byte[] Salt, byte[] Hash)? Pbkdf2Parts(string hash)
    {
        if (hash.Split('$') is not [_, var iterations, { Length: > 0 and <= 128 } salt, var sum]) return null;
        var bytes = new byte[sum.Length];
        // As Django writes it: with zeros before it, the same cost would be many kinds.
        return int.TryParse(iterations, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= MostIterations && iterations[0] != '0'
            && Convert.TryFromBase64String(sum, bytes, out var length) && length == 32 ? (count, Encoding.UTF8.GetBytes(salt), bytes[..32]) : null;
    }

    private static bool IsPbkdf2(string hash, string password) => Pbkdf2Parts(hash) is var (iterations, salt, sum)
        && CryptographicOperations.FixedTimeEquals(Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA256, sum.Length), sum);

    // Version 2 is 1,000 rounds of HMAC-SHA1, of two blocks each. Version 3 has its function (SHA1, 256, 512), rounds (4 bytes each) and the salt's length, which the
    // framework makes 16, with 32 bytes of hash: of a longer one each block costs all rounds again.
    private static (uint Function, uint Rounds)? IdentityParts(string hash)
    {
        var bytes = new byte[Math.Max(61, hash.Length)];
        if (!Convert.TryFromBase64String(hash, bytes, out var length)) return null;
        var (function, rounds, salt) = (BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(1)), BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(5)), BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(9)));
        return (length, bytes[0]) switch
        {
            (49, 0) => (0, 1000),
            (61, 1) when function <= 2 && rounds > 0 && salt == 16 => (function, rounds),
            _ => null,
        };
    }

    // "scrypt", 0, log2 N, r (4 bytes), p (4), salt (32), 16 bytes of SHA-256 over all that, HMAC-SHA-256 over all that with the key's second half.
    private static (byte[] Bytes, ulong N, uint R, uint P)? ScryptParts(string hash)
    {
        var bytes = new byte[96];
        if (hash.Length != 128 || !Convert.TryFromBase64String(hash, bytes, out var length) || length != 96 || bytes[6] != 0) return null;
        var (logN, r, p) = (bytes[7], BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(8)), BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(12)));
        return logN is >= 1 and <= 20 && r is >= 1 and <= 32 && p is >= 1 and <= 16 && (128L << logN) * r <= MostScryptMemory
            && SHA256.HashData(bytes.AsSpan(0, 48)).AsSpan(0, 16).SequenceEqual(bytes.AsSpan(48, 16)) ? (bytes, 1UL << logN, r, p) : null;
    }

    private static bool IsScrypt(string hash, string password)
    {
        if (EvpScrypt.Value is not { } scrypt || ScryptParts(hash) is not var (bytes, n, r, p)) return false;
        var (phrase, key) = (Encoding.UTF8.GetBytes(password), new byte[64]);
        return scrypt(phrase, phrase.Length, bytes[16..48], 32, n, r, p, (ulong)MostScryptMemory * 2, key, key.Length) == 1
            && CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(key.AsSpan(32), bytes.AsSpan(0, 64)), bytes.AsSpan(64));
    }

    private static T? Find<T>(string function, params string[] libraries) where T : Delegate
    {
        foreach (var library in libraries)
            if (NativeLibrary.TryLoad(library, out var handle) && NativeLibrary.TryGetExport(handle, function, out var address)) return Marshal.GetDelegateForFunctionPointer<T>(address);
        return null;
    }
}
