namespace HeadlessPro.Inventory;

/// <summary>Prefixes of ids on the wire.</summary>
internal static class InventoryWire
{
    public const string Item = "iitem";
    public const string Level = "ilev";
    public const string Location = "sloc";
    public const string Address = "laddr";
    public const string Reservation = "resitem";
}
