using System.Net.Http.Headers;
using System.Text;

namespace HeadlessPro.Platform.Tests.Start;

public class FirstKeyTests(FirstKeyTests.Shop shop) : IClassFixture<FirstKeyTests.Shop>
{
    private const string Key = "sk_a_first_key_of_32_characters_or_more";

    [Fact]
    public async Task An_empty_shop_is_opened_with_the_key_of_its_environment_until_that_is_revoked()
    {
        using var client = shop.Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Key + ":")));
        var first = (await client.GetJson("/admin/api-keys?q=first%20key"))["api_keys"]![0]!;
        await shop.Admin.PostJson($"/admin/api-keys/{first["id"]}/revoke");
        await client.GetJson("/admin/api-keys", 401);

        await shop.Restart();

        using var again = shop.Client();
        again.DefaultRequestHeaders.Authorization = client.DefaultRequestHeaders.Authorization;
        await again.GetJson("/admin/api-keys", 401);
    }

    [Theory]
    [InlineData("sk_demo")]
    [InlineData("pk_demo")]
    public async Task Keys_everybody_knows_open_nothing_in_production(string token)
    {
        await shop.Contract<Contracts.Identity.IApiKeys>().Ensure(
            new(token, token[0] == 's' ? Contracts.Identity.ApiKeyType.Secret : Contracts.Identity.ApiKeyType.Publishable, "Demo"), default);
        using var client = shop.Client();
        client.DefaultRequestHeaders.Add("x-publishable-api-key", token);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        await client.GetJson("/admin/api-keys", 401);
        await client.GetJson("/store/regions", 400);
    }

    public class Shop : HpApp
    {
        protected override string[] Arguments => [$"--FIRST_SECRET_KEY={Key}"];
    }
}
