using HeadlessPro.Platform;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Modules;
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

        var source = NpgsqlDataSource.Create(ConnectionString(configuration));
        builder.Services.AddPlatform(source);
        foreach (var module in modules) module.Add(builder.Services, configuration);
        if (role != Roles.All) Roles.AddPeers(builder.Services, modules, configuration);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.WebHost.UseUrls($"http://{configuration["host"] ?? "127.0.0.1"}:{configuration["port"] ?? Roles.PortOf(role).ToString()}");

        await Migrate(source);

        var app = builder.Build();
        app.UsePlatform();
        foreach (var module in modules)
        {
            module.Map(app);
            if (role == Roles.All) continue;
            foreach (var contract in module.Offers) app.MapContract(contract, Roles.ServiceToken(configuration));
        }

        return app;
    }

    /// <summary>Brings a database up to date with every module, whatever this host's role.</summary>
    public static Task Migrate(NpgsqlDataSource source) => Migrator.Migrate(source,
        [("platform", typeof(Migrator).Assembly), .. ModuleTable.Modules.Select(m => (m.Name, m.Assembly))], CancellationToken.None);

    private static string ConnectionString(IConfiguration configuration) =>
        configuration["DATABASE_URL"] is { Length: > 0 } url
            ? DatabaseUrl.ToConnectionString(url)
            : throw new StartException("Set DATABASE_URL.");
}
