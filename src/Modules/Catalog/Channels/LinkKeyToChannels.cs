using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog.Channels;

/// <summary>Says which sales channels a publishable key sees. The key lives in Identity; that the channels exist is known here.</summary>
internal static class LinkKeyToChannels
{
    public static async Task<IResult> Handle(string id, Body<LinkIdsRequest> body, Db db, IApiKeys keys, CancellationToken ct)
    {
        var key = Checked.PathId("API key", "apk", id);
        var add = Checked.Ids("add", SalesChannelRow.Prefix, body.Value.Add);
        var remove = Checked.Ids("remove", SalesChannelRow.Prefix, body.Value.Remove);
        await using (var connection = await db.Open(ct)) await KnownChannels.MustExist(connection, add, ct);

        var linked = await keys.LinkChannels(new LinkKeyChannels(key, add, remove), ct);
        return linked.Try(out var found, out var error)
            ? Reply.Json(
                new ChannelKeyEnvelope(new ChannelKeyResponse(
                    id, found.Type == ApiKeyType.Secret ? "secret" : "publishable", found.Title,
                    found.SalesChannelIds.Select(c => new ChannelIdResponse(WireId.Encode(SalesChannelRow.Prefix, c))).ToList())),
                AdminJson.Default.ChannelKeyEnvelope)
            : Reply.Error(error);
    }
}

internal sealed record ChannelKeyEnvelope(ChannelKeyResponse ApiKey);

internal sealed record ChannelKeyResponse(string Id, string Type, string Title, IReadOnlyList<ChannelIdResponse> SalesChannels);

internal sealed record ChannelIdResponse(string Id);
