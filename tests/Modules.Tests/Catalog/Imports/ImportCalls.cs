using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace HeadlessPro.Modules.Tests.Catalog.Imports;

/// <summary>Imports as tests speak of them.</summary>
internal static class ImportCalls
{
    /// <summary>Sends a file, waits until the import has ended, answers it.</summary>
    public static Task<JsonNode> Import(this HpApp app, string csv, string query = "") => app.Import(Encoding.UTF8.GetBytes(csv), query);

    public static async Task<JsonNode> Import(this HpApp app, byte[] csv, string query = "")
    {
        var sent = await app.SendFile(csv, 202, query);
        return await app.Ended((string)sent["import"]!["id"]!);
    }

    /// <summary>Sends a file and answers the import's id at once.</summary>
    public static async Task<string> Send(this HpApp app, string csv) => (string)(await app.SendFile(Encoding.UTF8.GetBytes(csv), 202))["import"]!["id"]!;

    /// <summary>Waits until the import has ended, answers it.</summary>
    public static async Task<JsonNode> Ended(this HpApp app, string id)
    {
        var lines = (await app.Admin.GetStringAsync($"/admin/product-imports/{id}/progress")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return JsonNode.Parse(lines[^1])!["import"]!;
    }

    public static async Task<JsonNode> SendFile(this HpApp app, byte[] csv, int status, string query = "")
    {
        using var content = new ByteArrayContent(csv) { Headers = { ContentType = new MediaTypeHeaderValue("text/csv") } };
        // A shop without a region has no currency of its own.
        var currency = query.Contains("currency=", StringComparison.Ordinal) ? "" : "currency=zar&";
        using var response = await app.Admin.PostAsync($"/admin/product-imports?{currency}{query}", content);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, text);
        return JsonNode.Parse(text)!;
    }

    /// <summary>Everything an import writes, times of change included.</summary>
    public static Task<string?> Snapshot(this HpApp app) => app.Scalar<string>("""
        select md5(concat((select string_agg(x::text, ',' order by x.id) from catalog.products x), (select string_agg(x::text, ',' order by x.id) from catalog.variants x),
            (select string_agg(x::text, ',' order by x.id) from catalog.prices x), (select string_agg(x::text, ',' order by x.id) from catalog.images x),
            (select string_agg(x::text, ',' order by x.id) from catalog.options x), (select string_agg(x::text, ',' order by x.id) from catalog.option_values x),
            (select string_agg(x::text, ',' order by x.variant_id, x.option_id) from catalog.variant_values x), (select string_agg(x::text, ',' order by x.product_id, x.tag_id) from catalog.product_tags x),
            (select string_agg(x::text, ',' order by x.product_id, x.category_id) from catalog.product_categories x), (select string_agg(x::text, ',' order by x.id) from catalog.collections x),
            (select string_agg(x::text, ',' order by x.item_id, x.location_id) from inventory.levels x), (select string_agg(x::text, ',' order by x.id) from inventory.items x)))
        """);
}
