using System.Net;
using HeadlessPro.Emulator.OpenId;
using HeadlessPro.Emulator.PayPal;
using HeadlessPro.Emulator.Stripe;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace HeadlessPro.Emulator;

/// <summary>Stripe, PayPal and OpenID providers on a socket of this machine, without an account and without real money.</summary>
public sealed class EmulatorApp : IAsyncDisposable
{
    private readonly WebApplication host;
    private readonly EmulatorState world;
    private readonly CancellationTokenSource stopping = new();
    private Task lapses = Task.CompletedTask;

    private EmulatorApp(WebApplication host, EmulatorState world) => (this.host, this.world) = (host, world);

    /// <summary>Base URL of all of them.</summary>
    public string Url => world.Url;

    public static async Task<EmulatorApp> StartAsync(EmulatorOptions options, CancellationToken cancellation = default)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, options.Port);
        });
        var app = builder.Build();
        var state = new EmulatorState(options);
        var stripe = new StripeBook(state);
        var payPal = new PayPalBook(state);
        var openId = new OpenIdBook(state);
        var exchange = new Exchange(state);
        app.UseRouting();
        new StripeRoutes(stripe, exchange).Map(app);
        new PayPalRoutes(payPal, exchange).Map(app);
        new OpenIdRoutes(openId).Map(app);
        new ControlRoutes(state, stripe, payPal, openId).Map(app);
        new OpenIdControl(openId).Map(app);
        app.MapFallback(StripeEndpoint.UnknownAsync);

        await app.StartAsync(cancellation);
        state.Url = options.PublicUrl?.TrimEnd('/')
            ?? app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        var emulator = new EmulatorApp(app, state);
        emulator.lapses = emulator.LapseAsync(stripe, payPal);
        return emulator;
    }

    public Task WaitForShutdownAsync() => host.WaitForShutdownAsync();

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await lapses;
        await host.DisposeAsync();
        await world.DisposeAsync();
        stopping.Dispose();
    }

    /// <summary>Authorizations and checkout sessions end by themselves.</summary>
    private async Task LapseAsync(StripeBook stripe, PayPalBook payPal)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
            {
                stripe.Lapse();
                payPal.Lapse();
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
