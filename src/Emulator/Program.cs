using HeadlessPro.Emulator;

await using var emulator = await EmulatorApp.StartAsync(EmulatorOptions.Parse(args));
Console.WriteLine($"The emulator of Stripe and PayPal listens at {emulator.Url}");
await emulator.WaitForShutdownAsync();
