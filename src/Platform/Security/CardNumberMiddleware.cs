using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Platform.Security;

/// <summary>
/// Refuses card numbers in a request's method, path and query string, before anyone looks for what they name. Bodies and what else is kept
/// are looked at where they are read.
/// </summary>
internal sealed class CardNumberMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        var request = http.Request;
        if (CardNumbers.AreIn(request.Method)) throw CardNumbers.Refused("The method");
        if (CardNumbers.AreIn(request.Path.Value)) throw CardNumbers.Refused("The path");
        // Only decoded can they be told; each digit, also an encoded one, needs one.
        if (CardNumbers.HasEnoughDigits(request.QueryString.Value)) RefuseInQuery(request.Query);
        return next(http);
    }

    private static void RefuseInQuery(IQueryCollection query)
    {
        foreach (var (name, values) in query)
        {
            if (CardNumbers.AreIn(name)) throw CardNumbers.Refused("The name of a query parameter");
            foreach (var value in values)
                if (CardNumbers.AreIn(value)) throw CardNumbers.Refused($"Field '{name}'");
        }
    }
}
