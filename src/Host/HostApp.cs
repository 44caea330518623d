using System.Net.Sockets;
using HeadlessPro.Host.Demo;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Modules;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.Extensions.Logging.Console;
using Npgsql;

namespace HeadlessPro.Host;

/// <summary>Puts a host together: modules of its role, stand-ins for the rest, the platform around them.</summary>
public static class HostApp
{
    /// <summary>Builds a migrated, ready to run host from <c>serve [--role R] [--port N]</c>, the environment and appsettings.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="also">Services beside those of the modules: a test's outside world.</param>
    public static async Task<WebApplication> Build(string[] args, Action<IServiceCollection>? also = null)
    {
        var builder = NewBuilder(args.SkipWhile(a => a == "serve").ToArray());
        var configuration = builder.Configuration;
        var role = configuration["role"] ?? Roles.All;
        var modules = Roles.ModulesOf(role);
        Roles.RefuseCycles(ModuleTable.Modules);
        if (role != Roles.All) Roles.AddPeers(builder.Services, modules, configuration);

        if (!DemoShop.AreKeysAllowed(builder.Environment, configuration))
            (configuration["Identity:RefusedKeys:0"], configuration["Identity:RefusedKeys:1"]) = (DemoShop.PublishableKey, DemoShop.SecretKey);

        var (host, port) = (configuration["host"] ?? "127.0.0.1", configuration["port"] ?? Roles.PortOf(role).ToString());
        // One that is beside another serves nobody.
        if (!configuration.GetValue("beside", false)) RefuseTakenPort(host, port);
        DemoPayments.Configure(builder.Environment, configuration, int.Parse(port));
        builder.WebHost.UseUrls($"http://{host}:{port}");
        builder.Services.AddSingleton(new HostInfo(role, modules.Select(m => m.Name).ToList()));
        // The longest wait of a start: the host is put together meanwhile.
        var opening = Task.Run(() => Database.Open(configuration, CancellationToken.None));
        builder.Services.AddSingleton(_ => opening.GetAwaiter().GetResult());
        builder.Services.AddSingleton(provider => provider.GetRequiredService<Database>().Source);
        WebApplication? app = null;
        try
        {
            builder.Services.AddPlatform();
            foreach (var module in modules) module.Add(builder.Services, configuration);
            also?.Invoke(builder.Services);
            app = builder.Build();
            app.UsePlatform();
            if (DemoShop.IsAllowed(app.Environment, configuration)) DemoPictures.Map(app);
            foreach (var module in modules)
            {
                module.Map(app);
                if (role == Roles.All) continue;
                foreach (var contract in module.Offers) app.MapContract(contract, Roles.ServiceToken(configuration));
            }

            await opening;
            // Made first, so that it is disposed of last: the database outlives whoever uses it.
            app.Services.GetRequiredService<Database>();
            await app.Services.GetRequiredService<KeyRing>().Prepare(CancellationToken.None);
            if (modules.Any(m => m.Offers.Contains(typeof(Contracts.Identity.IApiKeys))))
            {
                await FirstKey.Ensure(app);
                await FirstAdmin.Ensure(app);
            }

            return app;
        }
        catch
        {
            if (app is not null) await app.DisposeAsync();
            if (await opening.ContinueWith(o => o.IsCompletedSuccessfully ? o.Result : null, TaskScheduler.Default) is { } database) await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// A builder with what this host uses. The framework's usual one also watches files, reads a developer's secrets and checks every service
    /// in Development, and each start would wait for that.
    /// </summary>
    private static WebApplicationBuilder NewBuilder(string[] args)
    {
        var named = new ConfigurationBuilder().AddEnvironmentVariables("DOTNET_").AddEnvironmentVariables("ASPNETCORE_").AddCommandLine(args).Build()[HostDefaults.EnvironmentKey];
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = named, ContentRootPath = Directory.GetCurrentDirectory() });
        builder.Configuration.AddEnvironmentVariables("DOTNET_").AddEnvironmentVariables("ASPNETCORE_")
            .AddJsonFile("appsettings.json", optional: true)
            .AddJsonFile($"appsettings.{builder.Environment.EnvironmentName}.json", optional: true)
            .AddEnvironmentVariables().AddCommandLine(args);
        builder.WebHost.UseKestrelCore().ConfigureKestrel((context, kestrel) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Configure(context.Configuration.GetSection("Kestrel"));
        });
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        // Lines a program can read, unless a person watches.
        if (builder.Environment.IsDevelopment())
            // Whose data are a demo's needs no MASTER_KEY.
            builder.Logging.AddConsole().AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        else builder.Logging.AddJsonConsole(console => (console.UseUtcTimestamp, console.TimestampFormat) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ"));
        // What a command prints is its answer.
        if (builder.Configuration.GetValue("beside", false)) builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("System.Net.Http", LogLevel.Warning)
            // A failure to start reaches the operator as one sentence, from Program.
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        return builder;
    }

    /// <summary>Brings a database up to date with every module, whatever this host's role.</summary>
    public static Task Migrate(NpgsqlDataSource source) => Migrator.Migrate(source,
        [("platform", typeof(Migrator).Assembly), .. ModuleTable.Modules.Select(m => (m.Name, m.Assembly))], CancellationToken.None);

    /// <summary>Asked before anything is started: the answer should not wait for a database.</summary>
    private static void RefuseTakenPort(string host, string port)
    {
        if (!System.Net.IPAddress.TryParse(host, out var address) || port == "0") return;
        using var probe = new TcpListener(address, int.Parse(port)) { ExclusiveAddressUse = true };
        try
        {
            probe.Start();
        }
        catch (SocketException e)
        {
            throw new StartException($"Cannot listen on {host}:{port}: {e.Message}. Stop who listens there, or choose another port with --port.");
        }
    }

    /// <summary>Listens, and tells the operator. Throws <see cref="StartException"/> when the port cannot be had.</summary>
    public static async Task Start(WebApplication app)
    {
        try
        {
            await app.StartAsync();
            await DemoPayments.Start(app);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new StartException($"{e.Message.TrimEnd('.')}. Stop who listens there, or choose another port with --port.");
        }

        StartWarnings.Log(app);
        var isDemo = DemoShop.IsAllowed(app.Environment, app.Configuration)
            && await DemoShop.Seed(app.Services, new Uri(app.Urls.First()), app.Lifetime.ApplicationStopping);
        await Console.Out.WriteLineAsync(ReadyBlock.For(app, isDemo));
        // What only the start needed goes back to the machine; the collector would keep it until there is work.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
