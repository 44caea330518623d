using System.Collections.Frozen;

namespace HeadlessPro.Payments.Fraud;

/// <summary>Well-known givers of mail addresses to throw away, when a shop names none of its own.</summary>
internal static class DisposableDomains
{
    private static readonly FrozenSet<string> WellKnown = new[]
    {
        "0-mail.com", "10minutemail.com", "10minutemail.net", "1secmail.com", "1secmail.net", "1secmail.org", "20minutemail.com", "anonbox.net",
        "byom.de", "deadaddress.com", "discard.email", "discardmail.com", "discardmail.de", "dispostable.com",
        "dropmail.me", "einrot.com", "emailfake.com", "emailondeck.com", "emltmp.com", "fakeinbox.com", "fakemail.net", "fakemailgenerator.com",
        "generator.email", "getairmail.com", "getnada.com", "grr.la", "guerrillamail.biz", "guerrillamail.com", "guerrillamail.de", "guerrillamail.info",
        "guerrillamail.net", "guerrillamail.org", "guerrillamailblock.com", "harakirimail.com", "inboxbear.com", "inboxkitten.com", "incognitomail.org",
        "jetable.org", "mail-temp.com", "mail.tm", "mailcatch.com", "maildrop.cc", "mailexpire.com", "mailinator.com", "mailinator.net", "mailnesia.com",
        "mailnull.com", "mailpoof.com", "mailsac.com", "mailtemp.info", "meltmail.com", "minuteinbox.com", "mintemail.com", "moakt.com", "mohmal.com",
        "mt2015.com", "mytemp.email", "mytrashmail.com", "nada.email", "nospam.ze.tc", "owlymail.com", "pokemail.net", "sharklasers.com", "smailpro.com",
        "spam4.me", "spambog.com", "spambox.us", "spamex.com", "spamhole.com", "temp-mail.io", "temp-mail.org", "tempail.com",
        "tempinbox.com", "tempmail.dev", "tempmail.net", "tempmail.plus", "tempmailo.com", "tempr.email", "throwaway.email", "throwawaymail.com",
        "tmail.ws", "tmailor.com", "tmpmail.net", "tmpmail.org", "trash-mail.com", "trashmail.com", "trashmail.de", "trashmail.me", "trashmail.net",
        "trbvm.com", "wegwerfemail.de", "wegwerfmail.de", "wegwerfmail.net", "wegwerfmail.org", "yopmail.com", "yopmail.fr", "yopmail.net", "zetmail.com",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The listed domain that this one is, or is a part of.</summary>
    public static string? Find(string domain, IReadOnlyList<string>? listed)
    {
        for (var rest = domain; rest.Contains('.'); rest = rest[(rest.IndexOf('.', StringComparison.Ordinal) + 1)..])
            if (listed?.Contains(rest, StringComparer.OrdinalIgnoreCase) ?? WellKnown.Contains(rest)) return rest.ToLowerInvariant();
        return null;
    }
}
