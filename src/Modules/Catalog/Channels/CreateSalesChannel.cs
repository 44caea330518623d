using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog.Channels;

/// <summary>Opens a sales channel. It shows nothing until products are put into it.</summary>
internal sealed record CreateSalesChannelRequest(string Name, string? Description = null, bool IsDisabled = false, JsonElement? Metadata = null);

internal static class CreateSalesChannel
{
    public static async Task<IResult> Handle(Body<CreateSalesChannelRequest> body, Db db, CancellationToken ct)
    {
        var request = body.Value;
        await using var tx = await db.Begin(ct);
        var row = await tx.Connection.QuerySingleAsync<SalesChannelRow>(new CommandDefinition($"""
            insert into catalog.sales_channels as c (id, name, description, is_disabled, metadata)
            values (@id, @name, @description, @IsDisabled, @metadata::jsonb) returning {SalesChannelRow.Columns}
            """,
            new
            {
                id = WireId.New(),
                name = Checked.Required("name", request.Name),
                description = Checked.Text("description", request.Description, Longest.Description),
                request.IsDisabled,
                metadata = Checked.Metadata("metadata", request.Metadata),
            }, tx.Inner, cancellationToken: ct));
        await tx.Commit(ct);
        return row.Reply();
    }
}
