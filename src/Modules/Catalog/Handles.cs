using System.Text;

namespace HeadlessPro.Catalog;

/// <summary>Makes a handle of a title: <c>Crème Brûlée, 200 g</c> → <c>creme-brulee-200-g</c>.</summary>
internal static class Handles
{
    // Folded by table: the host runs with invariant globalization, where normalization knows ASCII only.
    private const string Accented = "àáâãäåāăąçćčďđèéêëēėęěğìíîïīįıłñńňòóôõöøōőřśšşșťţțùúûüūůűųýÿźżž";
    private const string Plain = "aaaaaaaaacccddeeeeeeeegiiiiiiilnnnoooooooorsssstttuuuuuuuuyyzzz";

    /// <summary>The handle; the fallback when the title has no letter or digit.</summary>
    public static string From(string title, string fallback)
    {
        var handle = new StringBuilder(title.Length);
        foreach (var letter in title.ToLowerInvariant())
        {
            var at = Accented.IndexOf(letter, StringComparison.Ordinal);
            if (at >= 0) handle.Append(Plain[at]);
            else if (letter == 'ß') handle.Append("ss");
            else if (letter == 'æ') handle.Append("ae");
            else if (letter is '\'' or '’') continue;
            else if (char.IsAsciiLetterOrDigit(letter)) handle.Append(letter);
            else if (handle.Length > 0 && handle[^1] != '-') handle.Append('-');
            if (handle.Length >= 200) break;
        }

        var text = handle.ToString().TrimEnd('-');
        return text.Length > 0 ? text : fallback;
    }
}
