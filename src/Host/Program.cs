using HeadlessPro.Host;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Data;

try
{
    await using var app = await HostApp.Build(Arguments.Check(args));
    await HostApp.Start(app);
    await app.WaitForShutdownAsync();
    return 0;
}
catch (Exception e) when (e is StartException or MigrationException)
{
    await Console.Error.WriteLineAsync($"headlesspro: {e.Message}");
    return 1;
}
