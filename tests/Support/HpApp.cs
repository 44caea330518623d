using System.Net.Http.Headers;
using System.Text;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Host;
using HeadlessPro.Platform.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace HeadlessPro.Tests.Support;

/// <summary>A whole host on real HTTP and a database of its own. As an <c>IClassFixture</c>: one per test class.</summary>
public class HpApp : IAsyncLifetime
{
    /// <summary>Publishable key; has no sales channel until a test links one.</summary>
    public const string PublishableKey = "pk_test";

    /// <summary>Secret key.</summary>
    public const string SecretKey = "sk_test";

    // One shopper on this machine buys everything with one card.
    private static readonly string[] QuietFraudRules = ["--Payments:Fraud:Enabled=false"];

    // Nobody guesses at the tests' passwords.
    private static readonly string[] QuickPasswords = ["--Identity:PasswordIterations=1000"];

    private readonly List<WebApplication> _hosts = [];

    public string ConnectionString { get; private set; } = "";

    /// <summary>Services of the host that takes orders; contracts kept elsewhere are stand-ins there.</summary>
    public IServiceProvider Services => _hosts[0].Services;

    public Uri BaseAddress { get; private set; } = null!;

    /// <summary>A shopper's client: sends the publishable key.</summary>
    public HttpClient Store { get; private set; } = null!;

    /// <summary>Staff's client: sends the secret key.</summary>
    public HttpClient Admin { get; private set; } = null!;

    /// <summary>Run the shop as two hosts, identity-commerce and catalog-fulfillment, instead of one.</summary>
    protected virtual bool Split => false;

    /// <summary>Extra configuration as <c>--key=value</c> arguments.</summary>
    protected virtual string[] Arguments => [];

    /// <summary>Services beside those of the modules: somebody of the outside world.</summary>
    protected virtual void AddServices(IServiceCollection services)
    {
    }

    public virtual async ValueTask InitializeAsync()
    {
        ConnectionString = await TestServer.NewDatabase();
        await Start();
        await Contract<IApiKeys>().Ensure(new EnsureApiKey(PublishableKey, ApiKeyType.Publishable, "Test storefront"), default);
        await Contract<IApiKeys>().Ensure(new EnsureApiKey(SecretKey, ApiKeyType.Secret, "Test staff"), default);
    }

    /// <summary>Starts another host of a shop that is there already.</summary>
    protected async Task StartOn(string connectionString)
    {
        ConnectionString = connectionString;
        await Start();
    }

    /// <summary>Starts the host again on the same database.</summary>
    public async Task Restart()
    {
        await Stop();
        await Start();
    }

    public T Contract<T>() where T : notnull => Services.GetRequiredService<T>();

    public NpgsqlDataSource Database => Services.GetRequiredService<NpgsqlDataSource>();

    /// <summary>Runs one statement and answers its single value.</summary>
    public async Task<T?> Scalar<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return await command.ExecuteScalarAsync() is { } value and not DBNull ? (T)value : default;
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Stop();
        await TestServer.Drop(ConnectionString);
    }

    /// <summary>A client without a key that reaches every route, whichever host answers it.</summary>
    public HttpClient Client() => Split
        ? new HttpClient(new RoleRouter(_hosts.Select(h => new Uri(h.Urls.First())).ToList())) { BaseAddress = BaseAddress }
        : new HttpClient { BaseAddress = BaseAddress };

    internal static HttpClient AsShopper(HttpClient client)
    {
        client.DefaultRequestHeaders.Add("x-publishable-api-key", PublishableKey);
        return client;
    }

    internal static HttpClient AsStaff(HttpClient client)
    {
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(SecretKey + ":")));
        return client;
    }

    internal static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Starts another host of the same shop, which lives as long as the first; where it answers.</summary>
    public async Task<Uri> StartAnother()
    {
        var host = await StartHost("--port=0");
        _hosts.Add(host);
        return new Uri(host.Urls.First());
    }

    private async Task Start()
    {
        if (Split) await StartSplit();
        else _hosts.Add(await StartHost("--port=0"));
        BaseAddress = new Uri(_hosts[0].Urls.First());
        Store = AsShopper(Client());
        Admin = AsStaff(Client());
    }

    private async Task StartSplit()
    {
        var (commerce, catalog) = (FreePort(), FreePort());
        const string token = "--SERVICE_TOKEN=a-secret-of-the-tests";
        _hosts.Add(await StartHost("--role=identity-commerce", $"--port={commerce}", $"--Peers:catalog-fulfillment=http://127.0.0.1:{catalog}", token));
        _hosts.Add(await StartHost("--role=catalog-fulfillment", $"--port={catalog}", $"--Peers:identity-commerce=http://127.0.0.1:{commerce}", token));
    }

    private async Task<WebApplication> StartHost(params string[] arguments)
    {
        var host = await HostApp.Build(
            ["serve", $"--DATABASE_URL={ConnectionString}", "--Logging:LogLevel:Default=Warning", .. arguments, .. QuietFraudRules, .. QuickPasswords, .. Arguments], AddServices);
        await LetJobsWait(host);
        await host.StartAsync();
        return host;
    }

    /// <summary>In a new database every job on the clock is due, and all at once would take a connection each: they wait their time, as in a shop that runs.</summary>
    private static async Task LetJobsWait(WebApplication host)
    {
        await using var command = host.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(
            "insert into jobs.recurring (name, last_run_at) select unnest($1), now() on conflict (name) do nothing");
        command.Parameters.AddWithValue(host.Services.GetServices<RecurringJob>().Select(j => j.Name).ToArray());
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Ends the host; its database stays for other hosts.</summary>
    public async Task Stop()
    {
        Store?.Dispose();
        Admin?.Dispose();
        foreach (var host in _hosts)
        {
            await host.StopAsync();
            await host.DisposeAsync();
        }

        _hosts.Clear();
    }
}
