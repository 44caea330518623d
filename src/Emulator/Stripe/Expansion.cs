using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.Stripe;

/// <summary><c>expand[]=latest_charge</c>, <c>expand[]=data.customer</c>: an id in an answer becomes the object it names.</summary>
internal static class Expansion
{
    private const int Deepest = 4;

    public static JsonObject Expand(JsonObject answer, IReadOnlyList<string> paths, StripeBook book)
    {
        foreach (var path in paths)
        {
            var names = path.Split('.');
            if (names.Length > Deepest) throw StripeFailure.Invalid("property_expansion_max_depth", $"You cannot expand more than {Deepest} levels of a property.", "expand");
            Expand(answer, names, path, book);
        }

        return answer;
    }

    private static void Expand(JsonObject holder, ReadOnlySpan<string> names, string path, StripeBook book)
    {
        var name = names[0];
        if (holder[name] is JsonValue value && value.TryGetValue<string>(out var id) && book.ToJson(id) is { } found) holder[name] = found;
        else if (!holder.ContainsKey(name) && book.Included(holder, name) is { } list) holder[name] = list;
        else if (!holder.ContainsKey(name) || holder[name] is JsonValue)
            throw StripeFailure.Invalid(null, $"This property cannot be expanded ({path}).", "expand");

        switch (holder[name])
        {
            case JsonArray items:
                foreach (var item in items)
                    if (names.Length > 1 && item is JsonObject each) Expand(each, names[1..], path, book);
                break;
            case JsonObject next when names.Length > 1:
                Expand(next, names[1..], path, book);
                break;
        }
    }
}
