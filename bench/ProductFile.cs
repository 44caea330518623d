using System.Globalization;
using System.Text;

namespace HeadlessPro.Bench;

/// <summary>A product file such as a clothing and household shop would have: 2 or 3 variants each, prices in two currencies, stock in every location.</summary>
internal static class ProductFile
{
    private static readonly string[] Makers = ["Karoo & Co", "Tafelberg", "Umoya", "Highveld Mills", "Ubuntu Studio", "Cape Forge", "Limpopo Craft", "Drift"];

    private static readonly string[] Styles =
        ["Classic", "Everyday", "Winter", "Summer", "Coastal", "Vintage", "Modern", "Relaxed", "Tailored", "Heritage", "Trail", "Market", "Sunday", "Studio", "Harbour", "Alpine"];

    private static readonly string[] Materials =
        ["Linen", "Cotton", "Merino", "Denim", "Leather", "Canvas", "Bamboo", "Oak", "Copper", "Ceramic", "Wool", "Silk", "Rattan", "Cork", "Steel", "Felt"];

    // Noun, category, name of the first option, its values.
    private static readonly (string Noun, string Category, string Option, string[] Values)[] Kinds =
    [
        ("Shirt", "Clothing > Shirts", "Size", ["S", "M", "L"]), ("Dress", "Clothing > Dresses", "Size", ["S", "M", "L"]),
        ("Jacket", "Clothing > Jackets", "Size", ["M", "L", "XL"]), ("Trousers", "Clothing > Trousers", "Size", ["30", "32", "34"]),
        ("Scarf", "Clothing > Accessories", "Length", ["Short", "Long", "Extra long"]), ("Belt", "Clothing > Accessories", "Size", ["85", "95", "105"]),
        ("Boots", "Shoes > Boots", "Size", ["40", "42", "44"]), ("Sneakers", "Shoes > Sneakers", "Size", ["39", "41", "43"]),
        ("Bag", "Bags > Shoulder", "Size", ["Small", "Medium", "Large"]), ("Backpack", "Bags > Backpacks", "Volume", ["12 l", "18 l", "26 l"]),
        ("Mug", "Kitchen > Cups", "Pack", ["One", "Two", "Six"]), ("Bowl", "Kitchen > Bowls", "Size", ["Small", "Medium", "Large"]),
        ("Pan", "Kitchen > Pans", "Diameter", ["20 cm", "24 cm", "28 cm"]), ("Cushion", "Home > Textiles", "Size", ["40", "50", "60"]),
        ("Blanket", "Home > Textiles", "Size", ["Single", "Double", "King"]), ("Lamp", "Home > Lamps", "Height", ["30 cm", "45 cm", "150 cm"]),
        ("Basket", "Home > Storage", "Size", ["Small", "Medium", "Large"]), ("Notebook", "Paper > Notebooks", "Format", ["A6", "A5", "A4"]),
    ];

    private static readonly string[] Colours = ["Sand", "Indigo", "Ochre", "Charcoal", "Olive", "Ivory", "Rust", "Sky"];

    private static readonly string[] Tags = ["bestseller", "new", "handmade", "organic", "gift", "outlet", "local", "recycled", "limited", "vegan"];

    /// <summary>Writes the file and answers how many variants it has.</summary>
    public static int Write(string path, int products, int seed, IReadOnlyList<string> locations)
    {
        var random = new Random(seed);
        using var file = new StreamWriter(path, append: false, new UTF8Encoding(false), 1 << 20) { NewLine = "\n" };
        file.Write("Handle,Title,Subtitle,Body (HTML),Vendor,Type,Tags,Status,Collection,Category,Option1 Name,Option1 Value,Option2 Name,Option2 Value,"
            + "Variant SKU,Variant Grams,Variant Inventory Policy,Variant Price,Price / USD,Image Src,Image Position,Material,Origin Country");
        foreach (var location in locations) file.Write($",\"Stock / {location}\"");
        file.WriteLine();

        var variants = 0;
        for (var product = 1; product <= products; product++)
        {
            var kind = Pick(random, Kinds);
            var (style, material, maker, colour) = (Pick(random, Styles), Pick(random, Materials), Pick(random, Makers), Pick(random, Colours));
            var cents = random.Next(50, 2500) * 100;
            var count = random.Next(2, 4);
            for (var variant = 0; variant < count; variant++, variants++)
            {
                file.Write($"bench-{seed}-{product}");
                file.Write(variant > 0 ? ",,,,,,,,,"
                    : $",{style} {material} {kind.Noun} {product},{maker},\"<p>A {style.ToLowerInvariant()} {kind.Noun.ToLowerInvariant()} of {material.ToLowerInvariant()} in {colour.ToLowerInvariant()}, made by {maker}. Number {product} of the range.</p>\","
                        + $"{maker},{kind.Noun},\"{Pick(random, Tags)}, {material.ToLowerInvariant()}\",active,{style} Collection,{kind.Category}");
                file.Write($",{kind.Option},{kind.Values[variant]},Colour,{colour},B{seed}-{product}-{variant + 1},{random.Next(1, 40) * 50},deny,");
                file.Write(string.Create(CultureInfo.InvariantCulture, $"{(cents + variant * 2000) / 100m:0.00},{(cents + variant * 2000) / 1800m:0.00}"));
                file.Write(variant > 0 ? ",,,," : $",/demo/{kind.Noun.ToLowerInvariant()}-{colour.ToLowerInvariant()}.svg,1,{material},za");
                for (var i = 0; i < locations.Count; i++) file.Write($",{(i == 0 ? random.Next(200, 1000) : random.Next(0, 100))}");
                file.WriteLine();
            }
        }

        return variants;
    }

    private static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];
}
