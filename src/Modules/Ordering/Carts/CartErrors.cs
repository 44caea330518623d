using HeadlessPro.Contracts;

namespace HeadlessPro.Ordering.Carts;

/// <summary>What can be wrong with a cart, one line each.</summary>
internal static class CartErrors
{
    public static Error NotFound(string id) => Error.NotFound($"Cart with id '{id}' not found");

    public static Error IdNotFound(string id) => Error.NotFound($"Cart id not found: {id}");

    public static Error Completed(string id) => Error.Invalid($"Cart {id} is already completed.");

    public static Error BeingCompleted(string id) => Error.Conflict($"Cart {id} is being completed");

    public static Error OfAnotherCustomer(string id) => Error.NotAllowed($"Cart {id} belongs to another customer", "cart_of_another_customer");

    public static Error Busy(string id) => Error.Conflict($"Cart {id} is being changed by many requests at once; try again");

    public static Error UnknownVariants(IEnumerable<string> ids) =>
        Error.Invalid($"Variants {string.Join(", ", ids)} do not exist or belong to a product that is not published");

    public static Error NoPrice(IEnumerable<string> ids) => Error.Invalid($"Variants with IDs {string.Join(", ", ids)} do not have a price");

    public static Error InsufficientInventory => Error.NotAllowed("Some variant does not have the required inventory", "insufficient_inventory");

    public static Error LineNotFound(string id, string cart) => Error.NotFound($"Line item with id: {id} was not found in cart {cart}");

    public static Error TooManyLines => Error.NotAllowed($"A cart holds at most {CartRules.MaxLines} lines", "too_many_lines");

    public static Error RegionNotFound(string id) => Error.NotFound($"Region with id: {id} was not found");

    public static Error RegionGone(string cart) =>
        Error.NotAllowed($"The region of cart {cart} no longer exists; choose another with POST /store/carts/{cart} {{region_id}}", "region_gone");

    public static Error ShippingUnfit(IEnumerable<string> ids) =>
        Error.Invalid($"Shipping options {string.Join(", ", ids)} do not exist or do not fit the cart");

    public static Error CountryOutside(string country, string region) => Error.Invalid($"Country with code {country} is not within region {region}");
}
