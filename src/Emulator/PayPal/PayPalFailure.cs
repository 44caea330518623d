using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.PayPal;

/// <summary>An error as PayPal words it: <c>{name, message, debug_id, details: [{issue, description, field}], links}</c>.</summary>
internal sealed class PayPalFailure(int status, string name, string message, string? issue = null, string? description = null) : Exception(message)
{
    public int Status => status;

    public string? Field { get; init; }

    /// <summary>Where the payer can do something about it.</summary>
    public string? Redirect { get; init; }

    public static PayPalFailure Unprocessable(string issue, string description, string? field = null) => new(422, "UNPROCESSABLE_ENTITY",
        "The requested action could not be performed, semantically incorrect, or failed business validation.", issue, description)
    {
        Field = field,
    };

    public static PayPalFailure Invalid(string issue, string description, string? field = null) => new(400, "INVALID_REQUEST",
        "Request is not well-formed, syntactically incorrect, or violates schema.", issue, description)
    {
        Field = field,
    };

    public static PayPalFailure Missing(string field) => Invalid("MISSING_REQUIRED_PARAMETER", "A required field / parameter is missing.", field);

    public static PayPalFailure NotFound() => new(404, "RESOURCE_NOT_FOUND", "The specified resource does not exist.", "INVALID_RESOURCE_ID",
        "Specified resource ID does not exist. Please check the resource ID and try again.");

    public JsonObject ToJson(string debugId)
    {
        var details = new JsonArray();
        if (issue is not null)
        {
            var detail = new JsonObject { ["issue"] = issue, ["description"] = description };
            if (Field is not null) (detail["field"], detail["location"]) = (Field, "body");
            details.Add((JsonNode)detail);
        }

        var links = new JsonArray(PayPalJson.Link("https://developer.paypal.com/api/rest/reference/orders/v2/errors/#" + (issue ?? name), "information_link", "GET"));
        if (Redirect is not null) links.Add((JsonNode)PayPalJson.Link(Redirect, "redirect", "GET"));
        return new JsonObject { ["name"] = name, ["details"] = details, ["message"] = Message, ["debug_id"] = debugId, ["links"] = links };
    }
}
