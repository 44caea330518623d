using System.Text.Json;
using System.Text.Json.Serialization;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Catalog;

/// <summary>Generated serializers of the admin routes' wire records.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, NumberHandling = JsonNumberHandling.Strict,
    Converters = [typeof(WireTimeConverter)])]
[JsonSerializable(typeof(LinkIdsRequest))]
[JsonSerializable(typeof(CreateSalesChannelRequest))]
[JsonSerializable(typeof(UpdateSalesChannelRequest))]
[JsonSerializable(typeof(SalesChannelEnvelope))]
[JsonSerializable(typeof(ChannelKeyEnvelope))]
[JsonSerializable(typeof(ChannelLocationEnvelope))]
internal sealed partial class AdminJson : JsonSerializerContext;

/// <summary>Ids to add to and remove from a relation.</summary>
internal sealed record LinkIdsRequest(IReadOnlyList<string>? Add = null, IReadOnlyList<string>? Remove = null);

/// <summary>JSON columns on their way to the wire.</summary>
internal static class JsonColumn
{
    public static JsonElement? Read(string? json) => json is null ? null : JsonElement.Parse(json);
}
