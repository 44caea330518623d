using HeadlessPro.Identity.SignIn.OpenId;
using HeadlessPro.Platform;
using Microsoft.Extensions.Configuration;

namespace HeadlessPro.Modules.Tests.Identity.OpenId;

/// <summary>What an operator configures: what could not work, or not safely, ends the start with a sentence that names it.</summary>
public class OpenIdSettingsTests
{
    [Fact]
    public void Google_and_Microsoft_need_their_client_only()
    {
        var all = Read("google:ClientId=g", "google:ClientSecret=s", "microsoft:ClientId=m", "microsoft:ClientSecret=s");
        Assert.Equal(
            ["google Google https://accounts.google.com/ False https://shop.example/auth/customer/google/callback", "microsoft Microsoft https://login.microsoftonline.com/common/v2.0 True https://shop.example/auth/customer/microsoft/callback"],
            all.Select(s => $"{s.Name} {s.DisplayName} {s.Authority} {s.IsShared} {s.CallbackUrls[0]}"));
        var own = Assert.Single(Read("work:Preset=microsoft", "work:Tenant=contoso.example", "work:ClientId=m", "work:ClientSecret=s", "work:TrustEmail=true"));
        Assert.Equal(("https://login.microsoftonline.com/contoso.example/v2.0", false, true), (own.Authority.OriginalString, own.IsShared, own.TrustsEmail));
    }

    [Theory]
    [InlineData("Identity:OpenId:own:ClientSecret", "ClientSecret=")]
    [InlineData("Identity:OpenId:own:ClientId", "ClientId=")]
    [InlineData("Identity:OpenId:own:Authority must be", "Authority=http://provider.example")]
    [InlineData("Identity:OpenId:own:Authority must be", "Authority=provider.example")]
    [InlineData("Identity:OpenId:own:Authority must be", "Authority=https://provider.example/?x=1")]
    [InlineData("Identity:OpenId:own:Authority must be", "Authority=file:///etc/passwd")]
    [InlineData("Identity:OpenId:own:CallbackUrls must be", "CallbackUrls=https://shop.example/a,http://shop.example/b")]
    [InlineData("Identity:OpenId:own:CallbackUrls must be", "CallbackUrls=javascript:alert(1)")]
    [InlineData("Identity:OpenId:own:Scopes must be", "Scopes=email profile")]
    [InlineData("Identity:OpenId:own:TimeoutSeconds must be", "TimeoutSeconds=0")]
    [InlineData("Identity:OpenId:own:TrustEmail must be", "TrustEmail=sure")]
    [InlineData("Identity:OpenId:own:Preset must be", "Preset=github")]
    [InlineData("Identity:OpenId:own:Tenant must be", "Tenant=contoso")]
    [InlineData("Identity:OpenId:own:Actors must be", "Actors=staff")]
    [InlineData("Identity:OpenId:own:Staff:AllowedDomains must be", "Actors=user")]
    [InlineData("Identity:OpenId:own:TrustEmails must be", "TrustEmails=true")]
    [InlineData("Identity:OpenId:own:TrustedDomains must be", "TrustedDomains=*")]
    [InlineData("Identity:OpenId:own:TrustedDomains must be", "TrustedDomains=example.com,someone@example.com")]
    public void What_could_not_work_is_refused_by_name(string expected, string setting) =>
        Assert.Contains(expected, Assert.Throws<StartException>(() => Read(["own:Authority=https://provider.example", "own:ClientId=c", "own:ClientSecret=s", "own:" + setting])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("microsoft:TrustEmail: anybody may have a tenant at Microsoft", "microsoft:TrustEmail=true")]
    [InlineData("microsoft:TrustEmail: anybody may have a tenant at Microsoft", "microsoft:Tenant=9188040d-6c67-4c5b-b112-36a304b66dad", "microsoft:TrustEmail=true")]
    [InlineData("microsoft:TrustedDomains: anybody may have an account at Microsoft", "microsoft:TrustedDomains=example.com")]
    [InlineData("microsoft:Actors: anybody may have an account at Microsoft", "microsoft:Actors=customer,user", "microsoft:Staff:AllowedDomains=example.com")]
    [InlineData("microsoft:Actors: anybody may have an account at Microsoft", "microsoft:Actors:0=user", "microsoft:Staff:AllowedDomains=example.com")]
    [InlineData("microsoft:Staff is set: set Actors", "microsoft:Staff:AllowedDomains=example.com")]
    [InlineData("emailpass: a provider's name", "emailpass:Authority=https://provider.example", "emailpass:ClientId=x", "emailpass:ClientSecret=s")]
    [InlineData("a_b: a provider's name", "a_b:Authority=https://provider.example", "a_b:ClientId=x", "a_b:ClientSecret=s")]
    public void What_would_not_be_safe_is_refused(string expected, params string[] settings) =>
        Assert.Contains("Identity:OpenId:" + expected, Assert.Throws<StartException>(() => Read(["microsoft:ClientId=c", "microsoft:ClientSecret=s", .. settings])).Message, StringComparison.Ordinal);

    private static IReadOnlyList<OpenIdSettings> Read(params string[] settings) => OpenIdSettings.All(new ConfigurationBuilder().AddInMemoryCollection(
        settings.Select(s => s.Split('=', 2)).GroupBy(s => s[0]).Select(g => KeyValuePair.Create("Identity:OpenId:" + g.Key, (string?)g.Last()[1])).Append(new("STOREFRONT_URL", "https://shop.example"))).Build());
}
