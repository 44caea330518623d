using HeadlessPro.Host;
using HeadlessPro.Platform.Data;

try
{
    await using var app = await HostApp.Build(args);
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (e is StartException or MigrationException)
{
    await Console.Error.WriteLineAsync($"headlesspro: {e.Message}");
    return 1;
}
