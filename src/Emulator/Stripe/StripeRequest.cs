using System.Text.Json.Nodes;
using Microsoft.Extensions.Primitives;

namespace HeadlessPro.Emulator.Stripe;

/// <summary>Parameters of a call, as the form or query writes them: <c>metadata[cart]</c>, <c>line_items[0][quantity]</c>, <c>expand[]</c>.</summary>
internal sealed class StripeRequest(IReadOnlyDictionary<string, StringValues> form, HttpContext context, Origin origin, bool publishable)
{
    public Origin Origin => origin;

    /// <summary>A browser's call: knows the publishable key and must show the client secret.</summary>
    public bool Publishable => publishable;

    public string Route(string name) => (string)context.Request.RouteValues[name]!;

    /// <summary>Null when it is not there; what is there and empty asks to unset.</summary>
    public string? Text(string name) => form.TryGetValue(name, out var value) ? value[^1] : null;

    public bool Has(string name) => form.ContainsKey(name) || form.Keys.Any(k => k.StartsWith(name + "[", StringComparison.Ordinal));

    public string Required(string name) => Text(name) is { Length: > 0 } value
        ? value
        : throw StripeFailure.Invalid("parameter_missing", $"Missing required param: {name}.", name);

    public long? Integer(string name, long least = 0)
    {
        if (Text(name) is not { } text) return null;
        if (!long.TryParse(text, out var number)) throw StripeFailure.Invalid("parameter_invalid_integer", $"Invalid integer: {text}", name);
        return number >= least ? number : throw StripeFailure.Invalid("parameter_invalid_integer", $"This value must be greater than or equal to {least}.", name);
    }

    public bool? Flag(string name) => Text(name) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        var other => throw StripeFailure.Invalid(null, $"Invalid boolean: {other}", name),
    };

    public string Choice(string name, string otherwise, params string[] choices) => Text(name) is not { } value ? otherwise : choices.Contains(value)
        ? value
        : throw StripeFailure.Invalid(null, $"Invalid {name}: must be one of {string.Join(", ", choices)}", name);

    /// <summary><c>name[key]=value</c>.</summary>
    public IEnumerable<KeyValuePair<string, string>> Pairs(string name) => form
        .Where(p => p.Key.StartsWith(name + "[", StringComparison.Ordinal) && p.Key.EndsWith(']') && p.Key.IndexOf('[', name.Length + 1) < 0)
        .Select(p => new KeyValuePair<string, string>(p.Key[(name.Length + 1)..^1], p.Value[^1] ?? ""));

    /// <summary><c>name[]=a&amp;name[]=b</c> or <c>name[0]=a&amp;name[1]=b</c>.</summary>
    public IReadOnlyList<string> Texts(string name) => [.. form.Where(p => IsItem(p.Key, name)).SelectMany(p => p.Value).OfType<string>()];

    /// <summary>Prefixes of the objects in a list: <c>line_items[0]</c>, <c>line_items[1]</c>.</summary>
    public IReadOnlyList<string> Items(string name) =>
        [.. form.Keys.Where(k => k.StartsWith(name + "[", StringComparison.Ordinal)).Select(k => k[..(k.IndexOf(']', StringComparison.Ordinal) + 1)]).Distinct()];

    /// <summary>Everything below a name, as it would stand in JSON: <c>shipping[address][city]</c>.</summary>
    public JsonObject Tree(string name)
    {
        var tree = new JsonObject();
        foreach (var (key, value) in form.Where(p => p.Key.StartsWith(name + "[", StringComparison.Ordinal)))
        {
            var steps = key[name.Length..].Split('[', ']').Where(s => s.Length > 0).ToList();
            var holder = tree;
            foreach (var step in steps[..^1]) holder = (JsonObject)(holder[step] as JsonObject ?? (holder[step] = new JsonObject()));
            holder[steps[^1]] = value[^1];
        }

        return tree;
    }

    public void ChangeMetadata(Dictionary<string, string> metadata)
    {
        if (Text("metadata") == "") metadata.Clear();
        foreach (var (key, value) in Pairs("metadata"))
        {
            if (key.Length > 40) throw StripeFailure.Invalid(null, $"Metadata keys can have up to 40 characters: {key}", "metadata");
            if (value.Length > 500) throw StripeFailure.Invalid(null, $"Metadata values can have up to 500 characters, but you passed in a value that is {value.Length} characters.", $"metadata[{key}]");
            if (value.Length == 0) metadata.Remove(key);
            else metadata[key] = value;
        }
    }

    /// <summary>Refuses what the call does not know, as Stripe does.</summary>
    public void KnowsOnly(IReadOnlySet<string> known)
    {
        foreach (var key in form.Keys)
        {
            var name = key.Split('[', 2)[0];
            if (!known.Contains(name) && name is not ("expand" or "key" or "_stripe_account" or "_stripe_version" or "client_attribution_metadata"))
                throw StripeFailure.Invalid("parameter_unknown", $"Received unknown parameter: {name}", name);
        }
    }

    private static bool IsItem(string key, string name) =>
        key.Length > name.Length + 1 && key.StartsWith(name, StringComparison.Ordinal) && key[name.Length] == '[' && key[^1] == ']'
        && key[(name.Length + 1)..^1].All(char.IsAsciiDigit);
}
