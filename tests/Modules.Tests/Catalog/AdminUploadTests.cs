using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace HeadlessPro.Modules.Tests.Catalog;

/// <summary>A shop with a data folder of its own.</summary>
public sealed class UploadApp : HpApp
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("hp-uploads-").FullName;

    protected override string[] Arguments => [$"--data={Folder}"];

    public IEnumerable<string> Kept => Directory.Exists(Path.Combine(Folder, "uploads"))
        ? Directory.GetFiles(Path.Combine(Folder, "uploads")).Select(f => Path.GetFileName(f)!)
        : [];
}

public class AdminUploadTests(UploadApp app) : IClassFixture<UploadApp>
{
    private static readonly byte[] Png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3];

    public static async Task<(int Status, JsonNode Body)> Upload(HttpClient client, params (string Name, string Type, byte[] Content)[] files)
    {
        using var form = new MultipartFormDataContent();
        foreach (var (name, type, content) in files)
        {
            var part = new ByteArrayContent(content);
            part.Headers.ContentType = new MediaTypeHeaderValue(type);
            form.Add(part, "files", name);
        }

        using var response = await client.PostAsync("/admin/uploads", form);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    [Fact]
    public async Task A_picture_is_kept_served_to_anybody_and_deleted()
    {
        var (status, body) = await Upload(app.Admin, ("../../Été photo.PNG", "image/png", Png), ("b.svg", "image/svg+xml", "<svg/>"u8.ToArray()));
        Assert.Equal(200, status);
        var (id, url) = ((string)body["files"]![0]!["id"]!, (string)body["files"]![0]!["url"]!);
        Assert.EndsWith("-ete-photo.png", id, StringComparison.Ordinal);
        Assert.Equal($"{app.BaseAddress}uploads/{id}", url);

        using var anybody = new HttpClient();
        using var response = await anybody.GetAsync(url);
        Assert.Equal(Png, await response.Content.ReadAsByteArrayAsync());
        Assert.Equal("image/png", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("public, max-age=31536000, immutable", response.Headers.CacheControl!.ToString().Replace("max-age=31536000, public, immutable", "public, max-age=31536000, immutable", StringComparison.Ordinal));
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
        Assert.Contains(id, app.Kept);

        Assert.Equal(url, (string)(await app.Admin.GetJson($"/admin/uploads/{id}"))["file"]!["url"]!);
        Assert.Equal($$"""{"id":"{{id}}","object":"file","deleted":true}""", (await app.Admin.DeleteJson($"/admin/uploads/{id}")).ToJsonString());
        await app.Admin.GetJson($"/admin/uploads/{id}", 404);
        await app.Admin.DeleteJson($"/admin/uploads/{id}", status: 404);
        Assert.Equal(HttpStatusCode.NotFound, (await anybody.GetAsync(url)).StatusCode);
    }

    [Fact]
    public async Task An_svg_cannot_run_scripts()
    {
        var (_, body) = await Upload(app.Admin, ("x.svg", "image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"u8.ToArray()));
        using var response = await app.Store.GetAsync((string)body["files"]![0]!["url"]!);
        Assert.Equal(["default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; sandbox"], response.Headers.GetValues("Content-Security-Policy"));
        Assert.Equal("image/svg+xml; charset=utf-8", response.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task An_svg_with_a_long_preamble_that_comes_bit_by_bit_is_one()
    {
        using var content = new MultipartFormDataContent();
        var svg = new ByteArrayContent(Encoding.UTF8.GetBytes($"<?xml version='1.0'?><!-- {new string('x', 40_000)} --><svg xmlns='http://www.w3.org/2000/svg'/>"));
        svg.Headers.ContentType = MediaTypeHeaderValue.Parse("image/svg+xml");
        content.Add(svg, "files", "a.svg");
        var bytes = await content.ReadAsByteArrayAsync();
        using var slow = new PushedContent(async stream =>
        {
            for (var i = 0; i < bytes.Length; i += 8000)
            {
                await stream.WriteAsync(bytes.AsMemory(i, Math.Min(8000, bytes.Length - i)));
                await stream.FlushAsync();
                await Task.Delay(10);
            }
        });
        slow.Headers.ContentType = content.Headers.ContentType;
        using var answer = await app.Admin.PostAsync("/admin/uploads", slow);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("image/jpeg", "\u00ff\u00d8\u00ff\u00e0", "GIF89a")]
    [InlineData("image/gif", "GIF89a", "\u0089PNG\r\n\u001a\n")]
    [InlineData("image/webp", "RIFF....WEBPVP8 ", "RIFF....WAVEfmt ")]
    [InlineData("image/avif", "\0\0\0 ftypavif", "\0\0\0 ftypisom")]
    [InlineData("image/svg+xml", "<?xml version='1.0'?><!-- a shape --><svg xmlns='http://www.w3.org/2000/svg'/>", "<html></html>")]
    [InlineData("video/mp4", "\0\0\0 ftypisom", "\0\0\0 ftypavif")]
    [InlineData("video/webm", "\u001aE\u00df\u00a3", "\0\0\0 ftypisom")]
    [InlineData("application/pdf", "%PDF-1.7", "%!PS")]
    [InlineData("text/csv", "title;price\r\nMug;1\r\n", "PK\u0003\u0004")]
    public async Task A_file_is_what_its_content_type_says(string contentType, string right, string wrong)
    {
        Assert.Equal(200, (await Upload(app.Admin, ("a", contentType, Encoding.Latin1.GetBytes(right)))).Status);
        var before = app.Kept.ToList();
        var (status, body) = await Upload(app.Admin, ("a", contentType, Encoding.Latin1.GetBytes(wrong)));
        Assert.Equal((400, $"Invalid request: Field 'files, 0' is not what its content type says: no {contentType}"), (status, (string)body["message"]!));
        Assert.Equal(before, app.Kept.ToList());
    }

    [Fact]
    public async Task What_may_not_be_uploaded_is_refused_and_nothing_is_kept_of_the_request()
    {
        var before = app.Kept.ToList();
        async Task Refuses(string message, params (string, string, byte[])[] files)
        {
            var (status, body) = await Upload(app.Admin, files);
            Assert.Equal((400, message), (status, (string)body["message"]!));
            Assert.Equal(before, app.Kept.ToList());
        }

        const string allowed = "image/jpeg, image/png, image/gif, image/webp, image/avif, image/svg+xml, video/mp4, video/webm, application/pdf, text/csv";
        await Refuses($"Invalid request: Field 'files, 1' has content type 'text/html', allowed are: {allowed}", ("a.png", "image/png", Png), ("a.html", "text/html", [1]));
        await Refuses("Invalid request: Field 'files, 0' is not what its content type says: no image/png", ("a.png", "image/png", "<html>"u8.ToArray()));
        await Refuses("Invalid request: Field 'files, 0' is empty", ("a.svg", "image/svg+xml", []));
        await Refuses("Invalid request: Field 'files, 0' is larger than 20971520 bytes", ("a.svg", "image/svg+xml", [.. "<svg>"u8, .. Enumerable.Repeat((byte)' ', 20 * 1024 * 1024)]));

        using var notMultipart = await app.Admin.PostAsync("/admin/uploads", new StringContent("{}", Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, notMultipart.StatusCode);
        using var broken = new StringContent("--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.png\"\r\nContent-Type: image/svg+xml\r\n\r\nabc");
        broken.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");
        using var cut = await app.Admin.PostAsync("/admin/uploads", broken);
        Assert.Equal(HttpStatusCode.BadRequest, cut.StatusCode);
        Assert.Equal(401, (await Upload(app.Store, ("a.png", "image/png", Png))).Status);
        Assert.Equal(before, app.Kept.ToList());
    }

    [Theory]
    [InlineData("/uploads/..%2f..%2fetc%2fpasswd")]
    [InlineData("/uploads/..%5csecret.png")]
    [InlineData("/uploads/secret.txt")]
    [InlineData("/uploads/%2e%2e%2fsecret.png")]
    [InlineData("/uploads/.png")]
    public async Task No_name_leads_out_of_the_folder(string path)
    {
        await File.WriteAllTextAsync(Path.Combine(app.Folder, "secret.png"), "top-hidden");
        Directory.CreateDirectory(Path.Combine(app.Folder, "uploads"));
        await File.WriteAllTextAsync(Path.Combine(app.Folder, "uploads", "secret.txt"), "top-hidden");
        using var response = await app.Store.GetAsync(new Uri(app.BaseAddress.ToString().TrimEnd('/') + path));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.DoesNotContain("top-hidden", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        File.Delete(Path.Combine(app.Folder, "uploads", "secret.txt"));
    }
}

/// <summary>A body that is written piece by piece.</summary>
file sealed class PushedContent(Func<Stream, Task> write) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => write(stream);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
