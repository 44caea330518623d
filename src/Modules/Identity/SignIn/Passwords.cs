using System.Collections.Frozen;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace HeadlessPro.Identity.SignIn;

/// <summary>
/// Hashes and checks passwords with the framework's hasher (PBKDF2, HMAC-SHA512, a salt each). It takes a core for a sixth of a second,
/// and up to a second where hashes of other shops are left (<see cref="HashBudget"/>), so only some are at work at once, some wait for that, and the rest are
/// refused (503): shoppers who are signed in already do not notice.
/// </summary>
internal sealed class Passwords : IDisposable
{
    /// <summary>OWASP's figure for PBKDF2-HMAC-SHA512.</summary>
    private const int Iterations = 210_000;

    private const int Least = 8;
    private const int Most = 128;

    // The 5,000 that break-ins have shown most often, of those long enough, most used first; from zxcvbn's list (MIT). Read when somebody first chooses one.
    private static readonly Lazy<FrozenSet<string>> Common = new(() =>
    {
        using var file = new StreamReader(typeof(Passwords).Assembly.GetManifestResourceStream("HeadlessPro.Identity.CommonPasswords.txt")!);
        return file.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    });

    // About five seconds of waiting where all hashes are ours; half a minute at worst, while slow ones of other shops are left.
    private const int MostWaiting = 32;
    private static readonly int AtOnce = Math.Max(1, Environment.ProcessorCount / 2);

    private readonly SemaphoreSlim _atWork = new(AtOnce);
    private int _asked;
    private readonly PasswordHasher<Passwords> _hasher;

    // Whose password is unknown takes as long to refuse as whose password is wrong.
    private readonly Lazy<string> _nobodys;

    public Passwords(IConfiguration configuration)
    {
        _hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = configuration.GetValue("Identity:PasswordIterations", Iterations) }));
        _nobodys = new(() => _hasher.HashPassword(this, Guid.NewGuid().ToString()));
    }

    public void Dispose() => _atWork.Dispose();

    /// <summary>Why it is no password for somebody of that e-mail; null when it is.</summary>
    public static string? Refuse(string password, string email) =>
        password.Length is < Least or > Most ? $"Password must have {Least} to {Most} characters"
        : Common.Value.Contains(password) ? "Password is one of those that are tried first: choose another"
        : password.Distinct().Count() < 4 ? "Password must have at least 4 different characters"
        : password.Contains(email.Split('@')[0], StringComparison.OrdinalIgnoreCase) && email.IndexOf('@', StringComparison.Ordinal) >= 4 ? "Password must not contain the e-mail address"
        : null;

    public Task<string> Hash(string password, CancellationToken ct) => AtWork(() => _hasher.HashPassword(this, password), ct);

    /// <summary>Whether it is the hash's password, and a better hash where there is one by now. A null hash is checked like any other, and never it.</summary>
    public Task<(bool IsRight, string? Better)> Check(string? hash, string password, CancellationToken ct) => Check(hash, [], false, password, ct);

    /// <summary>
    /// As above, where hashes came along from other shops. Whoever is refused waits for the check of one hash of each kind that there is: the time
    /// does not tell which kind is this one's, or whether there is any, nor that the password of a closed account is right.
    /// </summary>
    /// <param name="hash">The hash; null when nobody is known.</param>
    /// <param name="others">One hash of every other kind (<c>identity.hash_kind</c>).</param>
    /// <param name="isClosed">Whether no password opens the account.</param>
    /// <param name="password">What is said to be the password.</param>
    /// <param name="ct">Ends the wait for a turn.</param>
    public Task<(bool IsRight, string? Better)> Check(string? hash, IReadOnlyList<string> others, bool isClosed, string password, CancellationToken ct) => AtWork<(bool, string?)>(() =>
    {
        var given = password.Length > Most ? password[..Most] : password;
        if (hash is not null && Verify(hash, given) is not PasswordVerificationResult.Failed and var result && given.Length == password.Length && !isClosed)
            return (true, result == PasswordVerificationResult.SuccessRehashNeeded ? _hasher.HashPassword(this, password) : null);
        if (hash is null && others.Count == 0) Verify(_nobodys.Value, given);
        foreach (var other in others) Verify(other, given);
        return (false, null);
    }, ct);

    private PasswordVerificationResult Verify(string hash, string password) => !ImportedHashes.IsOne(hash) ? _hasher.VerifyHashedPassword(this, hash, password)
        : ImportedHashes.IsOf(hash, password) ? PasswordVerificationResult.SuccessRehashNeeded : PasswordVerificationResult.Failed;

    private async Task<T> AtWork<T>(Func<T> work, CancellationToken ct)
    {
        try
        {
            if (Interlocked.Increment(ref _asked) > AtOnce * (1 + MostWaiting)) throw new ErrorException(Error.Unavailable("Very many people sign in; try again in a moment", "overloaded"));
            await _atWork.WaitAsync(ct);
            try
            {
                return await Task.Run(work, ct);
            }
            finally
            {
                _atWork.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _asked);
        }
    }
}
