using System.Text.Json.Serialization;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Ordering.Carts;

/// <summary>The body of taking a cart along at sign-in: nothing, or <c>{}</c>.</summary>
internal sealed record TransferCartRequest;

/// <summary>The cart, and what of the customer's other cart did not come along; absent when nothing was left.</summary>
internal sealed record TransferredCartEnvelope(
    CartResponse Cart, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<NotMergedResponse>? NotMerged);

/// <summary>Pieces that did not come along: <c>insufficient_inventory</c>, <c>item_unavailable</c> or <c>cart_full</c>.</summary>
internal sealed record NotMergedResponse(string VariantId, string Title, long Quantity, string Reason);

/// <summary>
/// POST /store/carts/{id}/customer: a cart becomes that of whoever has signed in, together with what they had in their cart before. Repeated it
/// changes nothing more; a cart of another customer is refused.
/// </summary>
internal sealed class TransferCart(ICustomers customers, MergeCarts merge, CartChange change, CartAnswers answers)
{
    public static Task<IResult> Handle(
        string id, Body<TransferCartRequest> body, ApiQuery query, Caller caller, TransferCart transfer, CancellationToken ct) =>
        transfer.Run(id, CartFields.Of(query), caller, ct);

    private async Task<IResult> Run(string id, Fields fields, Caller caller, CancellationToken ct)
    {
        if (!(await CartCustomers.Find(caller, customers, ct)).Try(out var found, out var error)) return Reply.Error(error);
        if (found is not [var customer]) return Reply.Error(Error.Unauthorized());

        IReadOnlyList<LineLeft> left = [];
        var changed = await change.Run(id, async (cart, token) =>
        {
            if (!(await merge.Decide(cart, customer, token)).Try(out var merged, out var refused)) return refused;
            left = merged.Left;
            return merged.Decision;
        }, ct);
        if (left.Count == 0) return await answers.Send(changed, caller, fields, ct);
        return changed.Try(out var view, out error) && (await answers.ToWire(view, caller, fields, ct)).Try(out var wire, out error)
            ? Answer(wire, left, fields)
            : Reply.Error(error!);
    }

    private static IResult Answer(CartResponse cart, IReadOnlyList<LineLeft> left, Fields fields) => Reply.Written(writer =>
    {
        writer.WriteStartObject();
        writer.WritePropertyName("cart");
        JsonBody.WriteSelected(writer, cart, CartsJson.Default.CartResponse, fields);
        writer.WriteStartArray("not_merged");
        foreach (var (line, quantity, reason) in left)
            System.Text.Json.JsonSerializer.Serialize(
                writer, new NotMergedResponse(WireId.Encode("variant", line.VariantId), line.Snapshot.Label, quantity, reason), CartsJson.Default.NotMergedResponse);
        writer.WriteEndArray();
        writer.WriteEndObject();
    });
}

/// <summary>Who a cart's caller is.</summary>
internal static class CartCustomers
{
    /// <summary>Refuses what only a cart's customer does with it; of a guest's cart anybody does.</summary>
    /// <param name="cart">The cart.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="to">What they want, for the message: <c>pay for it</c>.</param>
    public static Error? RefuseOthers(CartState cart, Caller caller, string to) =>
        cart.CustomerId is null || cart.CustomerId == caller.CustomerId ? null
        : caller.CustomerId is null ? Error.Unauthorized($"The cart belongs to a customer: sign in to {to}")
        : CartErrors.OfAnotherCustomer(WireId.Encode("cart", cart.Id));

    /// <summary>A list of one: the customer who is signed in; empty for a guest.</summary>
    public static Task<Result<IReadOnlyList<CustomerInfo>>> Find(Caller caller, ICustomers customers, CancellationToken ct) => caller.CustomerId is { } id
        ? customers.GetCustomers(new GetCustomers([id]), ct)
        : Task.FromResult<Result<IReadOnlyList<CustomerInfo>>>(Array.Empty<CustomerInfo>());
}
