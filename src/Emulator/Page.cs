using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace HeadlessPro.Emulator;

/// <summary>What the pages for people share: they are plain HTML and work without scripts.</summary>
internal static class Page
{
    private const string Style = """
        :root { color-scheme: light dark; --ink: #1a1f36; --soft: #596171; --line: #d5dbe1; --ground: #f6f8fa; --sheet: #fff; --act: #4f46e5; --no: #b42318; }
        @media (prefers-color-scheme: dark) { :root { --ink: #f3f4f6; --soft: #a3acb9; --line: #3c4257; --ground: #10131c; --sheet: #1a1f2e; --act: #818cf8; --no: #fda29b; } }
        * { box-sizing: border-box } body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
        main { max-width: 26rem; margin: 4vh auto; padding: 2rem; background: var(--sheet); border: 1px solid var(--line); border-radius: 12px }
        h1 { font-size: 1.5rem; margin: .5rem 0 1rem } table { width: 100%; border-collapse: collapse; margin-bottom: 1rem } td { padding: .35rem 0; border-bottom: 1px solid var(--line) }
        .money { text-align: right; white-space: nowrap } label { display: block; margin: .9rem 0 .25rem; font-weight: 600; font-size: .9rem }
        input:not([type=checkbox]) { width: 100%; padding: .6rem .7rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 8px }
        .two { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem } .check { font-weight: 400 }
        button { width: 100%; margin-top: 1.25rem; padding: .7rem; font: inherit; font-weight: 600; color: #fff; background: #4f46e5; border: 1px solid transparent; border-radius: 8px; cursor: pointer }
        button.second { margin-top: .75rem; color: var(--ink); background: transparent; border-color: var(--line) }
        a { color: var(--act) } .alert { color: var(--no); border: 1px solid currentColor; border-radius: 8px; padding: .6rem .8rem } .hint { color: var(--soft); font-size: .85rem }
        input:focus-visible, button:focus-visible, a:focus-visible { outline: 3px solid var(--act); outline-offset: 2px }
        """;

    private static readonly HashSet<string> WithoutMinorUnits = ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"];

    public static string Text(string text) => HtmlEncoder.Default.Encode(text);

    /// <summary>An amount in minor units, for a person.</summary>
    public static string Amount(long minor, string currency) =>
        $"{(WithoutMinorUnits.Contains(currency) ? minor.ToString("N0", CultureInfo.InvariantCulture) : (minor / 100m).ToString("N2", CultureInfo.InvariantCulture))} {Text(currency.ToUpperInvariant())}";

    public static string Whole(string title, string body) =>
        $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{Text(title)}</title><style>{Style}</style></head><body><main>{body}</main></body></html>";

    public static async Task WriteAsync(HttpContext context, string html, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(html));
    }

    public static Task NotFoundAsync(HttpContext context) => WriteAsync(context, Whole("Not found", "<h1>There is nothing here</h1>"), 404);
}
