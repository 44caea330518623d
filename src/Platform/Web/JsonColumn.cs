using System.Text.Json;

namespace HeadlessPro.Platform.Web;

/// <summary>JSON columns on their way to the wire.</summary>
public static class JsonColumn
{
    /// <summary>The text of a <c>jsonb</c> column as JSON; null stays null.</summary>
    public static JsonElement? Read(string? json) => json is null ? null : JsonElement.Parse(json);
}
