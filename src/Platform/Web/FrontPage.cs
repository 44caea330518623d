using System.Net;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Platform.Web;

/// <summary>What this process runs; the host registers it.</summary>
/// <param name="Role">Its role, <c>all</c> for a shop in one process.</param>
/// <param name="Modules">Its modules.</param>
public sealed record HostInfo(string Role, IReadOnlyList<string> Modules)
{
    /// <summary>The program's version, without the build's hash.</summary>
    public static string Version { get; } =
        (Assembly.GetEntryAssembly()?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0").Split('+')[0];

    internal static HostInfo Of(IServiceProvider services) => services.GetService<HostInfo>() ?? new HostInfo("all", []);
}

/// <summary><c>/</c>: what runs here, for a program or a person; <c>/docs</c>: the API description as a page, served by ourselves.</summary>
internal static class FrontPage
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", (HttpContext http) =>
        {
            var host = HostInfo.Of(http.RequestServices);
            return http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
                ? Page(http, PageOf(host))
                : Reply.Json(
                    new FrontPageResponse("HeadlessPro", HostInfo.Version, host.Role, host.Modules, new FrontPageLinks("/openapi.json", "/docs", "/health", "/health/ready")),
                    PlatformJson.Default.FrontPageResponse);
        }).ExcludeFromDescription();
        var docs = new Lazy<string>(ReadDocs);
        routes.MapGet("/docs", (HttpContext http) => Page(http, docs.Value)).ExcludeFromDescription();
    }

    private static IResult Page(HttpContext http, string html)
    {
        http.Response.Headers.ContentSecurityPolicy = SecurityHeaders.AllowInline(html);
        return Results.Text(html, "text/html; charset=utf-8", Encoding.UTF8);
    }

    private static string ReadDocs()
    {
        using var reader = new StreamReader(typeof(FrontPage).Assembly.GetManifestResourceStream("HeadlessPro.Platform.Web.docs.html")!);
        return reader.ReadToEnd();
    }

    private static string PageOf(HostInfo host) => $"""
        <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>HeadlessPro</title>
        <style>body{"{"}font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem{"}"}</style>
        <h1>HeadlessPro {WebUtility.HtmlEncode(HostInfo.Version)}</h1>
        <p>A headless shop runs here. Role <b>{WebUtility.HtmlEncode(host.Role)}</b>: {WebUtility.HtmlEncode(string.Join(", ", host.Modules))}.</p>
        <ul><li><a href="/docs">Read the API</a> (<a href="/openapi.json">openapi.json</a>)</li><li><a href="/health/ready">Health</a></li></ul></html>
        """;
}

/// <summary>What runs here.</summary>
/// <param name="Name">HeadlessPro.</param>
/// <param name="Version">The program's version.</param>
/// <param name="Role">This process's role.</param>
/// <param name="Modules">Its modules.</param>
/// <param name="Links">Where to go on.</param>
public sealed record FrontPageResponse(string Name, string Version, string Role, IReadOnlyList<string> Modules, FrontPageLinks Links);

/// <summary>Paths of this host.</summary>
public sealed record FrontPageLinks(string Openapi, string Docs, string Health, string Ready);
