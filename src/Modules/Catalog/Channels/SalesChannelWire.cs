using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace HeadlessPro.Catalog.Channels;

/// <summary>A sales channel on the wire.</summary>
internal sealed record SalesChannelResponse(
    string Id, string Name, string? Description, bool IsDisabled, JsonElement? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    DateTimeOffset? DeletedAt);

internal sealed record SalesChannelEnvelope(SalesChannelResponse SalesChannel);

/// <summary>A row of <c>catalog.sales_channels</c>.</summary>
internal sealed record SalesChannelRow(
    Guid Id, string Name, string? Description, bool IsDisabled, string? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    DateTimeOffset? DeletedAt)
{
    public const string Prefix = "sc";
    public const string Columns = "c.id, c.name, c.description, c.is_disabled, c.metadata, c.created_at, c.updated_at, c.deleted_at";

    public SalesChannelResponse ToWire() => new(
        WireId.Encode(Prefix, Id), Name, Description, IsDisabled, JsonColumn.Read(Metadata), CreatedAt, UpdatedAt, DeletedAt);

    public IResult Reply() => Platform.Web.Reply.Json(new SalesChannelEnvelope(ToWire()), AdminJson.Default.SalesChannelEnvelope);
}

/// <summary>What several slices ask of sales channels.</summary>
internal static class KnownChannels
{
    /// <summary>Refuses channels that do not exist, naming them.</summary>
    public static async Task MustExist(NpgsqlConnection connection, Guid[] ids, CancellationToken ct)
    {
        var missing = (await connection.QueryAsync<Guid>(new CommandDefinition("""
            select wanted.id from unnest(@ids) as wanted (id)
            where not exists (select 1 from catalog.sales_channels c where c.id = wanted.id and c.deleted_at is null)
            """, new { ids }, cancellationToken: ct))).ToList();
        if (missing.Count > 0)
            throw new ErrorException(Error.Invalid(
                $"Sales channels with ids: {string.Join(", ", missing.Select(id => WireId.Encode(SalesChannelRow.Prefix, id)))} do not exist"));
    }
}
