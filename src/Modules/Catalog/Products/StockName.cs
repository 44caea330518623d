namespace HeadlessPro.Catalog.Products;

/// <summary>What people who count stock see of a variant: <c>Mug - Blue</c>, or <c>Mug</c> alone where there is no choice.</summary>
internal static class StockName
{
    /// <summary>The title of a variant nobody gave one, and no option either.</summary>
    public const string NoTitle = "Default variant";

    /// <summary>How product files say that there is no choice: the value of the option «Title».</summary>
    public const string NoChoice = "Default Title";

    public static string Of(string product, string variant) => variant is "" or NoTitle or NoChoice ? product : $"{product} - {variant}";
}
