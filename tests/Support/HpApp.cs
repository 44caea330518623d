using System.Net.Http.Headers;
using System.Text;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Host;
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

    private WebApplication? _app;

    public string ConnectionString { get; private set; } = "";

    public IServiceProvider Services => _app!.Services;

    public Uri BaseAddress { get; private set; } = null!;

    /// <summary>A shopper's client: sends the publishable key.</summary>
    public HttpClient Store { get; private set; } = null!;

    /// <summary>Staff's client: sends the secret key.</summary>
    public HttpClient Admin { get; private set; } = null!;

    /// <summary>Extra configuration as <c>--key=value</c> arguments.</summary>
    protected virtual string[] Arguments => [];

    public async ValueTask InitializeAsync()
    {
        ConnectionString = await TestServer.NewDatabase();
        await Start();
        await Contract<IApiKeys>().Ensure(new EnsureApiKey(PublishableKey, ApiKeyType.Publishable, "Test storefront"), default);
        await Contract<IApiKeys>().Ensure(new EnsureApiKey(SecretKey, ApiKeyType.Secret, "Test staff"), default);
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

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Stop();
        await TestServer.Drop(ConnectionString);
    }

    private async Task Start()
    {
        _app = await HostApp.Build(["serve", "--port=0", $"--DATABASE_URL={ConnectionString}", "--Logging:LogLevel:Default=Warning", .. Arguments]);
        await _app.StartAsync();
        BaseAddress = new Uri(_app.Urls.First());
        Store = new HttpClient { BaseAddress = BaseAddress };
        Store.DefaultRequestHeaders.Add("x-publishable-api-key", PublishableKey);
        Admin = new HttpClient { BaseAddress = BaseAddress };
        Admin.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(SecretKey + ":")));
    }

    private async Task Stop()
    {
        Store.Dispose();
        Admin.Dispose();
        await _app!.StopAsync();
        await _app.DisposeAsync();
    }
}
