using System.Text.Json;
using System.Text.Json.Nodes;

namespace HeadlessPro.Tests.Support;

/// <summary>
/// Recorded answers of the peer whose wire we speak (<c>tests/Support/recordings/NAME.json</c>: one answer body each), to hold ours against.
/// </summary>
public static class Recordings
{
    /// <summary>
    /// Fails unless <paramref name="actual"/> has exactly the recorded properties, with the recorded JSON types, at every depth. Of arrays the
    /// first recorded element counts, for every element of ours. A recorded null or empty array says nothing about what is allowed there.
    /// </summary>
    /// <param name="name">Name of the recording, without <c>.json</c>.</param>
    /// <param name="path">Where in the recording to look, dotted; empty for all of it.</param>
    /// <param name="actual">Our answer, or the part of it that corresponds.</param>
    /// <param name="ignoring">Dotted paths (arrays not indexed) that may differ.</param>
    public static void SameShape(string name, string path, JsonNode? actual, params IReadOnlyList<string> ignoring)
    {
        var recorded = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "recordings", name + ".json")));
        foreach (var step in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
            recorded = recorded is JsonArray array ? array[0]![step] : recorded![step];
        var differences = new List<string>();
        Compare(recorded, actual, path, ignoring, differences);
        Assert.True(differences.Count == 0, $"{name}:\n" + string.Join('\n', differences.Distinct()));
    }

    private static void Compare(JsonNode? recorded, JsonNode? actual, string path, IReadOnlyList<string> ignoring, List<string> differences)
    {
        if (ignoring.Contains(path) || recorded is null) return;
        var (expected, got) = (KindOf(recorded), KindOf(actual));
        if (expected != got)
        {
            differences.Add($"{path}: recorded {expected}, ours {got}");
            return;
        }

        if (recorded is JsonObject want && actual is JsonObject have)
        {
            foreach (var missing in want.Select(p => Join(path, p.Key)).Where((p, i) => !have.ContainsKey(want.ElementAt(i).Key) && !ignoring.Contains(p)))
                differences.Add($"{missing}: recorded, missing in ours");
            foreach (var extra in have.Where(p => !want.ContainsKey(p.Key)).Select(p => Join(path, p.Key)).Where(p => !ignoring.Contains(p)))
                differences.Add($"{extra}: ours, not recorded");
            foreach (var (key, value) in want.Where(p => have.ContainsKey(p.Key))) Compare(value, have[key], Join(path, key), ignoring, differences);
        }
        else if (recorded is JsonArray { Count: > 0 } list)
        {
            var elements = actual!.AsArray();
            if (elements.Count == 0) differences.Add($"{path}: recorded elements, ours is empty");
            foreach (var element in elements) Compare(list[0], element, path, ignoring, differences);
        }
    }

    private static string KindOf(JsonNode? node) => node?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        var kind => kind.ToString()!.ToLowerInvariant(),
    };

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
