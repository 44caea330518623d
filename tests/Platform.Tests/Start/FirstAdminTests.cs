using System.Net.Http.Headers;

namespace HeadlessPro.Platform.Tests.Start;

public class FirstAdminTests(FirstAdminTests.Shop shop) : IClassFixture<FirstAdminTests.Shop>
{
    [Fact]
    public async Task A_shop_that_never_had_staff_gets_its_first_admin_from_its_environment_and_no_other()
    {
        await Shop.SignIn(shop, "first@example.com");
        await shop.Scalar<object>("update identity.users set deleted_at = now(), identity_id = null");

        Shop.Email = "second@example.com";
        await shop.Restart();

        using var client = shop.Client();
        await client.PostJson("/auth/user/emailpass", new { email = "second@example.com", password = Shop.Password }, 401);
        Assert.Equal(1L, await shop.Scalar<long>("select count(*) from identity.users"));
    }

    public class Shop : HpApp
    {
        public const string Password = "correct-horse-battery";

        public static string Email { get; set; } = "first@example.com";

        protected override string[] Arguments => [$"--FIRST_ADMIN_EMAIL={Email}", $"--FIRST_ADMIN_PASSWORD={Password}"];

        public static async Task SignIn(HpApp shop, string email)
        {
            using var client = shop.Client();
            var token = (string)(await client.PostJson("/auth/user/emailpass", new { email, password = Password }))["token"]!;
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            Assert.Equal("admin", (string)(await client.GetJson("/admin/users/me"))["user"]!["roles"]![0]!);
        }
    }
}
