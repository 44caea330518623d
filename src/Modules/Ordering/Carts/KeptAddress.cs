using HeadlessPro.Platform.Security;

namespace HeadlessPro.Ordering.Carts;

/// <summary>
/// An address as carts and orders keep it: what taxes and rules go by, for everybody who may read the table, and the whole of it under the key ring.
/// </summary>
/// <param name="Id">Its own.</param>
/// <param name="CountryCode">Two small letters.</param>
/// <param name="Province">As it was sent.</param>
/// <param name="Sealed">A <see cref="CartAddress"/>; null where there is no more to it, or no longer.</param>
internal sealed record KeptAddress(Guid Id, string? CountryCode, string? Province, string? Sealed);

internal static class KeptAddresses
{
    private static readonly CartAddress s_empty = new(Guid.Empty);

    public static KeptAddress? Close(this PersonalSeal seal, CartAddress? address)
    {
        if (address is null or { Kept: not null }) return address?.Kept;
        var isOnlyPlace = address with { Id = Guid.Empty, CountryCode = null, Province = null } == s_empty;
        return new(address.Id, address.CountryCode, address.Province, isOnlyPlace ? null : seal.Close(address, CartColumnsJson.Default.CartAddress));
    }

    public static CartAddress? Open(this PersonalSeal seal, KeptAddress? kept) => kept switch
    {
        null => null,
        { Sealed: null } => new CartAddress(kept.Id, CountryCode: kept.CountryCode, Province: kept.Province) { Kept = kept },
        { Sealed: { } text } => seal.Open(text, CartColumnsJson.Default.CartAddress) with { Id = kept.Id, Kept = kept },
    };
}
