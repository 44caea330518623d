using HeadlessPro.Emulator;

await using var emulator = await EmulatorApp.StartAsync(EmulatorOptions.Parse(args));
Console.WriteLine($"The emulator of Stripe, PayPal and OpenID providers listens at {emulator.Url}");
await emulator.WaitForShutdownAsync();
