using HeadlessPro.Host.Demo;

namespace HeadlessPro.Host;

/// <summary>What the operator reads when the host is ready: where it is and what to try next.</summary>
internal static class ReadyBlock
{
    public static string For(WebApplication app, bool isDemo)
    {
        var url = app.Urls.First();
        var role = app.Configuration["role"] ?? Roles.All;
        var database = string.IsNullOrEmpty(app.Configuration["DATABASE_URL"])
            ? $"private PostgreSQL in {Database.DataFolder(app.Configuration)}"
            : "the one at DATABASE_URL";
        return $"""

            HeadlessPro is ready after {SinceStart().TotalSeconds:0.00} s.

              Store API   {url}/store      Admin API   {url}/admin      Health   {url}/health
              Role        {role}
              Database    {database}{(app.Environment.IsDevelopment() ? $"\n  Mails       {url}/outbox" : "")}
            {(isDemo ? Demo(url, DemoPayments.Address(app.Configuration)) : Empty(app.Configuration))}
            """;
    }

    private static string Empty(IConfiguration configuration) => string.IsNullOrEmpty(configuration[FirstKey.Variable])
        ? $"  First key   start once with {FirstKey.Variable}=sk_… in the environment to get into /admin of a new shop"
        : $"  First key   the one in {FirstKey.Variable} opens /admin";

    private static string Demo(string url, string? payments) => $"""
          Demo shop   storefront key {DemoShop.PublishableKey}, staff key {DemoShop.SecretKey}; codes WELCOME10 and BRAAI100 (above R 500)
          Payments    {(payments is null ? "as configured" : $"Stripe and PayPal are emulated at {payments}: card 4242 4242 4242 4242, any future date, any CVC")}

          Try         curl -H 'x-publishable-api-key: {DemoShop.PublishableKey}' '{url}/store/products?limit=3'
                      curl -u {DemoShop.SecretKey}: '{url}/admin/products/export' | head -3
                      dev/seed import FILE.csv
        """;

    private static TimeSpan SinceStart()
    {
        using var self = System.Diagnostics.Process.GetCurrentProcess();
        return TimeProvider.System.GetUtcNow().UtcDateTime - self.StartTime.ToUniversalTime();
    }
}
