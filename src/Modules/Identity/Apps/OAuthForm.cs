using System.Text;
using System.Text.Unicode;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace HeadlessPro.Identity.Apps;

/// <summary>Parameters of OAuth: form-encoded (or a query), each at most once, an empty one as if it were not there (RFC 6749, 3.1 and 3.2).</summary>
internal sealed class OAuthForm
{
    public const string ContentType = "application/x-www-form-urlencoded";

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    private OAuthForm(IEnumerable<KeyValuePair<string, StringValues>> values)
    {
        foreach (var (name, given) in values)
        {
            if (given.Count > 1) throw new OAuthRefusal("invalid_request", $"Parameter '{Shown(name)}' was sent more than once");
            var value = given.ToString();
            if (value.Contains('\0', StringComparison.Ordinal) || name.Contains('\0', StringComparison.Ordinal)) throw new OAuthRefusal("invalid_request", "A parameter contains a null character");
            if (CardNumbers.AreIn(name)) throw CardNumbers.Refused("The name of a field");
            if (CardNumbers.AreIn(value)) throw CardNumbers.Refused($"Field '{name}'");
            if (value.Length > 0) _values[name] = value;
        }
    }

    public string? this[string name] => _values.GetValueOrDefault(name);

    public IEnumerable<KeyValuePair<string, string?>> All => _values.Select(v => KeyValuePair.Create(v.Key, (string?)v.Value));

    public string Required(string name) => this[name] ?? throw new OAuthRefusal("invalid_request", $"Parameter '{name}' is missing");

    public static OAuthForm OfQuery(HttpContext http) => new(http.Request.Query);

    public static async Task<OAuthForm> Read(HttpContext http)
    {
        if (http.Request.ContentType?.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase) != true) throw new OAuthRefusal("invalid_request", $"The body must be {ContentType}");
        var bytes = await RequestBody.ReadBytes(http);
        if (!Utf8.IsValid(bytes.Span)) throw new OAuthRefusal("invalid_request", "The body is not valid UTF-8");
        return new OAuthForm(QueryHelpers.ParseQuery(Encoding.UTF8.GetString(bytes.Span)));
    }

    private static string Shown(string name) => name.Length > 40 ? name[..40] : name;
}

/// <summary>Ends a request of a program to <c>/oauth</c>: a code of RFC 6749 and a sentence.</summary>
internal sealed class OAuthRefusal(string code, string description, int status = StatusCodes.Status400BadRequest) : Exception(description)
{
    public string Code { get; } = code;

    public int Status { get; } = status;

    /// <summary>For route groups: refusals become answers, which nobody keeps.</summary>
    public static async ValueTask<object?> Answer(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        try
        {
            return await next(context);
        }
        catch (OAuthRefusal refusal)
        {
            if (refusal.Status == StatusCodes.Status401Unauthorized) http.Response.Headers.WWWAuthenticate = "Basic realm=\"oauth\"";
            return Reply.Json(new OAuthErrorResponse(refusal.Code, CardNumbers.Mask(refusal.Message)), AppJson.Default.OAuthErrorResponse, refusal.Status);
        }
    }
}
