using System.Text.Json;
using System.Text.Json.Serialization;
using HeadlessPro.Catalog.Products;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Catalog.PriceLists;

/// <summary>Prices for a time or for some customers: a <c>sale</c> is shown beside the original price, an <c>override</c> takes its place.</summary>
internal sealed record CreatePriceListRequest(
    string Title, string? Description = null, string Type = "sale", string Status = "draft", DateTimeOffset? StartsAt = null,
    DateTimeOffset? EndsAt = null, IReadOnlyDictionary<string, IReadOnlyList<string>>? Rules = null, IReadOnlyList<ListPriceRequest>? Prices = null);

internal sealed record UpdatePriceListRequest(
    Optional<string> Title = default, Optional<string?> Description = default, Optional<string> Type = default, Optional<string> Status = default,
    Optional<DateTimeOffset?> StartsAt = default, Optional<DateTimeOffset?> EndsAt = default,
    IReadOnlyDictionary<string, IReadOnlyList<string>>? Rules = null);

/// <summary>A price of a variant in the list, in major units.</summary>
internal sealed record ListPriceRequest(
    string VariantId, decimal Amount, string CurrencyCode, int? MinQuantity = null, int? MaxQuantity = null, PriceRulesRequest? Rules = null);

/// <summary>Changes to a price of the list. It stays with its variant.</summary>
internal sealed record ListPriceChangeRequest(
    string Id, string? VariantId = null, decimal? Amount = null, string? CurrencyCode = null, Optional<int?> MinQuantity = default,
    Optional<int?> MaxQuantity = default, Optional<PriceRulesRequest?> Rules = default);

internal sealed record BatchListPricesRequest(
    IReadOnlyList<ListPriceRequest>? Create = null, IReadOnlyList<ListPriceChangeRequest>? Update = null, IReadOnlyList<string>? Delete = null);

internal sealed record PriceListResponse(
    string Id, string Title, string Description, string Type, string Status, DateTimeOffset? StartsAt, DateTimeOffset? EndsAt, JsonElement? Rules,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AdminPriceResponse>? Prices { get; set; }
}

internal sealed record PriceListEnvelope(PriceListResponse PriceList);

internal sealed record BatchListPricesResponse(
    IReadOnlyList<AdminPriceResponse> Created, IReadOnlyList<AdminPriceResponse> Updated, BatchDeletedResponse Deleted);

/// <summary>A row of <c>catalog.price_lists</c>.</summary>
internal sealed record PriceListRow(
    Guid Id, string Title, string Description, string Type, string Status, DateTimeOffset? StartsAt, DateTimeOffset? EndsAt, string Rules,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt)
{
    public const string What = "Price list";
    public const string Prefix = "plist";

    public const string Columns =
        "l.id, l.title, l.description, l.type, l.status, l.starts_at, l.ends_at, l.rules, l.created_at, l.updated_at, l.deleted_at";

    public static Guid Key(string id) => Checked.PathId(What, Prefix, id);

    public PriceListResponse ToWire() => new(
        WireId.Encode(Prefix, Id), Title, Description, Type, Status, StartsAt, EndsAt, JsonColumn.Read(Rules), CreatedAt, UpdatedAt, DeletedAt);
}
