using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Platform.Security;

/// <summary>
/// Finds what looks like a payment card number, which no shop may hold: card numbers go to the payment provider only. One rule, wherever
/// text comes in, with no field excepted (decision 21).
/// </summary>
/// <remarks>
/// A card number has the length and first digits of its brand and a right check digit (Luhn): Visa 4 (16 or 19 digits), Mastercard 51–55 and
/// 2221–2720, Discover 6011, 644–649 and 65, JCB 3528–3589 (16), American Express 34 and 37 (15), Diners 300–305, 36 and 38 (14). It stands
/// together, or in groups as people write it: of four and more digits, the last shorter (4-4-4-4, 4-6-5), or every digit by itself; between
/// groups stands one space, hyphen or dash, or, between groups of at most six, a full stop. No ASCII letter or digit stands right before or after.
/// <para>
/// Deliberately left out: Visa of 13 digits (European article numbers look the same) and Maestro (12 to 19 digits of nearly any kind); groups
/// of two or three digits (sizes, phone numbers, thousands); digits within identifiers and hashes, in UUIDs, and behind a decimal point; other
/// scripts' digits; more than one character between groups; what is encoded once more (base 64, percent signs within JSON).
/// </para>
/// </remarks>
public static class CardNumbers
{
    /// <summary>The code of every refusal.</summary>
    public const string Code = "card_number_refused";

    /// <summary>The most bytes a number takes, each digit with the longest separator before it, and the two around it.</summary>
    internal const int Longest = (LongestNumber * 4) + 2;

    private const int ShortestNumber = 14;
    private const int LongestNumber = 19;
    private const int UuidLength = 36;

    // Digits, and every byte of which separators are made in UTF-8.
    private static readonly SearchValues<byte> Spelling = SearchValues.Create("0123456789 -.\u00A0\u2007\u2009\u2010\u2011\u2012\u2013\u202F"u8);

    /// <summary>The sentence of every refusal. What holds the number begins it: <c>Field 'note'</c>, never the number itself.</summary>
    public static string Problem(string where) => where + " holds what looks like a card number: card numbers go to the payment provider only";

    /// <summary>400, with that sentence.</summary>
    public static ErrorException Refused(string where) => new(Error.Invalid("Invalid request: " + Problem(where), Code));

    /// <summary>
    /// Whether a closer look is worth while: somewhere 14 digits stand in a row, separators aside. Looks at every fourteenth byte only, as long
    /// as there is nothing. Right also for JSON text, but for digits and spaces written as <c>\u…</c>.
    /// </summary>
    public static bool MayBeIn(ReadOnlySpan<byte> utf8)
    {
        for (var i = ShortestNumber - 1; i < utf8.Length; i += ShortestNumber)
        {
            if (!Spelling.Contains(utf8[i])) continue;
            var (start, end) = (i, i + 1);
            while (start > 0 && Spelling.Contains(utf8[start - 1])) start--;
            while (end < utf8.Length && Spelling.Contains(utf8[end])) end++;
            if (end - start >= ShortestNumber && CountDigits(utf8[start..end]) >= ShortestNumber) return true;
            i = end;
        }

        return false;
    }

    /// <summary>Whether there is one in UTF-8.</summary>
    public static bool AreIn(ReadOnlySpan<byte> utf8) => MayBeIn(utf8) && TryFind(utf8, 0, out _);

    /// <summary>Whether there is one in a text.</summary>
    public static bool AreIn(string? text) => HasEnoughDigits(text) && AreIn(Encoding.UTF8.GetBytes(text));

    /// <summary>The text with stars in place of card numbers, for logs and messages.</summary>
    public static string Mask(string text)
    {
        if (!AreIn(text)) return text;
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var from = 0; TryFind(bytes, from, out var found); from = found.End.Value) bytes.AsSpan(found).Fill((byte)'*');
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>The first one that begins at <paramref name="from"/> or later; what stands before is looked at as well.</summary>
    internal static bool TryFind(ReadOnlySpan<byte> utf8, int from, out Range found)
    {
        while (utf8[from..].IndexOfAnyInRange((byte)'0', (byte)'9') is >= 0 and var next)
        {
            var start = from + next;
            if (BeginsHere(utf8, start) && EndOf(utf8, start) is > 0 and var end && !IsInUuid(utf8, start, end))
            {
                found = start..end;
                return true;
            }

            for (from = start; from < utf8.Length && char.IsAsciiDigit((char)utf8[from]);) from++;
        }

        found = default;
        return false;
    }

    private static bool BeginsHere(ReadOnlySpan<byte> utf8, int start) =>
        start == 0 || !(char.IsAsciiLetterOrDigit((char)utf8[start - 1]) || (utf8[start - 1] == '.' && start > 1 && char.IsAsciiDigit((char)utf8[start - 2])));

    /// <summary>Where the longest card number that begins here ends; 0 when none does.</summary>
    private static int EndOf(ReadOnlySpan<byte> utf8, int start)
    {
        Span<byte> digits = stackalloc byte[LongestNumber];
        var (count, groups, shortest, longest, dots, end) = (0, 0, int.MaxValue, 0, false, 0);
        for (var i = start; ;)
        {
            var group = 0;
            for (; i < utf8.Length && char.IsAsciiDigit((char)utf8[i]); i++, group++)
            {
                if (count == LongestNumber) return end;
                digits[count++] = (byte)(utf8[i] - '0');
            }

            if (group == 0 || (i < utf8.Length && char.IsAsciiLetter((char)utf8[i]))) return end;
            groups++;
            longest = Math.Max(longest, group);
            // Of the groups before: this one may be the last, which may be shorter.
            if ((groups == 1 || longest == 1 || (shortest >= 4 && group >= 2)) && (!dots || (shortest >= 4 && longest <= 6)) && IsCardNumber(digits[..count])) end = i;
            shortest = Math.Min(shortest, group);
            if (i == utf8.Length) return end;
            dots |= utf8[i] == '.';
            i += SeparatorAt(utf8[i..]);
        }
    }

    private static int SeparatorAt(ReadOnlySpan<byte> utf8) => utf8 switch
    {
        [(byte)' ' or (byte)'-' or (byte)'.', ..] => 1,
        [0xC2, 0xA0, ..] => 2,
        [0xE2, 0x80, 0x87 or 0x89 or 0x90 or 0x91 or 0x92 or 0x93 or 0xAF, ..] => 3,
        _ => 0,
    };

    private static bool IsCardNumber(ReadOnlySpan<byte> digits)
    {
        if (digits.Length < ShortestNumber) return false;
        var start = (digits[0] * 1000) + (digits[1] * 100) + (digits[2] * 10) + digits[3];
        var known = digits.Length switch
        {
            14 => start is (>= 3000 and <= 3059) or (>= 3600 and <= 3699) or (>= 3800 and <= 3899),
            15 => start is (>= 3400 and <= 3499) or (>= 3700 and <= 3799),
            16 => start is (>= 2221 and <= 2720) or (>= 3528 and <= 3589) or (>= 4000 and <= 4999) or (>= 5100 and <= 5599) or 6011 or (>= 6440 and <= 6599),
            19 => start is >= 4000 and <= 4999,
            _ => false,
        };
        return known && HasRightCheckDigit(digits);
    }

    private static bool HasRightCheckDigit(ReadOnlySpan<byte> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] << (i & 1);
            sum += digit > 9 ? digit - 9 : digit;
        }

        return sum % 10 == 0;
    }

    // Groups of nothing but digits occur in UUIDs too: 8-4-4-4-12.
    private static bool IsInUuid(ReadOnlySpan<byte> utf8, int start, int end)
    {
        for (var first = Math.Max(0, end - UuidLength); first <= start && first + UuidLength <= utf8.Length; first++)
            if (Utf8Parser.TryParse(utf8.Slice(first, UuidLength), out Guid _, out var read, 'D') && read == UuidLength) return true;
        return false;
    }

    private static int CountDigits(ReadOnlySpan<byte> utf8)
    {
        var count = 0;
        foreach (var letter in utf8)
            if (char.IsAsciiDigit((char)letter)) count++;
        return count;
    }

    internal static bool HasEnoughDigits([NotNullWhen(true)] string? text)
    {
        if (text is null || text.Length < ShortestNumber) return false;
        var count = 0;
        foreach (var letter in text)
            if (char.IsAsciiDigit(letter) && ++count == ShortestNumber) return true;
        return false;
    }
}
