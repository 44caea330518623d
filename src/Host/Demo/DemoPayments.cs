using HeadlessPro.Emulator;

namespace HeadlessPro.Host.Demo;

/// <summary>
/// Cards, PayPal and a provider to sign in with, without an account: where a demo shop may be and no provider of payments is configured, the host
/// runs the emulator of them beside itself, 450 ports above its own, and is configured for it. <c>Demo:Payments=false</c> leaves it out.
/// </summary>
internal static class DemoPayments
{
    private const int PortsAbove = 450;

    /// <summary>Where the emulator is, when it is to run here.</summary>
    public static string? Address(IConfiguration configuration) => configuration["Demo:PaymentsAddress"];

    /// <summary>Before the modules are put together: they read where their providers are.</summary>
    public static void Configure(IHostEnvironment environment, IConfiguration configuration, int port)
    {
        var isConfigured = new[] { "STRIPE_API_KEY", "PAYPAL_CLIENT_ID" }.Any(name => !string.IsNullOrEmpty(configuration[name]));
        if (isConfigured || port == 0 || port + PortsAbove > ushort.MaxValue || !DemoShop.IsAllowed(environment, configuration) || !configuration.GetValue("Demo:Payments", true)) return;
        var address = $"http://127.0.0.1:{port + PortsAbove}";
        configuration["Demo:PaymentsAddress"] = address;
        configuration["STRIPE_API_URL"] = configuration["PAYPAL_API_URL"] = address;
        configuration["STRIPE_API_KEY"] = "sk_test_demo";
        configuration["STRIPE_WEBHOOK_SECRET"] = "whsec_demo";
        configuration["PAYPAL_CLIENT_ID"] = configuration["PAYPAL_CLIENT_SECRET"] = "demo";
        configuration["PAYPAL_WEBHOOK_ID"] = "EMULATOR0WEBHOOK1";
        // Somebody to sign in with is there, too.
        configuration["Identity:OpenId:emulator:Authority"] = $"{address}/openid/demo";
        configuration["Identity:OpenId:emulator:ClientId"] = configuration["Identity:OpenId:emulator:ClientSecret"] = "demo";
        // Everybody buys with the same few cards here, again and again.
        foreach (var rule in new[] { "Email", "Card" }) configuration[$"Payments:Fraud:{rule}:Enabled"] ??= "false";
    }

    /// <summary>Runs the emulator until the host stops; it forgets its payments then.</summary>
    public static async Task Start(WebApplication app)
    {
        if (Address(app.Configuration) is not { } address) return;
        var shop = app.Urls.First();
        var emulator = await EmulatorApp.StartAsync(new EmulatorOptions
        {
            Port = new Uri(address).Port,
            StripeWebhookUrl = $"{shop}/webhooks/stripe",
            StripeWebhookSecret = app.Configuration["STRIPE_WEBHOOK_SECRET"]!,
            PayPalWebhookUrl = $"{shop}/webhooks/paypal",
            PayPalWebhookId = app.Configuration["PAYPAL_WEBHOOK_ID"]!,
        }, app.Lifetime.ApplicationStopping);
        app.Lifetime.ApplicationStopped.Register(() => emulator.DisposeAsync().AsTask().GetAwaiter().GetResult());
    }
}
