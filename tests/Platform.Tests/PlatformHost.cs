using HeadlessPro.Platform;
using HeadlessPro.Platform.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace HeadlessPro.Platform.Tests;

/// <summary>A database with the platform's tables only; dropped at the end.</summary>
public sealed class PlatformDatabase : IAsyncDisposable
{
    private PlatformDatabase(string connectionString) => ConnectionString = connectionString;

    public string ConnectionString { get; }

    public static async Task<PlatformDatabase> Create()
    {
        var database = new PlatformDatabase(await TestServer.NewEmptyDatabase());
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await Migrator.Migrate(source, [("platform", typeof(Migrator).Assembly)], CancellationToken.None);
        return database;
    }

    public async Task<T> Ask<T>(string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task Do(string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync() => await TestServer.Drop(ConnectionString);
}

/// <summary>A host on it with the platform and what a test adds: routes, subscribers, jobs. Real HTTP on a free port.</summary>
public sealed class PlatformHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private PlatformHost(WebApplication app, HttpClient http) => (_app, Http) = (app, http);

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public Db Db => Services.GetRequiredService<Db>();

    public static async Task<PlatformHost> Start(
        PlatformDatabase database, Action<IServiceCollection>? add = null, Action<WebApplication>? map = null, params string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.Logging.SetMinimumLevel(Environment.GetEnvironmentVariable("HEADLESSPRO_TEST_LOG") is null ? LogLevel.None : LogLevel.Warning);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.AddSingleton(NpgsqlDataSource.Create(database.ConnectionString));
        builder.Services.AddPlatform();
        add?.Invoke(builder.Services);
        var app = builder.Build();
        app.UsePlatform();
        map?.Invoke(app);
        await app.StartAsync();
        return new PlatformHost(app, new HttpClient { BaseAddress = new Uri(app.Urls.First()) });
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}

/// <summary>Waiting for what happens in the background.</summary>
public static class Eventually
{
    public static async Task IsTrue(Func<Task<bool>> condition, int seconds = 10)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start).TotalSeconds > seconds) Assert.Fail($"Not so within {seconds} s");
            await Task.Delay(10);
        }
    }

    public static Task IsTrue(Func<bool> condition, int seconds = 10) => IsTrue(() => Task.FromResult(condition()), seconds);
}
