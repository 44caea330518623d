using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.Stripe;

/// <summary>A list's page: newest first, <c>limit</c>, <c>starting_after</c>, <c>ending_before</c>, <c>created[gte]</c> and its kin.</summary>
internal static class Listing
{
    public const string Parameters = "limit starting_after ending_before created";

    public static JsonObject Page<T>(StripeRequest request, string url, IEnumerable<T> newestFirst, Func<T, string> id, Func<T, long> created, Func<T, JsonObject> toJson)
    {
        var limit = (int)(request.Integer("limit", 1) ?? 10);
        if (limit > 100) throw StripeFailure.Invalid("parameter_invalid_integer", "This value must be less than or equal to 100.", "limit");
        var fitting = newestFirst.Where(Within(request, created));
        List<T> page;
        bool more;
        if (request.Text("ending_before") is { } before)
        {
            var newer = fitting.TakeWhile(x => id(x) != before).ToList();
            page = newer[Math.Max(0, newer.Count - limit)..];
            more = newer.Count > limit;
        }
        else
        {
            if (request.Text("starting_after") is { } after) fitting = fitting.SkipWhile(x => id(x) != after).Skip(1);
            page = [.. fitting.Take(limit + 1)];
            more = page.Count > limit;
            if (more) page.RemoveAt(limit);
        }

        return Of(url, page.Select(toJson), more);
    }

    public static JsonObject Of(string url, IEnumerable<JsonObject> items, bool more = false) => new()
    {
        ["object"] = "list",
        ["data"] = new JsonArray([.. items]),
        ["has_more"] = more,
        ["url"] = url,
    };

    private static Func<T, bool> Within<T>(StripeRequest request, Func<T, long> created)
    {
        var (exactly, from, after, to, before) = (request.Integer("created"), request.Integer("created[gte]"), request.Integer("created[gt]"),
            request.Integer("created[lte]"), request.Integer("created[lt]"));
        return x => created(x) is var at && (exactly is null || at == exactly) && (from is null || at >= from) && (after is null || at > after)
            && (to is null || at <= to) && (before is null || at < before);
    }
}
