using System.Globalization;

namespace HeadlessPro.Bench;

/// <summary><c>--name value</c> pairs; one that nobody asks for is refused.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _options = [];
    private readonly HashSet<string> _known = [];

    public Arguments(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal)) Words.Add(arguments[i]);
            else if (i + 1 < arguments.Count) _options[arguments[i][2..]] = arguments[++i];
            else throw new BenchException($"{arguments[i]} needs a value.");
        }
    }

    /// <summary>What is no option: the command, names of files.</summary>
    public List<string> Words { get; } = [];

    public string? Text(string name)
    {
        _known.Add(name);
        return _options.GetValueOrDefault(name);
    }

    public string Text(string name, string otherwise) => Text(name) ?? otherwise;

    public int? Number(string name) => Text(name) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new BenchException($"--{name} must be a whole number, not '{text}'.");

    public double? Amount(string name) => Text(name) is not { } text ? null
        : double.TryParse(text, CultureInfo.InvariantCulture, out var amount) && amount > 0 ? amount
        : throw new BenchException($"--{name} must be a number above 0, not '{text}'.");

    public TimeSpan Seconds(string name, double otherwise) => TimeSpan.FromSeconds(Text(name) is not { } text ? otherwise
        : double.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= 0 ? number
        : throw new BenchException($"--{name} must be a number of seconds, not '{text}'."));

    public Uri Url(string name, string otherwise) => Uri.TryCreate(Text(name, otherwise), UriKind.Absolute, out var url) && url.Scheme == "http" ? url
        : throw new BenchException($"--{name} must be an address that begins with http://, not '{Text(name)}'.");

    public int[] Numbers(string name, string otherwise) => Text(name, otherwise).Split(',').Select(t =>
        int.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
            : throw new BenchException($"--{name} must be whole numbers with commas, not '{Text(name)}'.")).ToArray();

    /// <summary>After everything was asked for.</summary>
    public void RefuseUnknown()
    {
        if (_options.Keys.FirstOrDefault(o => !_known.Contains(o)) is { } unknown) throw new BenchException($"There is no option --{unknown} here.");
    }
}
