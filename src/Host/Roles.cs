using HeadlessPro.Contracts;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Modules;

namespace HeadlessPro.Host;

/// <summary>Which modules this process runs, and where the contracts of the others are.</summary>
internal static class Roles
{
    public const string All = "all";
    public const string IdentityCommerce = "identity-commerce";
    public const string CatalogFulfillment = "catalog-fulfillment";

    /// <summary>The port a role listens on unless told otherwise.</summary>
    public static int PortOf(string role) => role switch
    {
        IdentityCommerce => 8001,
        CatalogFulfillment => 8002,
        _ => 9000,
    };

    /// <summary>The modules of a role, in the order of the table; refuses an unknown role.</summary>
    public static IReadOnlyList<Module> ModulesOf(string role)
    {
        if (role == All) return ModuleTable.Modules;
        var modules = ModuleTable.Modules.Where(m => m.Role == role).ToList();
        if (modules.Count > 0) return modules;
        var known = string.Join(", ", ModuleTable.Modules.Select(m => m.Role).Distinct().Prepend(All));
        throw new StartException($"Unknown role '{role}'. Roles: {known}.");
    }

    /// <summary>Refuses modules that need each other in a circle.</summary>
    public static void RefuseCycles(IReadOnlyList<Module> table)
    {
        var offeredBy = table.SelectMany(m => m.Offers.Select(c => (c, m))).ToDictionary(p => p.c, p => p.m);
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var module in table) Visit(module, []);

        void Visit(Module module, List<string> path)
        {
            if (done.Contains(module.Name)) return;
            if (path.Contains(module.Name)) throw new StartException($"Modules need each other in a circle: {string.Join(" → ", path)} → {module.Name}.");
            path.Add(module.Name);
            foreach (var need in module.Needs) Visit(offeredBy[need], path);
            path.RemoveAt(path.Count - 1);
            done.Add(module.Name);
        }
    }

    /// <summary>Registers a stand-in for each contract needed here and kept elsewhere; refuses one that has no configured peer.</summary>
    public static void AddPeers(IServiceCollection services, IReadOnlyList<Module> here, IConfiguration configuration)
    {
        var offered = here.SelectMany(m => m.Offers).ToHashSet();
        // Every host checks who is calling, whatever its modules need.
        var needed = here.SelectMany(m => m.Needs).Concat([typeof(Contracts.Identity.IApiKeys), typeof(Contracts.Identity.ISessions)]).Distinct().Where(c => !offered.Contains(c));
        foreach (var contract in needed)
        {
            var owner = ModuleTable.Modules.First(m => m.Offers.Contains(contract));
            // A shell's variables have no hyphens: Peers__catalog_fulfillment is heard too.
            var address = configuration[$"Peers:{owner.Role}"] ?? configuration[$"Peers:{owner.Role.Replace('-', '_')}"]
                ?? throw new StartException(
                    $"{contract.Name} is kept by module {owner.Name}, which is not here. Set Peers__{owner.Role.Replace('-', '_')} to the address of a host with role {owner.Role}.");
            var client = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
            {
                BaseAddress = new Uri(address.TrimEnd('/') + "/"),
            };
            var deadline = TimeSpan.FromMilliseconds(configuration.GetValue("Peers:DeadlineMs", 5000));
            var stub = typeof(RemoteContract).GetMethod(nameof(RemoteContract.Create), 1, [typeof(HttpClient), typeof(string), typeof(TimeSpan)])!
                .MakeGenericMethod(contract).Invoke(null, [client, ServiceToken(configuration), deadline])!;
            services.AddSingleton(contract, stub);
        }
    }

    /// <summary>The secret that hosts of one shop share.</summary>
    public static string ServiceToken(IConfiguration configuration) =>
        configuration["SERVICE_TOKEN"] is { Length: >= 16 } token
            ? token
            : throw new StartException("Set SERVICE_TOKEN (16 characters or more, the same for all hosts of the shop) to run one role.");
}
