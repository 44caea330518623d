using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Fulfillment;

/// <summary>What can go wrong here.</summary>
internal static class FulfillmentErrors
{
    public static ErrorException NotFound(string what, string id) => new(Error.NotFound($"{what} with id: {Short(id)} was not found"));

    public static ErrorException UnknownReference(string field, string id) =>
        new(Error.Invalid($"Invalid request: Value for field '{field}' does not exist, got: '{Short(id)}'"));

    public static ErrorException Duplicate(string what, string name) => new(Error.Duplicate($"{what} with name: {name}, already exists."));

    public static ErrorException InUse(string what, string id) =>
        new(Error.NotAllowed($"Cannot delete {what} {id}: shipping options use it"));

    public static ErrorException Invalid(string message) => new(Error.Invalid("Invalid request: " + message));

    private static string Short(string text) => text.Length > 80 ? text[..80] : text;
}
