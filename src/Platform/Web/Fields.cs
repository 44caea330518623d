using System.Runtime.CompilerServices;

namespace HeadlessPro.Platform.Web;

/// <summary>
/// The <c>fields</c> grammar: which properties of an answer a client wants. Comma separated; <c>+x</c> (or a leading space) adds to the
/// defaults, <c>-x</c> removes, <c>*rel</c> or <c>rel.*</c> adds all own properties of a relation; any piece without a modifier makes the
/// list replace the defaults. <c>id</c> is always there. Unknown names select nothing.
/// </summary>
/// <remarks>
/// A selected name that is a relation stands for all its own properties (scalars and plain JSON such as <c>metadata</c>), not for the
/// relations below it. In defaults, <c>rel.**</c> stands for everything below.
/// </remarks>
public sealed class Fields
{
    private static readonly ConditionalWeakTable<string[], Fields> Kept = [];

    private Fields(Node root, string key) => (Root, Key) = (root, key);

    /// <summary>What the client wrote: equal only for selections that, on one route, show the same.</summary>
    public string Key { get; }

    internal Node Root { get; }

    /// <summary>Everything, whatever the client asked for.</summary>
    public static Fields All { get; } = new(new Node { Own = true, Deep = true }, "**");

    /// <summary>Reads a selection.</summary>
    /// <param name="query">The <c>fields</c> parameter, or null for the defaults.</param>
    /// <param name="defaults">What the endpoint answers unasked, in the same grammar, <c>**</c> allowed.</param>
    public static Fields Parse(string? query, params ReadOnlySpan<string> defaults)
    {
        var pieces = (query ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries);
        var replaces = false;
        for (var i = 0; i < pieces.Length; i++)
        {
            // A bare '+' of a hand-written client decodes to a space, so a leading space means '+'. After the comma of «id, handle» it
            // does no harm: «id» replaces the defaults anyway.
            var piece = pieces[i];
            var trimmed = piece.Trim();
            if (trimmed.Length == 0) { pieces[i] = ""; continue; }
            pieces[i] = piece[0] == ' ' && trimmed[0] is not ('+' or '-' or '*') ? "+" + trimmed : trimmed;
            replaces |= pieces[i][0] is not ('+' or '-' or '*') && !pieces[i].EndsWith(".*", StringComparison.Ordinal);
        }

        var root = new Node();
        root.Select("id");
        if (!replaces)
            foreach (var name in defaults) root.Apply(name);

        foreach (var piece in pieces)
        {
            if (piece.Trim('+', '-').Length == 0) continue;
            root.Apply(piece[0] == '+' ? piece[1..] : piece);
        }

        return new Fields(root, query ?? "");
    }

    /// <summary>What an endpoint answers unasked: read once, for a long list takes as long as a small answer.</summary>
    public static Fields Unasked(string[] defaults) => Kept.GetValue(defaults, static names => Parse(null, names));

    /// <summary>This and one more (dotted path): for what an answer shows together.</summary>
    public Fields With(string path)
    {
        var root = Root.Copy();
        root.Select(path);
        return new Fields(root, Key);
    }

    /// <summary>Whether a property or relation (dotted path) is selected: what a handler asks before it loads it.</summary>
    public bool Wants(string path)
    {
        var node = Root;
        foreach (var name in path.Split('.'))
        {
            if (node.Removed?.Contains(name) == true) return false;
            Node? child = null;
            node.Children?.TryGetValue(name, out child);
            if (child is null) return node.Deep;
            node = child;
        }

        return true;
    }

    /// <summary>Whether more of a relation is selected than the properties of these names: what a handler asks that has those at hand and would have to load the rest.</summary>
    public bool WantsMore(string path, params ReadOnlySpan<string> known)
    {
        var node = Root;
        foreach (var name in path.Split('.'))
        {
            if (node.Deep) return true;
            if (node.Children is null || !node.Children.TryGetValue(name, out var child)) return false;
            node = child;
        }

        if (node.Deep || node.Own) return true;
        foreach (var name in node.Children?.Keys ?? Enumerable.Empty<string>())
            if (!known.Contains(name)) return true;
        return false;
    }

    /// <summary>A selected property. A leaf (<see cref="Own"/>) means all own properties when its value turns out to be a relation.</summary>
    internal sealed class Node
    {
        public Dictionary<string, Node>? Children { get; private set; }
        public bool Own { get; set; }
        public bool Deep { get; set; }
        public HashSet<string>? Removed { get; private set; }

        public Node Copy() => new()
        {
            Children = Children?.ToDictionary(c => c.Key, c => c.Value.Copy(), StringComparer.Ordinal),
            Own = Own,
            Deep = Deep,
            Removed = Removed?.ToHashSet(StringComparer.Ordinal),
        };

        public void Apply(string piece)
        {
            if (piece[0] == '-') Remove(piece[1..]);
            else Select(piece);
        }

        public void Select(string path)
        {
            if (path.Length == 0) return;
            path = path.TrimStart('*');
            var node = this;
            foreach (var name in path.Split('.', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                if (name == "*") break;
                if (name == "**")
                {
                    (node.Deep, node.Children) = (true, null);
                    break;
                }

                node.Removed?.Remove(name);
                node.Children ??= new(StringComparer.Ordinal);
                if (!node.Children.TryGetValue(name, out var child))
                {
                    // Everything below is selected already.
                    if (node.Deep) return;
                    node.Children[name] = child = new Node();
                }

                node = child;
            }

            // A lone «*» is all own properties of the entity itself.
            // «variants.id» narrows variants to its id; «variants» or «*variants» is all of its own properties.
            node.Own = true;
        }

        public void Remove(string path)
        {
            var names = path.TrimStart('*').Split('.', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var node = this;
            for (var i = 0; i < names.Length - 1; i++)
            {
                Node? child = null;
                node.Children?.TryGetValue(names[i], out child);
                if (child is null)
                {
                    if (!node.Deep) return;
                    node.Children ??= new(StringComparer.Ordinal);
                    node.Children[names[i]] = child = new Node { Own = true, Deep = true };
                }

                node = child;
            }

            if (names.Length == 0 || names[^1] == "id") return;
            node.Children?.Remove(names[^1]);
            (node.Removed ??= new(StringComparer.Ordinal)).Add(names[^1]);
        }
    }
}
