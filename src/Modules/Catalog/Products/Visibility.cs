using Npgsql;

namespace HeadlessPro.Catalog;

/// <summary>
/// Which products <c>p</c> a shopper may see: published ones in one of the caller's sales channels that is not disabled. A caller without any
/// channel sees every published product.
/// </summary>
internal static class Visibility
{
    /// <summary>The condition. With channels it needs the parameters of <see cref="AddTo"/>.</summary>
    public static string Condition(IReadOnlyList<Guid> channels) => channels.Count == 0
        ? "p.deleted_at is null and p.status = 'published'"
        : """
          p.deleted_at is null and p.status = 'published' and exists (
              select 1 from catalog.product_channels pc
              where pc.product_id = p.id and pc.sales_channel_id = any (array(
                  select sc.id from catalog.sales_channels sc where sc.id = any (@channels) and not sc.is_disabled and sc.deleted_at is null)))
          """;

    public static void AddTo(NpgsqlParameterCollection parameters, IReadOnlyList<Guid> channels)
    {
        if (channels.Count > 0) parameters.AddWithValue("channels", channels.ToArray());
    }
}
