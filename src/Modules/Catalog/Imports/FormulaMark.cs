namespace HeadlessPro.Catalog.Imports;

/// <summary>
/// A spreadsheet runs a cell that begins like a formula when somebody opens the file. An apostrophe in front makes it text; reading takes it
/// away again. Text that has such apostrophes of its own gets one more, so that what is written is read back as it was.
/// </summary>
internal static class FormulaMark
{
    private const char Mark = '\'';

    public static string Add(string cell) => IsFormula(cell.AsSpan().TrimStart(Mark)) ? Mark + cell : cell;

    public static string Remove(string cell) => cell.Length > 1 && cell[0] == Mark && IsFormula(cell.AsSpan().TrimStart(Mark)) ? cell[1..] : cell;

    // Numbers of ours are never negative.
    private static bool IsFormula(ReadOnlySpan<char> cell) => cell.Length > 0 && cell[0] is '=' or '+' or '-' or '@' or '\t' or '\r';
}
