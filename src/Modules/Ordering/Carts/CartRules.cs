namespace HeadlessPro.Ordering.Carts;

/// <summary>Bounds of a cart.</summary>
internal static class CartRules
{
    public const int MaxLines = 500;
    public const long MaxQuantity = 1_000_000;
}
