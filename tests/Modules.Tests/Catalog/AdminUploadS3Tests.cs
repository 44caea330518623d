using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace HeadlessPro.Modules.Tests.Catalog;

/// <summary>A shop that keeps uploads in a bucket of a small S3 server on a real socket.</summary>
public sealed class S3App : HpApp, IAsyncLifetime
{
    private readonly WebApplication _s3;

    public ConcurrentDictionary<string, (byte[] Body, string? Type, string? Cache)> Objects { get; } = new(StringComparer.Ordinal);

    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Answers every call with this status instead.</summary>
    public int? Broken { get; set; }

    /// <summary>Runs before an object is taken.</summary>
    public Func<HttpContext, Task>? BeforePut { get; set; }

    public S3App()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _s3 = builder.Build();
        _s3.Run(Serve);
        _s3.StartAsync().GetAwaiter().GetResult();
    }

    public string Endpoint => _s3.Urls.First();

    protected override string[] Arguments =>
    [
        "--S3_BUCKET=shop", $"--S3_ENDPOINT={Endpoint}", "--S3_ACCESS_KEY=AKTEST", "--S3_SECRET_KEY=secret", "--S3_REGION=af-south-1",
        "--S3_PUBLIC_URL=https://cdn.example/media/",
    ];

    private async Task Serve(HttpContext http)
    {
        var (method, path) = (http.Request.Method, http.Request.Path.Value!);
        Requests.Enqueue($"{method} {path}");
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var signature = http.Request.Headers.Authorization.ToString();
        var signed = signature.StartsWith("AWS4-HMAC-SHA256 Credential=AKTEST/", StringComparison.Ordinal)
            && signature.Contains("/af-south-1/s3/aws4_request", StringComparison.Ordinal) && signature.Contains("Signature=", StringComparison.Ordinal);
        if (Broken is { } status || !signed)
        {
            http.Response.StatusCode = Broken ?? 403;
            return;
        }

        if (method == "PUT" && BeforePut is { } before) await before(http);
        if (method == "PUT") Objects[path] = (body.ToArray(), http.Request.ContentType, http.Request.Headers.CacheControl);
        else if (method == "DELETE")
        {
            Objects.TryRemove(path, out _);
            http.Response.StatusCode = 204;
        }
        else if (!Objects.ContainsKey(path)) http.Response.StatusCode = 404;
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        await _s3.DisposeAsync();
    }
}

public class AdminUploadS3Tests(S3App app) : IClassFixture<S3App>
{
    private static readonly byte[] Png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3];

    [Fact]
    public async Task Uploads_go_to_the_bucket_signed_and_whole()
    {
        var (status, body) = await AdminUploadTests.Upload(app.Admin, ("shoe.png", "image/png", Png));
        Assert.True(status == 200, body.ToJsonString());
        var id = (string)body["files"]![0]!["id"]!;
        Assert.Equal($"https://cdn.example/media/{id}", (string)body["files"]![0]!["url"]!);
        Assert.True(app.Objects.TryGetValue($"/shop/{id}", out var kept));
        Assert.Equal(Png, kept.Body);
        Assert.Equal("image/png", kept.Type);
        Assert.Equal("public, max-age=31536000, immutable", kept.Cache);

        Assert.Equal(id, (string)(await app.Admin.GetJson($"/admin/uploads/{id}"))["file"]!["id"]!);
        await app.Admin.DeleteJson($"/admin/uploads/{id}");
        Assert.False(app.Objects.ContainsKey($"/shop/{id}"));
        await app.Admin.GetJson($"/admin/uploads/{id}", 404);
    }

    [Fact]
    public async Task A_caller_who_leaves_in_the_middle_leaves_no_file_behind()
    {
        var before = app.Objects.Keys.Order().ToList();
        using var left = new CancellationTokenSource();
        var (puts, second) = (0, new TaskCompletionSource());
        app.BeforePut = async http =>
        {
            if (Interlocked.Increment(ref puts) == 1) return;
            second.TrySetResult();
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        };
        try
        {
            using var form = new MultipartFormDataContent();
            foreach (var name in new[] { "a.png", "b.png" })
                form.Add(new ByteArrayContent(Png) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } }, "files", name);
            var upload = app.Admin.PostAsync("/admin/uploads", form, left.Token);
            await second.Task.WaitAsync(TimeSpan.FromSeconds(20));
            Assert.Equal(before.Count + 1, app.Objects.Count);
            await left.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upload);
            for (var i = 0; i < 400 && app.Objects.Count > before.Count; i++) await Task.Delay(25);
            Assert.Equal(before, app.Objects.Keys.Order());
        }
        finally
        {
            app.BeforePut = null;
        }
    }

    [Fact]
    public async Task A_bucket_that_refuses_is_said_to_staff_and_a_foreign_name_never_reaches_it()
    {
        app.Broken = (int)HttpStatusCode.Forbidden;
        try
        {
            var (status, body) = await AdminUploadTests.Upload(app.Admin, ("shoe.png", "image/png", Png));
            Assert.Equal((503, "storage_unavailable"), (status, (string)body["code"]!));
            var asked = app.Requests.Count;
            await app.Admin.GetJson("/admin/uploads/..%2Fother-bucket%2Fx.png", 404);
            await app.Admin.DeleteJson("/admin/uploads/..png", status: 404);
            Assert.Equal(asked, app.Requests.Count);
        }
        finally
        {
            app.Broken = null;
        }
    }
}
