using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Reflection;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Audit;

namespace HeadlessPro.Platform.Modules;

/// <summary>
/// Stands in for a contract whose module runs elsewhere: each method is <c>POST /internal/{module}/{method}</c> with the service
/// credentials and a deadline. A peer that cannot be reached in time is an expected <c>peer_unavailable</c>, not an exception.
/// </summary>
public class RemoteContract : DispatchProxy
{
    private static readonly ConcurrentDictionary<MethodInfo, Func<RemoteContract, object, CancellationToken, object>> Calls = new();
    private static readonly MethodInfo SendMethod = typeof(RemoteContract).GetMethod(nameof(Send), BindingFlags.NonPublic | BindingFlags.Instance)!;

    private HttpClient _http = null!;
    private string _module = "";
    private TimeSpan _deadline;
    private string _credentials = "";

    /// <summary>Makes a stand-in for contract <typeparamref name="T"/>.</summary>
    /// <param name="http">A client whose base address is the peer.</param>
    /// <param name="credentials">The service token both sides share.</param>
    /// <param name="deadline">Longest wait for one call.</param>
    public static T Create<T>(HttpClient http, string credentials, TimeSpan deadline) where T : class
    {
        var proxy = Create<T, RemoteContract>();
        var stub = (RemoteContract)(object)proxy;
        (stub._http, stub._credentials, stub._deadline) = (http, credentials, deadline);
        stub._module = typeof(T).GetCustomAttribute<ContractAttribute>()!.Module;
        return proxy;
    }

    /// <inheritdoc/>
    protected override object Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var call = Calls.GetOrAdd(targetMethod!, static method =>
        {
            var resultType = method.ReturnType.GetGenericArguments()[0].GetGenericArguments()[0];
            var send = SendMethod.MakeGenericMethod(method.GetParameters()[0].ParameterType, resultType);
            var name = ContractEndpoints.NameOf(method);
            return (stub, request, ct) => send.Invoke(stub, [name, request, ct])!;
        });
        return call(this, args![0]!, (CancellationToken)args[1]!);
    }

    private async Task<Result<TResult>> Send<TRequest, TResult>(string method, TRequest request, CancellationToken ct)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(_deadline);
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, $"internal/{_module}/{method}");
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _credentials);
            if (AuditScope.Current is { IsWatched: true, Caller: { Id: not null } caller }) message.Headers.Add(ContractEndpoints.CallerHeader, caller.ToHeader());
            message.Content = JsonContent.Create(request, options: ContractEndpoints.Json);
            using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            if (response.IsSuccessStatusCode)
                return await response.Content.ReadFromJsonAsync<Result<TResult>>(ContractEndpoints.Json, timeout.Token);
            return Error.Unavailable($"The shop's {_module} answered {(int)response.StatusCode}; try again", "peer_unavailable");
        }
        catch (Exception e) when (e is HttpRequestException or System.Text.Json.JsonException or IOException
                                  || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            // Not where it was looked for, nor why in vain: shoppers read this.
            return Error.Unavailable($"The shop's {_module} cannot be reached; try again", "peer_unavailable");
        }
    }
}
