using HeadlessPro.Platform;

namespace HeadlessPro.Host;

/// <summary>The command line, checked before anything is started.</summary>
internal static class Arguments
{
    private const string Usage = "headlesspro serve [--role R] [--port N] [--host H] [--data DIR] [--empty], headlesspro reconcile [--days N], headlesspro user create --email E, headlesspro audit verify, or headlesspro keys";

    private static readonly string[] WithValue = ["--role", "--port", "--host", "--data"];

    /// <summary>The arguments as configuration takes them, <c>--name=value</c>. Throws <see cref="StartException"/> with the usage.</summary>
    public static string[] Check(string[] args)
    {
        var options = new List<string>();
        var rest = new Queue<string>(args.FirstOrDefault() == "serve" ? args[1..] : args);
        while (rest.TryDequeue(out var argument))
        {
            var parts = argument.Split('=', 2);
            if (parts is ["--empty"])
            {
                options.Add("--empty=true");
                continue;
            }

            if (!WithValue.Contains(parts[0])) throw new StartException($"Unknown argument '{argument}'. Usage: {Usage}");
            var value = parts.Length == 2 ? parts[1] : rest.TryDequeue(out var next) ? next : "";
            if (value.Length == 0) throw new StartException($"{parts[0]} needs a value. Usage: {Usage}");
            if (parts[0] == "--port" && !ushort.TryParse(value, out _)) throw new StartException($"'{value}' is no port: a number from 0 to 65535.");
            options.Add($"{parts[0]}={value}");
        }

        return [.. options];
    }

    /// <summary>An option of a command, and the arguments without it.</summary>
    public static (string? Value, string[] Others) Take(string name, string[] args, string usage)
    {
        var at = Array.FindIndex(args, a => a == name || a.StartsWith(name + "=", StringComparison.Ordinal));
        if (at < 0) return (null, args);
        var (value, length) = args[at] == name ? (args.ElementAtOrDefault(at + 1), 2) : (args[at][(name.Length + 1)..], 1);
        if (string.IsNullOrEmpty(value)) throw new StartException($"{name} needs a value. Usage: {usage}");
        return (value, [.. args[..at], .. args[(at + length)..]]);
    }
}
