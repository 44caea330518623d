using Dapper;
using HeadlessPro.Catalog.Products;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace HeadlessPro.Catalog.PriceLists;

/// <summary>What all writers of list prices do: check a price, check what it names, write it, name the products it touches.</summary>
internal static class ListPrices
{
    public static PriceDraft New(ListPriceRequest request, Guid list, string path)
    {
        var currency = Checked.Currency(Checked.At(path, "currency_code"), request.CurrencyCode);
        var (min, max) = ApplyVariants.Quantities(request.MinQuantity, request.MaxQuantity, path);
        return new PriceDraft
        {
            Id = WireId.New(),
            PriceListId = list,
            VariantId = Checked.Id(Checked.At(path, "variant_id"), "variant", request.VariantId),
            CurrencyCode = currency,
            Amount = Checked.Amount(Checked.At(path, "amount"), request.Amount, currency),
            RegionId = ApplyVariants.Region(request.Rules, path),
            MinQuantity = min,
            MaxQuantity = max,
        };
    }

    /// <summary>Changes a price that is there.</summary>
    public static void Apply(ListPriceChangeRequest request, PriceDraft price, string path)
    {
        if (request.VariantId is { } variant && Checked.Id(Checked.At(path, "variant_id"), "variant", variant) != price.VariantId)
            throw CatalogErrors.Invalid($"Invalid request: Field '{Checked.At(path, "variant_id")}' differs from the price's variant: delete the price and create another");
        if (request.CurrencyCode is { } code)
        {
            var currency = Checked.Currency(Checked.At(path, "currency_code"), code);
            if (currency != price.CurrencyCode && request.Amount is null) throw CatalogErrors.Invalid($"Invalid request: Field '{Checked.At(path, "amount")}' is required with a new currency_code");
            price.CurrencyCode = currency;
        }

        if (request.Amount is { } amount) price.Amount = Checked.Amount(Checked.At(path, "amount"), amount, price.CurrencyCode);
        if (request.Rules.IsSet) price.RegionId = ApplyVariants.Region(request.Rules.Value, path);
        (price.MinQuantity, price.MaxQuantity) = ApplyVariants.Quantities(request.MinQuantity.Or(price.MinQuantity), request.MaxQuantity.Or(price.MaxQuantity), path);
    }

    /// <summary>Refuses prices that are there twice in the request, and regions that do not exist.</summary>
    public static Task MustName(IReadOnlyList<PriceDraft> prices, IEnumerable<Guid?> moreRegions, CheckReferences references, CancellationToken ct)
    {
        var seen = new HashSet<(Guid, string, Guid?, int?, int?)>();
        foreach (var price in prices)
            if (!seen.Add((price.VariantId, price.CurrencyCode, price.RegionId, price.MinQuantity, price.MaxQuantity)))
                throw CatalogErrors.Invalid(
                    $"Invalid request: Field 'prices' has two prices of variant '{WireId.Encode("variant", price.VariantId)}' with the same currency_code, region_id and quantities");
        return references.RegionsMustExist(prices.Select(p => p.RegionId).Concat(moreRegions), ct);
    }

    /// <summary>Writes prices, refuses variants that do not exist, and answers the products the prices are of.</summary>
    public static async Task<Guid[]> Write(Transaction tx, IReadOnlyList<PriceDraft> prices, CancellationToken ct)
    {
        if (prices.Count == 0) return [];
        var ids = prices.Select(p => p.VariantId).Distinct().ToArray();
        var variants = (await tx.Connection.QueryAsync<(Guid Id, Guid Product)>(new CommandDefinition(
            "select id, product_id from catalog.variants where id = any (@ids) and deleted_at is null order by id for share",
            new { ids }, tx.Inner, cancellationToken: ct))).AsList();
        var missing = ids.Except(variants.Select(v => v.Id)).Select(id => WireId.Encode("variant", id)).ToList();
        if (missing.Count > 0) throw new ErrorException(Error.Invalid($"Variants with ids: {string.Join(", ", missing)} do not exist"));
        await using var batch = tx.Batch();
        WriteDrafts.Rows(batch, WriteDrafts.UpsertPrices, prices, DraftJson.Default.IEnumerablePriceDraft);
        await batch.ExecuteNonQueryAsync(ct);
        return variants.Select(v => v.Product).Distinct().ToArray();
    }

    public static async Task<Guid[]> ProductsOf(Transaction tx, Guid list, CancellationToken ct) =>
        (await tx.Connection.QueryAsync<Guid>(new CommandDefinition(
            "select distinct v.product_id from catalog.prices c join catalog.variants v on v.id = c.variant_id where c.price_list_id = @list",
            new { list }, tx.Inner, cancellationToken: ct))).ToArray();

    /// <summary>Answers a refused unique index in the words of the wire.</summary>
    public static async Task<IResult> Refusing(Func<Task<IResult>> write)
    {
        try
        {
            return await write();
        }
        catch (PostgresException e) when (CatalogErrors.Duplicate(e) is { } duplicate)
        {
            return Reply.Error(duplicate);
        }
    }
}
