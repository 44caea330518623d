using System.Net;
using System.Text;
using Dapper;
using HeadlessPro.Platform.Data;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Notifications;

/// <summary>
/// <c>/outbox</c>: the latest messages with their texts, secrets and all, for whoever develops a shop on this machine. It is mapped in
/// Development only, and answers nobody from elsewhere: neither another machine, nor a page whose name was made to point here.
/// </summary>
internal static class OutboxPage
{
    public static async Task<IResult> Handle(HttpContext http, Db db, MessageSeal seal, CancellationToken ct)
    {
        var isHere = http.Connection.RemoteIpAddress is { } from && IPAddress.IsLoopback(from)
            && (http.Request.Host.Host == "localhost" || (IPAddress.TryParse(http.Request.Host.Host.Trim('[', ']'), out var host) && IPAddress.IsLoopback(host)));
        if (!isHere) return Results.NotFound();
        await using var connection = await db.Open(ct);
        var rows = await connection.QueryAsync<MessageRow>(new CommandDefinition(
            $"select {MessageRow.Columns} from notifications.messages m order by m.created_at desc, m.id desc limit 100", cancellationToken: ct));
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        return Results.Text(Page(rows.AsList(), seal), "text/html; charset=utf-8", Encoding.UTF8);
    }

    private static string Page(List<MessageRow> rows, MessageSeal seal)
    {
        var page = new StringBuilder("""
            <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Outbox</title>
            <style>body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}article{border:1px solid #8884;border-radius:8px;padding:.5rem 1rem;margin:1rem 0}
            pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit}small{color:#777}</style><h1>Outbox</h1>
            <p>What this shop wrote to people, newest first. Nothing leaves this machine: no provider of e-mail or SMS is configured.</p>

            """);
        if (rows.Count == 0) page.Append("<p>Nothing yet.</p>");
        foreach (var row in rows)
        {
            var text = seal.Open(row.Body);
            page.Append($"<article><small>{row.CreatedAt:yyyy-MM-dd HH:mm:ss} · {Html(row.Channel)} · {Html(row.Kind)}</small><h3>{Html(text?.Subject ?? "(expired)")}</h3>");
            page.Append($"<small>To {Html(row.Recipient)}</small><pre>{Html(text?.Text ?? "")}</pre>");
            if (text?.Url is { } url && (url.StartsWith("http://", StringComparison.Ordinal) || url.StartsWith("https://", StringComparison.Ordinal)))
                page.Append($"<p><a href=\"{Html(url)}\">Open the link</a></p>");
            page.Append("</article>\n");
        }

        return page.Append("</html>").ToString();
    }

    private static string Html(string text) => WebUtility.HtmlEncode(text);
}
