using System.IO.Enumeration;
using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.Stripe;

/// <param name="Payment">The payment intent it is about, by which webhooks keep their order.</param>
internal sealed record StripeEvent(string Id, string Type, long Created, string Payment, byte[] Payload)
{
    public JsonObject ToJson() => (JsonObject)JsonNode.Parse(Payload)!;
}

internal static class StripeEvents
{
    public static JsonObject Retrieve(StripeBook book, StripeRequest request) =>
        book.Events.TryGet(request.Route("id"), out var found) ? found.ToJson() : throw StripeFailure.Missing("event", request.Route("id"));

    public static JsonObject List(StripeBook book, StripeRequest request)
    {
        IReadOnlyList<string> types = request.Text("type") is { } type ? [type] : request.Texts("types");
        return Listing.Page(request, "/v1/events", book.Events.NewestFirst.Where(e => types.Count == 0 || types.Any(t => FileSystemName.MatchesSimpleExpression(t, e.Type))),
            e => e.Id, e => e.Created, e => e.ToJson());
    }
}
