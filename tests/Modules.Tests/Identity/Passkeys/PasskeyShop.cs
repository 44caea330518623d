using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using HeadlessPro.Host;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace HeadlessPro.Modules.Tests.Identity.Passkeys;

/// <summary>A shop, its storefront's page on another origin with the guide's own script, and one browser for all tests.</summary>
public sealed class PasskeyShop : HpApp
{
    private WebApplication _page = null!;
    private Uri? _other;
    private Chromium? _chromium;

    /// <summary>The storefront, as it is configured.</summary>
    public string Storefront { get; private set; } = "";

    /// <summary>The same page at an origin nobody configured.</summary>
    public string Stranger { get; private set; } = "";

    /// <summary>The same page on a domain below, which is configured as an origin.</summary>
    public string Below { get; private set; } = "";

    protected override string[] Arguments =>
        [$"--STOREFRONT_URL={Storefront}", $"--ADMIN_URL={Storefront}", $"--STORE_CORS={Storefront},{Below}"];

    public override async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        _page = builder.Build();
        var script = Regex.Match(await File.ReadAllTextAsync(Path.Combine(Root(), "docs/guides/sign-in.md")), "```js\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
        Assert.Contains("navigator.credentials.create", script, StringComparison.Ordinal);
        _page.MapGet("/", () => Results.Content($"<!doctype html><title>Shop</title><script>{script}</script>", "text/html"));
        await _page.StartAsync();
        var ports = _page.Urls.Select(u => new Uri(u).Port).ToList();
        (Storefront, Stranger, Below) = ($"http://localhost:{ports[0]}", $"http://localhost:{ports[1]}", $"http://shop.localhost:{ports[0]}");
        await base.InitializeAsync();
    }

    /// <summary>The page with an authenticator plugged in; the test is skipped where there is no browser.</summary>
    internal async Task<(ChromiumPage Page, string Authenticator)> OpenPage(string? origin = null)
    {
        if (Chromium.Find() is not { } program)
        {
            Assert.Skip("No Chromium on this machine; dev/test installs it when it may");
            throw new InvalidOperationException();
        }

        _chromium ??= Chromium.Start(program);
        var page = await _chromium.Open($"{origin ?? Storefront}/");
        return (page, await page.PlugIn());
    }

    /// <summary>A customer whose address is confirmed.</summary>
    internal async Task<Person> Proven()
    {
        var person = await Person.Join(this);
        await Scalar<object>($"update identity.sign_ins set verified_at = now() where subject = '{person.Email}'");
        return person;
    }

    /// <summary>Adds a passkey with the guide's script.</summary>
    internal async Task<JsonNode> Add(ChromiumPage page, string token, string name)
    {
        var added = await page.Run<string>($"JSON.stringify(await addPasskey('{Api}', '{token}', {JsonSerializer.Serialize(name)}))");
        Assert.StartsWith("{", added, StringComparison.Ordinal);
        return JsonNode.Parse(added!)!;
    }

    /// <summary>Signs in with the guide's script: the token, or the refusal's code after <c>!</c>.</summary>
    internal Task<string?> SignIn(ChromiumPage page, string actor = "customer") => page.Run<string>($"(await signInWithPasskey('{Api}', '{actor}')).token");

    /// <summary>Asks for options as a storefront's server would: with a nonce, and no cookie.</summary>
    internal async Task<(JsonNode Options, string State, string Nonce)> Ask(string actor = "customer", string? email = null)
    {
        var nonce = Guid.NewGuid().ToString();
        var asked = await Store.PostJson($"/auth/{actor}/passkey/options", new { nonce, email });
        return (asked["public_key"]!, (string)asked["state"]!, nonce);
    }

    /// <summary>All that a refused answer must leave as it was.</summary>
    internal Task<string?> Rows() => Scalar<string>("""
        select (select coalesce(string_agg(p::text, '|' order by p.id), '') from identity.passkeys p)
            || (select count(*) from identity.sessions) || ' ' || (select count(*) from identity.spent_passkey_challenges) || ' ' || (select count(*) from identity.mfa_challenges)
        """);

    private string Api => BaseAddress.ToString().TrimEnd('/');

    /// <summary>Another host of the same shop.</summary>
    internal async Task<Uri> OtherHost() => _other ??= await StartAnother();

    public override async ValueTask DisposeAsync()
    {
        if (_chromium is not null) await _chromium.DisposeAsync();
        await base.DisposeAsync();
        await _page.DisposeAsync();
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "HeadlessPro.slnx"))) folder = folder.Parent;
        return folder.FullName;
    }
}

[CollectionDefinition(nameof(PasskeyShop))]
public sealed class PasskeyShopCollection : ICollectionFixture<PasskeyShop>;
