using System.Net.Sockets;
using HeadlessPro.Host.Demo;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Modules;
using HeadlessPro.Platform.Web;
using Npgsql;

namespace HeadlessPro.Host;

/// <summary>Puts a host together: modules of its role, stand-ins for the rest, the platform around them.</summary>
public static class HostApp
{
    /// <summary>Builds a migrated, ready to run host from <c>serve [--role R] [--port N]</c>, the environment and appsettings.</summary>
    public static async Task<WebApplication> Build(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args.SkipWhile(a => a == "serve").ToArray());
        var configuration = builder.Configuration;
        var role = configuration["role"] ?? Roles.All;
        var modules = Roles.ModulesOf(role);
        Roles.RefuseCycles(ModuleTable.Modules);
        if (role != Roles.All) Roles.AddPeers(builder.Services, modules, configuration);

        if (!DemoShop.AreKeysAllowed(builder.Environment, configuration))
            (configuration["Identity:RefusedKeys:0"], configuration["Identity:RefusedKeys:1"]) = (DemoShop.PublishableKey, DemoShop.SecretKey);

        var (host, port) = (configuration["host"] ?? "127.0.0.1", configuration["port"] ?? Roles.PortOf(role).ToString());
        RefuseTakenPort(host, port);
        var database = await Database.Open(configuration, CancellationToken.None);
        builder.Services.AddSingleton(_ => database);
        builder.Services.AddPlatform(database.Source);
        builder.Services.AddSingleton(new HostInfo(role, modules.Select(m => m.Name).ToList()));
        foreach (var module in modules) module.Add(builder.Services, configuration);
        // Lines a program can read, unless a person watches.
        if (!builder.Environment.IsDevelopment()) builder.Logging.ClearProviders().AddJsonConsole(console => console.UseUtcTimestamp = true);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("System.Net.Http", LogLevel.Warning)
            // A failure to start reaches the operator as one sentence, from Program.
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.WebHost.UseUrls($"http://{host}:{port}");

        var app = builder.Build();
        // Made first, so that it is disposed of last: the database outlives whoever uses it.
        app.Services.GetRequiredService<Database>();
        app.UsePlatform();
        if (DemoShop.IsAllowed(app.Environment, configuration)) DemoPictures.Map(app);
        foreach (var module in modules)
        {
            module.Map(app);
            if (role == Roles.All) continue;
            foreach (var contract in module.Offers) app.MapContract(contract, Roles.ServiceToken(configuration));
        }

        if (modules.Any(m => m.Offers.Contains(typeof(Contracts.Identity.IApiKeys)))) await FirstKey.Ensure(app);
        return app;
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
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new StartException($"{e.Message.TrimEnd('.')}. Stop who listens there, or choose another port with --port.");
        }

        var isDemo = DemoShop.IsAllowed(app.Environment, app.Configuration)
            && await DemoShop.Seed(app.Services, new Uri(app.Urls.First()), app.Lifetime.ApplicationStopping);
        await Console.Out.WriteLineAsync(ReadyBlock.For(app, isDemo));
    }
}
