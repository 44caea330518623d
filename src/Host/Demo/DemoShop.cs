using System.Text.Json.Nodes;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Contracts.Identity;

namespace HeadlessPro.Host.Demo;

/// <summary>
/// Fills an empty database with a South African shop, through our own Admin API over HTTP:
/// <code>
/// ALLOWED   never in Production, never where --empty was asked, only in a host that runs everything
/// EMPTY     no sales channel yet, or the demo's own that is not finished
/// KEYS      pk_demo and sk_demo
/// SHOP      channel, two warehouses and three shops, regions and taxes, shipping, products, promotions
/// FINISHED  noted on the sales channel, so that the next start does nothing, but for pictures of a host that has another address now
/// </code>
/// Each step finds what it made before, so a start that was cut off goes on with the next one.
/// </summary>
public static class DemoShop
{
    /// <summary>The storefront's key. Only ever in demo data.</summary>
    public const string PublishableKey = "pk_demo";

    /// <summary>Staff's key. Only ever in demo data.</summary>
    public const string SecretKey = "sk_demo";

    private const string Channel = "Demo storefront";

    /// <summary>Whether this host may hold demo data: never in Production, but for a private database whose environment nobody named.</summary>
    public static bool IsAllowed(IHostEnvironment environment, IConfiguration configuration)
    {
        return AreKeysAllowed(environment, configuration) && !configuration.GetValue("empty", false) && (configuration["role"] ?? Roles.All) == Roles.All;
    }

    /// <summary>Whether the keys everybody knows may open anything here, in a database that has them.</summary>
    public static bool AreKeysAllowed(IHostEnvironment environment, IConfiguration configuration)
    {
        var isOnesOwn = string.IsNullOrEmpty(configuration["environment"]) && string.IsNullOrEmpty(configuration["DATABASE_URL"]);
        return !environment.IsProduction() || isOnesOwn;
    }

    /// <summary>Makes the demo shop where there is none yet; true when the database holds it afterwards.</summary>
    /// <param name="services">The running host's services.</param>
    /// <param name="address">Where it listens.</param>
    /// <param name="ct">Cancellation.</param>
    public static async Task<bool> Seed(IServiceProvider services, Uri address, CancellationToken ct)
    {
        if (!IsAllowed(services.GetRequiredService<IHostEnvironment>(), services.GetRequiredService<IConfiguration>()))
            throw new InvalidOperationException("Demo data is refused in Production and where --empty was asked.");
        var channels = (await services.GetRequiredService<ICatalog>().GetSalesChannels(new GetSalesChannels(null), ct)).Value ?? [];
        var made = channels.FirstOrDefault(c => c.Name == Channel);
        if (made is null && channels.Count > 0) return false;
        var noted = JsonNode.Parse(made?.Metadata ?? "{}")!;
        var pictures = DemoPictures.Address(services.GetRequiredService<IConfiguration>(), address);
        var isComplete = (string?)noted["demo"] == "complete";
        if (isComplete && (string?)noted["pictures"] == pictures) return true;

        var keys = services.GetRequiredService<IApiKeys>();
        var publishable = (await keys.Ensure(new EnsureApiKey(PublishableKey, ApiKeyType.Publishable, "Demo storefront"), ct)).Value!;
        await keys.Ensure(new EnsureApiKey(SecretKey, ApiKeyType.Secret, "Demo staff"), ct);

        using var api = new DemoApi(address, SecretKey);
        var channel = await api.Ensure("/admin/sales-channels", "sales_channels", "sales_channel", "name",
            new JsonObject { ["name"] = Channel, ["description"] = "The web shop of the demo" }, ct);
        var channelId = (string)channel["id"]!;
        await DemoPictures.Move(api, pictures, ct);
        if (isComplete) return await Finish();
        await api.Post($"/admin/api-keys/{WireId.Encode("apk", publishable.Id)}/sales-channels", new JsonObject { ["add"] = new JsonArray(channelId) }, ct);

        await DemoPlaces.Seed(api, channelId, ct);
        await DemoProducts.Seed(api, channelId, pictures, ct);
        await DemoPromotions.Seed(api, ct);
        return await Finish();

        async Task<bool> Finish()
        {
            var note = new JsonObject { ["demo"] = "complete", ["pictures"] = pictures };
            await api.Post($"/admin/sales-channels/{channelId}", new JsonObject { ["metadata"] = note }, ct);
            return true;
        }
    }
}

/// <summary>The demo's products: our own file format, pictures with the address they are read at.</summary>
internal static class DemoProducts
{
    public static async Task Seed(DemoApi api, string channelId, string pictures, CancellationToken ct)
    {
        using var reader = new StreamReader(typeof(DemoProducts).Assembly.GetManifestResourceStream("HeadlessPro.Host.Demo.products.csv")!);
        var csv = (await reader.ReadToEndAsync(ct)).Replace("/demo/", $"{pictures}/demo/", StringComparison.Ordinal);
        await api.Import(csv, $"file_name=demo.csv&currency=zar&sales_channel_id={channelId}", ct);
    }
}

/// <summary>Two codes and one promotion that needs none.</summary>
internal static class DemoPromotions
{
    public static async Task Seed(DemoApi api, CancellationToken ct)
    {
        await Ensure(api, "WELCOME10", isAutomatic: false, "percentage", "items", 10, null, [], ct);
        await Ensure(api, "BRAAI100", isAutomatic: false, "fixed", "order", 100, "zar", [Spend(500)], ct);
        await Ensure(api, "FIVE-OFF-BIG-BASKETS", isAutomatic: true, "percentage", "order", 5, null, [Spend(2000), Rand()], ct);
    }

    private static JsonObject Spend(int rand) => Rule("item_total", "gte", rand.ToString());

    private static JsonObject Rand() => Rule("currency_code", "eq", "zar");

    private static JsonObject Rule(string attribute, string comparison, string value) =>
        new() { ["attribute"] = attribute, ["operator"] = comparison, ["values"] = new JsonArray(value) };

    private static Task Ensure(
        DemoApi api, string code, bool isAutomatic, string type, string target, int value, string? currency, JsonArray rules, CancellationToken ct)
    {
        var method = new JsonObject { ["type"] = type, ["target_type"] = target, ["value"] = value, ["allocation"] = "across" };
        if (currency is not null) method["currency_code"] = currency;
        return api.Ensure("/admin/promotions", "promotions", "promotion", "code", new JsonObject
        {
            ["code"] = code,
            ["type"] = "standard",
            ["is_automatic"] = isAutomatic,
            ["is_tax_inclusive"] = true,
            ["status"] = "active",
            ["application_method"] = method,
            ["rules"] = rules,
        }, ct);
    }
}
