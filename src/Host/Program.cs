using HeadlessPro.Host;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Data;

try
{
    if (args.FirstOrDefault() == Reconcile.Command) return await Reconcile.Run(args[1..]);
    if (args.FirstOrDefault() == FirstAdmin.Command) return await FirstAdmin.Run(args[1..], Console.In);
    if (args.FirstOrDefault() == AuditCommand.Command) return await AuditCommand.Run(args[1..]);
    if (args.FirstOrDefault() == KeysCommand.Command) return await KeysCommand.Run(args[1..]);
    await using var app = await HostApp.Build(Arguments.Check(args));
    try
    {
        await HostApp.Start(app);
    }
    catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
    {
        // Ctrl-C before it was ready: the next start goes on where this one was.
    }

    await app.WaitForShutdownAsync();
    return 0;
}
// The last: a setting that is no number, or no time, where one is asked for.
catch (Exception e) when (e is StartException or MigrationException or InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" })
{
    await Console.Error.WriteLineAsync($"headlesspro: {e.Message}");
    // Of these, 1 is an answer.
    return args.FirstOrDefault() is Reconcile.Command or AuditCommand.Command ? 2 : 1;
}
