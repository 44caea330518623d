using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Audit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Platform.Modules;

/// <summary>The serving side of <see cref="RemoteContract"/>.</summary>
public static class ContractEndpoints
{
    private static readonly MethodInfo MapMethodDefinition =
        typeof(ContractEndpoints).GetMethod(nameof(MapMethod), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>On whose behalf a host asks another, for the audit log.</summary>
    internal const string CallerHeader = "X-Audit-Caller";

    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Maps each method of a contract to <c>POST /internal/{module}/{method}</c>, for callers that know the service token.</summary>
    public static void MapContract(this IEndpointRouteBuilder routes, Type contract, string credentials)
    {
        var module = contract.GetCustomAttribute<ContractAttribute>()!.Module;
        foreach (var method in contract.GetMethods())
        {
            var requestType = method.GetParameters()[0].ParameterType;
            var resultType = method.ReturnType.GetGenericArguments()[0].GetGenericArguments()[0];
            MapMethodDefinition.MakeGenericMethod(contract, requestType, resultType)
                .Invoke(null, [routes, $"/internal/{module}/{NameOf(method)}", method, credentials]);
        }
    }

    internal static string NameOf(MethodInfo method) => JsonNamingPolicy.KebabCaseLower.ConvertName(method.Name);

    private static void MapMethod<TContract, TRequest, TResult>(
        IEndpointRouteBuilder routes, string path, MethodInfo method, string credentials) where TContract : class
    {
        var call = method.CreateDelegate<Func<TContract, TRequest, CancellationToken, Task<Result<TResult>>>>();
        var expected = Encoding.UTF8.GetBytes("Bearer " + credentials);
        routes.MapPost(path, async http =>
        {
            var given = Encoding.UTF8.GetBytes(http.Request.Headers.Authorization.ToString());
            if (!CryptographicOperations.FixedTimeEquals(given, expected))
            {
                http.Response.StatusCode = StatusCodes.Status401Unauthorized;
                return;
            }

            // What staff have done elsewhere, and this is a part of, is written down as theirs.
            using var scope = AuditCaller.FromHeader(http.Request.Headers[CallerHeader]) is { } caller ? AuditScope.Of(caller) : null;
            var request = await http.Request.ReadFromJsonAsync<TRequest>(Json, http.RequestAborted);
            var result = await call(http.RequestServices.GetRequiredService<TContract>(), request!, http.RequestAborted);
            await http.Response.WriteAsJsonAsync(result, Json, http.RequestAborted);
        }).ExcludeFromDescription();
    }
}
