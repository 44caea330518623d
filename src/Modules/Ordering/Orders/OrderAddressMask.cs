using System.Text.Json.Nodes;

namespace HeadlessPro.Ordering.Orders;

/// <summary>Leaves of an address what names nobody: the country and the province.</summary>
internal static class OrderAddressMask
{
    private static readonly HashSet<string> Kept = new(StringComparer.Ordinal) { "id", "country_code", "province", "created_at", "updated_at", "deleted_at" };

    public static string? Apply(string? address)
    {
        if (address is null) return null;
        var masked = JsonNode.Parse(address)!.AsObject();
        foreach (var name in masked.Select(p => p.Key).Where(name => !Kept.Contains(name)).ToList()) masked[name] = null;
        return masked.ToJsonString();
    }
}
