namespace HeadlessPro.Tests.Support;

/// <summary>Sends a request to the host that has its route: what a gateway does in front of a split shop.</summary>
internal sealed class RoleRouter(IReadOnlyList<Uri> hosts) : DelegatingHandler(new SocketsHttpHandler())
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is not null) await request.Content.LoadIntoBufferAsync(cancellationToken);
        HttpResponseMessage? answer = null;
        foreach (var host in hosts)
        {
            answer?.Dispose();
            using var copy = await Copy(request, host, cancellationToken);
            answer = await base.SendAsync(copy, cancellationToken);
            var routed = answer.StatusCode != System.Net.HttpStatusCode.NotFound
                || !(await answer.Content.ReadAsStringAsync(cancellationToken)).Contains("\"message\":\"Cannot ", StringComparison.Ordinal);
            if (routed) return answer;
        }

        return answer!;
    }

    private static async Task<HttpRequestMessage> Copy(HttpRequestMessage request, Uri host, CancellationToken ct)
    {
        var copy = new HttpRequestMessage(request.Method, new Uri(host, request.RequestUri!.PathAndQuery));
        foreach (var (name, values) in request.Headers) copy.Headers.TryAddWithoutValidation(name, values);
        if (request.Content is null) return copy;
        copy.Content = new ByteArrayContent(await request.Content.ReadAsByteArrayAsync(ct));
        foreach (var (name, values) in request.Content.Headers) copy.Content.Headers.TryAddWithoutValidation(name, values);
        return copy;
    }
}
