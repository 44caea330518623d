using System.Text.Json.Serialization;
using HeadlessPro.Ordering.Orders.Transfers;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Ordering.Orders;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, NumberHandling = JsonNumberHandling.Strict,
    Converters = [typeof(WireTimeConverter)])]
[JsonSerializable(typeof(CancelOrderRequest))]
[JsonSerializable(typeof(EditOrderRequest))]
[JsonSerializable(typeof(OrderByPaymentEnvelope))]
[JsonSerializable(typeof(RequestOrderTransferRequest))]
[JsonSerializable(typeof(OrderTransferTokenRequest))]
[JsonSerializable(typeof(CancelOrderTransferRequest))]
internal sealed partial class OrdersJson : JsonSerializerContext;
