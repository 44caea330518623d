using System.Text.Json;
using System.Text.Json.Serialization;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Customers;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Identity;

/// <summary>Prefixes of people's ids on the wire.</summary>
internal static class PeopleWire
{
    public const string Identity = "authid";
    public const string Customer = "cus";
    public const string Address = "cuaddr";
    public const string User = "user";
    public const string Session = "ses";

    public const string App = "app";

    public static string PrefixOf(string actorType) => actorType switch { ActorTypes.User => User, ActorTypes.App => App, _ => Customer };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, NumberHandling = JsonNumberHandling.Strict,
    Converters = [typeof(WireTimeConverter)])]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(TokenResponse))]
[JsonSerializable(typeof(SignInProvidersResponse))]
[JsonSerializable(typeof(SignedInEnvelope))]
[JsonSerializable(typeof(SignOutResponse))]
[JsonSerializable(typeof(SessionsResponse))]
[JsonSerializable(typeof(KeySetResponse))]
[JsonSerializable(typeof(CreateCustomerRequest))]
[JsonSerializable(typeof(UpdateCustomerRequest))]
[JsonSerializable(typeof(AdminCreateCustomerRequest))]
[JsonSerializable(typeof(ImportCustomersRequest))]
[JsonSerializable(typeof(ImportCustomersResponse))]
[JsonSerializable(typeof(ChangePasswordRequest))]
[JsonSerializable(typeof(CustomerAddressRequest))]
[JsonSerializable(typeof(CustomerResponse))]
[JsonSerializable(typeof(CustomerAddressResponse))]
[JsonSerializable(typeof(CustomerEnvelope))]
[JsonSerializable(typeof(CustomerAddressDeleted))]
internal sealed partial class PeopleJson : JsonSerializerContext;
