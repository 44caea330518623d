using System.Reflection;
using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace HeadlessPro.Ordering.Carts;

/// <summary>POST /store/carts/{id}/shipping-methods: one option, or an array of them. A method replaces the one of the same shipping profile.</summary>
internal sealed record AddShippingMethodRequest(string OptionId, Dictionary<string, JsonElement>? Data = null);

internal static class AddShippingMethods
{
    public static async Task<IResult> Handle(
        string id, OneOrManyMethods body, ApiQuery query, Caller caller, CartChange change, CartAnswers answers, CancellationToken ct)
    {
        var fields = CartFields.Of(query);
        return await answers.Send(await change.Run(id, cart => Decide(cart, body.Methods), ct), caller, fields, ct);
    }

    private static Result<CartState> Decide(CartState cart, IReadOnlyList<AddShippingMethodRequest> methods)
    {
        var news = new List<CartShippingMethod>();
        foreach (var method in methods)
        {
            if (CartRules.Text(method.OptionId, "option_id") is { } problem) return problem;
            if (!WireId.TryDecode("so", method.OptionId, out var option)) return CartErrors.ShippingUnfit([method.OptionId]);
            var data = CartRules.Json(method.Data, "data");
            if (data.Error is not null) return data.Error;
            // Name and profile follow from the option's quote, when the cart is priced.
            news.Add(new CartShippingMethod(WireId.New(), option, Guid.Empty, "", data.Value, default));
        }

        var chosen = news.Select(m => m.OptionId).ToHashSet();
        return cart with { ShippingMethods = [.. cart.ShippingMethods.Where(m => !chosen.Contains(m.OptionId)), .. news.DistinctBy(m => m.OptionId)] };
    }
}

/// <summary>The body in either of its two shapes.</summary>
internal sealed class OneOrManyMethods(IReadOnlyList<AddShippingMethodRequest> methods) : IEndpointParameterMetadataProvider
{
    private const int MaxMethods = 20;

    public IReadOnlyList<AddShippingMethodRequest> Methods { get; } = methods;

    public static async ValueTask<OneOrManyMethods?> BindAsync(HttpContext http, ParameterInfo _)
    {
        var bytes = await RequestBody.Read(http);
        var start = bytes.Span.TrimStart(" \t\r\n"u8);
        if (start.Length == 0 || start[0] != (byte)'[') return new OneOrManyMethods([Body<AddShippingMethodRequest>.Parse(bytes, http)]);
        var many = Body<List<AddShippingMethodRequest>>.Parse(bytes, http);
        return many.Count is > 0 and <= MaxMethods ? new OneOrManyMethods(many)
            : throw new ErrorException(Error.Invalid($"Invalid request: Expected 1 to {MaxMethods} shipping methods, got: {many.Count}"));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(AddShippingMethodRequest)));
}
