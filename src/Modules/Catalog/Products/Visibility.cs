using HeadlessPro.Platform.Web;
using Npgsql;

namespace HeadlessPro.Catalog;

/// <summary>
/// Which products <c>p</c> a shopper may see: published ones in one of the caller's sales channels that is not disabled. A caller without any
/// channel sees every published product.
/// </summary>
internal static class Visibility
{
    private const string Published = "p.deleted_at is null and p.status = 'published'";

    /// <summary>The condition. With channels it needs the parameters of <see cref="AddTo"/>.</summary>
    public static string Condition(IReadOnlyList<Guid> channels) => channels.Count == 0 ? Published : $"{Published} and {InChannels("@channels")}";

    /// <summary>Products in one of these channels that is not disabled.</summary>
    public static string InChannels(string channels) => $"""
        exists (
            select 1 from catalog.product_channels pc
            where pc.product_id = p.id and pc.sales_channel_id = any (array(
                select sc.id from catalog.sales_channels sc where sc.id = any ({channels}) and not sc.is_disabled and sc.deleted_at is null)))
        """;

    /// <summary>A list of what the caller may see, and of which <paramref name="always"/> holds.</summary>
    public static ListFilter Filter(IReadOnlyList<Guid> channels, string always = "true") => channels.Count == 0
        ? new($"{always} and {Published}")
        : new($"{always} and {Published} and {InChannels("@value")}", channels.ToArray());

    public static void AddTo(NpgsqlParameterCollection parameters, IReadOnlyList<Guid> channels)
    {
        if (channels.Count > 0) parameters.AddWithValue("channels", channels.ToArray());
    }
}
