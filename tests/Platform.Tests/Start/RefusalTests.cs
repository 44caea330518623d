using System.Net;
using System.Net.Sockets;
using HeadlessPro.Tests.Support;

namespace HeadlessPro.Platform.Tests.Start;

/// <summary>A host that cannot start says so in one sentence, exits with 1, and shows no stack trace.</summary>
public sealed class RefusalTests
{
    private const string Usage = "Usage: headlesspro serve [--role R] [--port N] [--host H] [--data DIR] [--empty], headlesspro reconcile [--days N], headlesspro user create --email E, headlesspro audit verify, or headlesspro keys";

    [Theory]
    [InlineData("--bla", $"Unknown argument '--bla'. {Usage}")]
    [InlineData("--port", $"--port needs a value. {Usage}")]
    [InlineData("--port=http", "'http' is no port: a number from 0 to 65535.")]
    [InlineData("--role=nope", "Unknown role 'nope'. Roles: all, identity-commerce, catalog-fulfillment.")]
    [InlineData("--data=/proc/shop", "The data folder /proc/shop is not writable: Could not find file '/proc/shop'. Choose another with --data.")]
    public Task Arguments(string argument, string sentence) => Refused(null, sentence, argument);

    [Theory]
    [InlineData("bla", "DATABASE_URL cannot be read. Give it as postgres://user:password@host:port/database.")]
    [InlineData("postgres://x@127.0.0.1:1/shop", "The database shop at 127.0.0.1:1 cannot be reached: Connection refused. Check DATABASE_URL.")]
    public Task Database(string url, string sentence) => Refused(new() { ["DATABASE_URL"] = url }, sentence);

    [Theory]
    [InlineData("RateLimits__PerMinute", "abc", "Failed to convert configuration value 'abc' at 'RateLimits:PerMinute' to type 'System.Int32'.")]
    [InlineData("Checkout__Lease", "a while", "Failed to convert configuration value 'a while' at 'Checkout:Lease' to type 'System.TimeSpan'.")]
    public async Task A_setting_of_another_kind(string name, string value, string sentence)
    {
        var database = await TestServer.NewDatabase();
        await Refused(new() { ["DATABASE_URL"] = database, [name] = value }, sentence, $"--port={HostProcess.FreePort()}");
        await TestServer.Drop(database);
    }

    [Fact]
    public async Task A_taken_port()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var database = await TestServer.NewDatabase();

        await Refused(new() { ["DATABASE_URL"] = database },
            $"Cannot listen on 127.0.0.1:{port}: Address already in use. Stop who listens there, or choose another port with --port.",
            $"--port={port}");

        await TestServer.Drop(database);
    }

    private static async Task Refused(Dictionary<string, string?>? environment, string sentence, params string[] arguments)
    {
        await using var host = HostProcess.Begin(environment, ["serve", .. arguments]);
        Assert.Equal((1, $"headlesspro: {sentence}\n"), await host.Ended());
    }
}
