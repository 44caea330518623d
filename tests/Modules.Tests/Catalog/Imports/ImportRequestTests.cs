using System.Text;
using System.Text.Json.Nodes;

namespace HeadlessPro.Modules.Tests.Catalog.Imports;

/// <summary>How a file may be sent, and which currency it is in.</summary>
public class ImportRequestTests(HpApp app) : IClassFixture<HpApp>
{
    private async Task<(int Status, JsonNode Body)> Send(byte[] body, string contentType, string query = "currency=zar", string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/admin/product-imports?{query}") { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        using var response = await app.Admin.SendAsync(request);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    [Theory]
    [InlineData("hello", 1, "it ends too early")]
    [InlineData("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nHandle,Title\r\n", 1, "it ends too early")]
    [InlineData("--x\r\nContent-Disposition: form-data; name=\"file\"\r\nX-Long: {long}\r\n\r\na\r\n--x--\r\n", 1, "")]
    [InlineData("--x--\r\n", 5000, "its content type must name a boundary of 1 to 200 characters")]
    public async Task A_broken_multipart_body_is_the_senders_fault_and_leaves_nothing(string body, int boundary, string why)
    {
        var bytes = Encoding.UTF8.GetBytes(body.Replace("{long}", new string('x', 40_000), StringComparison.Ordinal));
        var (status, answer) = await Send(bytes, $"multipart/form-data; boundary={new string('x', boundary)}");
        Assert.Equal(400, status);
        Assert.StartsWith($"Invalid request: The multipart body is broken: {why}", (string)answer["message"]!, StringComparison.Ordinal);
        using var content = new ByteArrayContent(bytes);
        content.Headers.TryAddWithoutValidation("Content-Type", $"multipart/form-data; boundary={new string('x', boundary)}");
        using var upload = await app.Admin.PostAsync("/admin/uploads", content);
        Assert.Equal(400, (int)upload.StatusCode);
        Assert.Equal(0L, await app.Scalar<long>("select count(*) from catalog.import_chunks c where not exists (select 1 from catalog.imports i where i.id = c.import_id)"));
    }

    [Fact]
    public async Task A_large_file_is_taken_whatever_its_content_type_and_with_an_idempotency_key()
    {
        var file = Encoding.UTF8.GetBytes($"Handle,Title,Body (HTML)\nlarge-a,A,{new string('a', 700_000)}\nlarge-b,B,{new string('b', 700_000)}\n");
        var (status, answer) = await Send(file, "application/octet-stream", key: "large-file");
        Assert.True(status == 202, answer.ToJsonString());
        Assert.Equal("completed", (string)(await app.Ended((string)answer["import"]!["id"]!))["status"]!);
        Assert.Equal(1_400_000L, await app.Scalar<long>("select sum(length(description)) from catalog.products where handle like 'large-%'"));
    }

    [Fact]
    public async Task Prices_without_a_currency_are_in_that_of_the_shops_first_region()
    {
        var file = "Handle,Title,Variant Price\nmoney,Money,10\n"u8.ToArray();
        async Task<string> Refused(byte[] content, string query)
        {
            var (status, answer) = await Send(content, "text/csv", query);
            Assert.Equal(400, status);
            return (string)answer["message"]!;
        }

        Assert.Equal("Invalid request: Field 'currency' is required: the shop has no region yet", await Refused(file, ""));
        Assert.Equal("Invalid request: Value for field 'currency' is no currency (ISO 4217), got: 'zra'", await Refused(file, "currency=zra"));
        Assert.Equal("The column 'Compare At / ERU' names no currency: 'eru'.", await Refused("Handle,Title,Compare At / ERU\n"u8.ToArray(), "currency=zar"));
        Assert.Equal("Invalid request: Value for field 'currency' is no currency (ISO 4217), got: 'zra'", (string)(await app.Admin.GetJson("/admin/products/export?currency=zra", 400))["message"]!);

        await app.Admin.PostJson("/admin/regions", new { name = "Europe", currency_code = "eur", countries = new[] { "de" } });
        var (status, answer) = await Send(file, "text/csv", "");
        Assert.True(status == 202, answer.ToJsonString());
        Assert.Equal("eur", (string)(await app.Ended((string)answer["import"]!["id"]!))["currency_code"]!);
        Assert.Equal("eur 1000", await app.Scalar<string>("""
            select r.currency_code || ' ' || r.amount from catalog.prices r join catalog.variants v on v.id = r.variant_id join catalog.products p on p.id = v.product_id where p.handle = 'money'
            """));
        Assert.Contains(",10,", (await app.Admin.GetStringAsync("/admin/products/export?handle=money")).Split("\r\n")[1], StringComparison.Ordinal);

        await app.Admin.PostJson("/admin/regions", new { name = "Africa", currency_code = "zar", countries = new[] { "za" } });
        (status, answer) = await Send(file, "text/csv", "");
        Assert.Equal("eur", (string)(await app.Ended((string)answer["import"]!["id"]!))["currency_code"]!);

        var exported = await app.Admin.GetStringAsync("/admin/products/export?handle=money");
        var before = await app.Snapshot();
        (status, answer) = await Send(Encoding.UTF8.GetBytes(exported), "text/csv", "");
        Assert.True(status == 202, answer.ToJsonString());
        var again = await app.Ended((string)answer["import"]!["id"]!);
        Assert.Equal(("completed", 0L, "eur"), ((string)again["status"]!, (long)again["rows_failed"]!, (string?)again["currency_code"]));
        Assert.Equal(before, await app.Snapshot());
    }
}
