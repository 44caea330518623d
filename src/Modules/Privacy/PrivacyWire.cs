using System.Text.Json.Serialization;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;
using HeadlessPro.Privacy.Consents;
using HeadlessPro.Privacy.Erasures;
using HeadlessPro.Privacy.Exports;

namespace HeadlessPro.Privacy;

/// <summary>Prefixes of ids on the wire.</summary>
internal static class PrivacyIds
{
    public const string Customer = "cus";
    public const string Export = "dexp";
    public const string Erasure = "eras";
}

/// <summary>Refusals that several routes share.</summary>
internal static class PrivacyErrors
{
    public static Error NoCustomer(string id) => Error.NotFound($"Customer with id: {id} was not found");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, Converters = [typeof(WireTimeConverter)])]
[JsonSerializable(typeof(Guid))]
[JsonSerializable(typeof(RequestDataExportRequest))]
[JsonSerializable(typeof(HandOutArchiveRequest))]
[JsonSerializable(typeof(DataExportEnvelope))]
[JsonSerializable(typeof(DataExportsResponse))]
[JsonSerializable(typeof(ArchiveManifest))]
[JsonSerializable(typeof(RequestErasureRequest))]
[JsonSerializable(typeof(RequestErasureOfRequest))]
[JsonSerializable(typeof(ErasureEnvelope))]
[JsonSerializable(typeof(ErasureCertificate))]
[JsonSerializable(typeof(Subject))]
[JsonSerializable(typeof(List<KeptKind>))]
[JsonSerializable(typeof(GiveConsentRequest))]
[JsonSerializable(typeof(CustomerConsentsResponse))]
internal sealed partial class PrivacyJson : JsonSerializerContext;
