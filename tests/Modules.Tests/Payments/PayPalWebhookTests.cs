using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using HeadlessPro.Contracts;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Payments.Providers.PayPal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using static HeadlessPro.Modules.Tests.Payments.PayPalEmulator;

namespace HeadlessPro.Modules.Tests.Payments;

/// <summary>What PayPal sends: only what it signed is taken, and it names what it is about.</summary>
public sealed class PayPalWebhookTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<(HeaderDictionary Headers, byte[] Body)> _arrived = new();
    private WebApplication _shop = null!;
    private PayPalEmulator _payPal = null!;
    private PayPalWebhook _webhook = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _shop = builder.Build();
        _shop.Run(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            _arrived.Enqueue((new HeaderDictionary(http.Request.Headers.ToDictionary(h => h.Key, h => h.Value, StringComparer.OrdinalIgnoreCase)), body.ToArray()));
        });
        await _shop.StartAsync();
        _payPal = new PayPalEmulator { WebhookUrl = _shop.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/webhooks/paypal" };
        await _payPal.InitializeAsync();
        _webhook = new PayPalWebhook(_payPal.Options, _payPal.Client, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        _webhook.Dispose();
        await _payPal.DisposeAsync();
        await _shop.DisposeAsync();
    }

    [Fact]
    public async Task Every_event_names_its_session_and_what_the_provider_calls_it()
    {
        var payment = await _payPal.Authorized(2000);
        Ok(await _payPal.Provider.Capture(payment, 500, Guid.CreateVersion7(), default));
        var captured = Ok(await _payPal.Provider.Refund(payment, 200, Guid.CreateVersion7(), null, default)).Movements[0].Reference;
        Ok(await _payPal.Provider.Void(payment, Guid.CreateVersion7(), default));
        await _payPal.ByHand($"/v2/payments/captures/{captured}/refund", []);

        var (session, order) = (payment.Session.Id, payment.Session.Reference!);
        var told = await Told();
        Assert.Equal(
            [
                ("CHECKOUT.ORDER.APPROVED", order, session), ("PAYMENT.AUTHORIZATION.CREATED", $"{order} {payment.Reference}", session),
                ("PAYMENT.CAPTURE.COMPLETED", $"{order} {payment.Reference}", session), ("PAYMENT.CAPTURE.REFUNDED", "", session),
                ("PAYMENT.AUTHORIZATION.VOIDED", $"{order} {payment.Reference}", session), ("PAYMENT.CAPTURE.REFUNDED", order, (Guid?)null),
            ],
            told.Select(t => (t.Value!.Type, string.Join(' ', t.Value.References), t.Value.SessionId)));
        Assert.Equal(6, told.Select(t => t.Value!.Id).Distinct().Count());
        Assert.All(told, t => Assert.StartsWith("WH-", t.Value!.Id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_PayPal_did_not_sign_or_signed_long_ago_is_refused()
    {
        await _payPal.Authorized(2000);
        await Told();
        var (headers, body) = _arrived.Last();
        var text = Encoding.UTF8.GetString(body);
        Assert.True((await _webhook.Read(headers, body, default)).IsOk);

        Assert.Equal("The event is not signed by PayPal, or too old", await Refusal(headers, text.Replace("20.00", "2.00", StringComparison.Ordinal)));
        foreach (var header in new[] { "PAYPAL-TRANSMISSION-ID", "PAYPAL-TRANSMISSION-SIG", "PAYPAL-TRANSMISSION-TIME", "PAYPAL-CERT-URL", "PAYPAL-AUTH-ALGO" })
        {
            Assert.Equal("The event is not signed by PayPal, or too old", await Refusal(With(headers, header, null), text));
            Assert.Equal("The event is not signed by PayPal, or too old", await Refusal(With(headers, header, "x\"y"), text));
        }

        foreach (var (hours, isTaken) in new[] { (95, true), (97, false), (-1, false) })
        {
            using var later = new PayPalWebhook(_payPal.Options, _payPal.Client, new Clock(TimeSpan.FromHours(hours)));
            Assert.Equal(isTaken, (await later.Read(headers, body, default)).IsOk);
        }

        foreach (var none in new[] { "", "[]", "null", "{", "{}", """{"id":"WH-1","event_type":"X","resource":[]}""", text + ""","webhook_event":{}""", text + "{}" })
            Assert.Equal("The body is no event of PayPal", await Refusal(headers, none));
    }

    [Fact]
    public void PayPal_is_asked_about_the_very_bytes_that_came()
    {
        var body = """{ "id":"WH-1",   "event_type" : "\u0041\/é", "resource":{"amount":1.0e1} }""";
        HeaderDictionary headers = [];
        foreach (var name in new[] { "ID", "SIG", "TIME" }) headers["PAYPAL-TRANSMISSION-" + name] = name;
        (headers["PAYPAL-CERT-URL"], headers["PAYPAL-AUTH-ALGO"]) = ("url", "algo");
        Assert.Equal(
            """{"auth_algo":"algo","cert_url":"url","transmission_id":"ID","transmission_sig":"SIG","transmission_time":"TIME","webhook_id":"hook","webhook_event":""" + body + "}",
            Encoding.UTF8.GetString(PayPalWebhook.Question("hook", headers, Encoding.UTF8.GetBytes(body))!));
    }

    [Fact]
    public async Task Another_webhook_s_events_are_not_ours()
    {
        await _payPal.Authorized(2000);
        await Told();
        using var other = new PayPalWebhook(_payPal.Options with { WebhookId = "OTHER0WEBHOOK" }, _payPal.Client, TimeProvider.System);
        var (headers, body) = _arrived.Last();
        Assert.Equal(ErrorType.InvalidData, (await other.Read(headers, body, default)).Error!.Type);
    }

    [Fact]
    public async Task While_PayPal_cannot_be_asked_nothing_is_believed_and_nothing_refused()
    {
        await _payPal.Authorized(2000);
        await Told();
        var (headers, body) = _arrived.Last();
        await _payPal.Fault("500", "*/verify-webhook-signature");
        Assert.True((await _webhook.Read(headers, body, default)).IsOk);
        await _payPal.Fault("500", "*/verify-webhook-signature", times: 4);
        Assert.Equal(ErrorType.Unavailable, (await _webhook.Read(headers, body, default)).Error!.Type);
    }

    [Fact]
    public async Task PayPal_is_asked_about_so_many_events_at_once_and_no_more()
    {
        await _payPal.Authorized(2000);
        await Told();
        var (headers, body) = _arrived.Last();
        await _payPal.Fault("delay:2", "*/verify-webhook-signature", times: PayPalWebhook.AtOnce + 1);
        var answers = await Task.WhenAll(Enumerable.Range(0, PayPalWebhook.AtOnce + 1).Select(_ => _webhook.Read(headers, body, default)));
        Assert.Equal([ErrorType.Unavailable], answers.Where(a => !a.IsOk).Select(a => a.Error!.Type));
        await _payPal.NoFaults();
        Assert.True((await _webhook.Read(headers, body, default)).IsOk);
    }

    private async Task<string> Refusal(IHeaderDictionary headers, string body)
    {
        var refused = (await _webhook.Read(headers, Encoding.UTF8.GetBytes(body), default)).Error!;
        Assert.Equal(ErrorType.InvalidData, refused.Type);
        return refused.Message;
    }

    private async Task<List<Result<ProviderEvent>>> Told()
    {
        Assert.True((bool)(await _payPal.Control("idle"))["idle"]!);
        List<Result<ProviderEvent>> told = [];
        foreach (var (headers, body) in _arrived) told.Add(await _webhook.Read(headers, body, default));
        return told;
    }

    private static HeaderDictionary With(HeaderDictionary headers, string name, string? value)
    {
        var changed = new HeaderDictionary(headers.ToDictionary(h => h.Key, h => h.Value, StringComparer.OrdinalIgnoreCase));
        if (value is null) changed.Remove(name);
        else changed[name] = value;
        return changed;
    }

    private sealed class Clock(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow + ahead;
    }
}
