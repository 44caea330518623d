using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Platform.Events;

namespace HeadlessPro.Modules.Tests.Catalog;

/// <summary>A shop with a region (zar, prices include 15 % tax) that reads its catalogue through HTTP.</summary>
public class StoreShop : HpApp
{
    private string? _region;

    internal Shop Shop => new(this);

    /// <summary>Wire id of the region.</summary>
    public async Task<string> Region()
    {
        if (_region is not null) return _region;
        var region = await Admin.PostJson("/admin/regions", new { name = "South Africa", currency_code = "zar", countries = new[] { "za" }, is_tax_inclusive = true });
        var taxes = Guid.CreateVersion7();
        await Shop.Run("""
            insert into pricing.tax_regions (id, country_code) values (@taxes, 'za');
            insert into pricing.tax_rates (id, tax_region_id, rate, code, name, is_default, is_combinable) values (@taxes, @taxes, 15, 'VAT15', 'VAT', true, false)
            """, ("taxes", taxes));
        LocalSignals.Raise("pricing.changed");
        return _region = (string)region["region"]!["id"]!;
    }

    /// <summary>Says that the catalogue changed, as the writing side does with every commit.</summary>
    public static void Changed() => LocalSignals.Raise(CatalogChanged.Name);
}
