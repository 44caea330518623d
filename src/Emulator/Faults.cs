using System.IO.Enumeration;
using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator;

/// <summary>What goes wrong, and for how long where that matters. Written <c>name</c> or <c>name:seconds</c>.</summary>
internal sealed record Fault(string Kind, TimeSpan Time)
{
    // Of a call: before the work …
    public const string Error = "500", TooMany = "429", Cut = "cut", Delay = "delay";

    // … and after it.
    public const string ErrorAfter = "500-after", Lost = "lost", Late = "late";

    // Of a webhook.
    public const string Drop = "webhook-drop", Duplicate = "webhook-duplicate", Reorder = "webhook-reorder", DelayWebhook = "webhook-delay",
        BadSignature = "webhook-bad-signature", Skew = "webhook-skew", Replay = "webhook-replay";

    // Of an OpenID provider's answers: the README says which.
    private const string OpenId = "openid-";

    private static readonly string[] Known =
        [Error, TooMany, Cut, Delay, ErrorAfter, Lost, Late, Drop, Duplicate, Reorder, DelayWebhook, BadSignature, Skew, Replay];

    public bool OfWebhook => Kind.StartsWith("webhook-", StringComparison.Ordinal);

    public bool OfOpenId => Kind.StartsWith(OpenId, StringComparison.Ordinal);

    public static Fault? Parse(string? text)
    {
        var parts = (text ?? "").Trim().Split(':', 2);
        if (!Known.Contains(parts[0]) && !parts[0].StartsWith(OpenId, StringComparison.Ordinal)) return null;
        var seconds = parts[0] switch { TooMany or Reorder => 1, Skew => -3600, _ => 10d };
        return parts.Length == 2 && !double.TryParse(parts[1], out seconds) ? null : new Fault(parts[0], TimeSpan.FromSeconds(seconds));
    }

    public override string ToString() => $"{Kind}:{Time.TotalSeconds}";
}

/// <summary>A fault that waits for the calls or events it is meant for.</summary>
/// <param name="Path">With <c>*</c> for any text, as in <c>/v1/payment_intents/*/capture</c>.</param>
/// <param name="Event">Kind of event, for faults of webhooks, with <c>*</c>.</param>
internal sealed record FaultRule(string Id, Fault Fault, string Method, string Path, string Event)
{
    /// <summary>How many calls or events it lets pass first.</summary>
    public int Skip { get; set; }

    public int Left { get; set; } = 1;

    public JsonObject ToJson() => new()
    {
        ["id"] = Id,
        ["fault"] = Fault.ToString(),
        ["method"] = Method,
        ["path"] = Path,
        ["event"] = Event,
        ["skip"] = Skip,
        ["left"] = Left,
    };
}

/// <summary>Faults that were asked for. The first rule that fits a call or event is used up by it.</summary>
internal sealed class FaultRules
{
    private readonly List<FaultRule> rules = [];

    public void Add(FaultRule rule)
    {
        lock (rules) rules.Add(rule);
    }

    public void Clear()
    {
        lock (rules) rules.Clear();
    }

    public JsonArray ToJson()
    {
        lock (rules) return [.. rules.Select(r => (JsonNode)r.ToJson())];
    }

    public Fault? TakeForCall(string method, string path) =>
        Take(r => !r.Fault.OfWebhook && !r.Fault.OfOpenId && (r.Method == "*" || r.Method.Equals(method, StringComparison.OrdinalIgnoreCase)) && Fits(r.Path, path));

    public Fault? TakeForOpenId(string path) => Take(r => r.Fault.OfOpenId && Fits(r.Path, path));

    public Fault? TakeForEvent(string type) => Take(r => r.Fault.OfWebhook && Fits(r.Event, type));

    private Fault? Take(Predicate<FaultRule> fits)
    {
        lock (rules)
        {
            var rule = rules.Find(fits);
            if (rule is null) return null;
            if (rule.Skip-- > 0) return null;
            if (--rule.Left <= 0) rules.Remove(rule);
            return rule.Fault;
        }
    }

    private static bool Fits(string pattern, string text) => FileSystemName.MatchesSimpleExpression(pattern, text);
}
