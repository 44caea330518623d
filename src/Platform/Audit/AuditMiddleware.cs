using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform.Security;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace HeadlessPro.Platform.Audit;

/// <summary>
/// Of each request of staff that changes something there is one entry, written in its first transaction, at the latest before it is answered. One that
/// was refused for want of a permission is an entry, too, whatever it asked for. What is
/// recorded of sign-ins says who asked. Other requests pass through untouched.
/// </summary>
internal sealed class AuditMiddleware(RequestDelegate next, NpgsqlDataSource source)
{
    public async Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint()?.Metadata is not { } metadata || !IsOfStaff(metadata))
        {
            using var person = IsOfSignIn(http.Request.Path) ? AuditScope.OfUnwatched(http) : null;
            await next(http);
            return;
        }

        var isReading = HttpMethods.IsGet(http.Request.Method);
        using var scope = isReading ? AuditScope.OfUnwatched(http) : AuditScope.Of(http);
        http.Response.OnStarting(() => Finish(scope, http, isReading));
        await next(http);
    }

    private static bool IsOfStaff(EndpointMetadataCollection metadata) =>
        metadata.GetMetadata<PermissionPolicy>() is not null || metadata.GetMetadata<SignInPolicy>() is { ActorType: ActorTypes.User };

    // However it is spelled: routes do not mind.
    private static bool IsOfSignIn(PathString path) => path.StartsWithSegments("/auth", StringComparison.OrdinalIgnoreCase) || path.StartsWithSegments("/oauth", StringComparison.OrdinalIgnoreCase);

    private async Task Finish(AuditScope scope, HttpContext http, bool isReading)
    {
        var action = http.Response.StatusCode switch
        {
            StatusCodes.Status403Forbidden => "refused",
            // What was committed stays, though the request failed in the end.
            >= 400 when !isReading && scope.IsWritten => "failed",
            < 400 when !isReading && !scope.IsWritten && !http.Response.Headers.ContainsKey("Idempotency-Replayed") => "accepted",
            _ => null,
        };
        if (action is null) return;
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(scope.Entry(action, http.Response.StatusCode));
        await batch.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
