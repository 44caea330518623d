using System.Globalization;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Security;

namespace HeadlessPro.Host;

/// <summary><c>headlesspro keys</c>: shows the keys that encrypt what is secret at rest and how much each of them closed, or makes the next one.</summary>
internal static class KeysCommand
{
    public const string Command = "keys";

    private const string Usage = "headlesspro keys [--data DIR], or headlesspro keys rotate [--data DIR]";

    public static async Task<int> Run(string[] args)
    {
        var isRotation = args.FirstOrDefault() == "rotate";
        if (!isRotation && args is [[not '-', ..], ..]) throw new StartException($"Usage: {Usage}");
        await using var app = await HostApp.Build([.. Arguments.Check(isRotation ? args[1..] : args), "--beside=true"]);
        var ring = app.Services.GetRequiredService<KeyRing>();
        if (isRotation)
            await Console.Out.WriteLineAsync($"The next key closes what is written from {Time(await ring.Rotate(CancellationToken.None))} on. What older ones closed is written again within a day of that.");
        foreach (var key in await ring.Read(CancellationToken.None))
        {
            await Console.Out.WriteLineAsync(key is { From: { } from, Until: { } until } ? $"{key.Id}  {Time(from)} to {Time(until)}" : $"{key.Id}…  is not there: nothing opens these");
            foreach (var (column, texts) in key.Texts) await Console.Out.WriteLineAsync($"  {texts,10}  {column}");
        }

        return 0;
    }

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
