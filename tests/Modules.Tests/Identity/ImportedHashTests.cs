namespace HeadlessPro.Modules.Tests.Identity;

/// <summary>Kinds of hashes, of which one each is checked when somebody is refused, and how much of that a shop takes on.</summary>
public class ImportedHashTests(HpApp app) : IClassFixture<HpApp>
{
    private const string Bcrypt = "FnXjQI6NXY4kvU0MdXrIbez9hZkjcJ/k2zIai414Wg4Xu6lW7lLIi";

    [Theory]
    [InlineData("$2a$06$" + Bcrypt, "$2a$06$rfTgd0yAPiIQQ63Exiu5EuSqHLYJfuowX552VePQSSfa1hKnglLZS", "bcrypt 06")]
    [InlineData("$2b$06$" + Bcrypt, "$2y$06$rfTgd0yAPiIQQ63Exiu5EuSqHLYJfuowX552VePQSSfa1hKnglLZS", "bcrypt 06")]
    [InlineData("$2b$12$" + Bcrypt, "$2b$12$rfTgd0yAPiIQQ63Exiu5EuSqHLYJfuowX552VePQSSfa1hKnglLZS", "bcrypt 12")]
    [InlineData("pbkdf2_sha256$20000$saltone$XFdP/Th+MYyXFEDkoKa1K5V9lq2FuFO0mMr5K6dCXlk=", "pbkdf2_sha256$20000$salttwo$usUGbyi7SpMszjCGwJ1mjRInNOufxCtv6ltwX83fn/s=", "pbkdf2_sha256 20000")]
    [InlineData("pbkdf2_sha256$30000$saltone$3JWI5JEJr2KbJr96mX9m0CVwsAn0uvurAl72P+DowKI=", "pbkdf2_sha256$30000$salttwo$usUGbyi7SpMszjCGwJ1mjRInNOufxCtv6ltwX83fn/s=", "pbkdf2_sha256 30000")]
    [InlineData(
        "c2NyeXB0AAoAAAAIAAAAAQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g43LWvqXHHgKOcx/zSd4nCXLHnRHEtTIjFXiJiRXWT/ro/5DFmLvA3sb8y1guuI+0",
        "c2NyeXB0AAoAAAAIAAAAAcnKy8zNzs/Q0dLT1NXW19jZ2tvc3d7f4OHi4+Tl5ufo97GoxFGZoTtJ6gv7jJLlw7ZU0mN8pJ2ym56pPnjyf4P81InZETexKZHm9AMKaDmQ",
        "736372797074000a0000000800000001")]
    [InlineData(
        "c2NyeXB0AAsAAAAIAAAAAQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gKX+zh6wd+NgBDAh6G8ef81DA1yQQogVMRmvZ4K5nqrYcBX4Wlp4VWV2RgnsoDqSm",
        "c2NyeXB0AAsAAAAIAAAAAcnKy8zNzs/Q0dLT1NXW19jZ2tvc3d7f4OHi4+Tl5ufoKX+zh6wd+NgBDAh6G8ef81DA1yQQogVMRmvZ4K5nqrYcBX4Wlp4VWV2RgnsoDqSm",
        "736372797074000b0000000800000001")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxBN+wXPYTm89Bly9JEhkNisiqy7OzUJE1Yj1c5L9Wspzg==", "AGVmZ2hpamtsbW5vcHFyc3S24VYz4wuxPRB3ZR1q6ygKbhtkBRFV+hT7u8TexjN2EA==", "00")]
    [InlineData(
        "AQAAAAEAACcQAAAAEAECAwQFBgcICQoLDA0ODxAwTOFtpzOmlwdXPeQN5tP796wOOnaT+f7CCGSSJb0txw==", "AQAAAAEAACcQAAAAEGVmZ2hpamtsbW5vcHFyc3TOCTvAqqwcesHGrOVUD4nsMY4NMHyrhtTLWj1MO3Ehnw==",
        "01000000010000271000000010")]
    [InlineData(
        "AQAAAAIAAAH0AAAAEAECAwQFBgcICQoLDA0ODxCL5iwZCoTfgDKJE6vHSuWCJX0gPA3lLp/biT4RsZ7Qqg==", "AQAAAAIAAAH0AAAAEGVmZ2hpamtsbW5vcHFyc3SsgQ74sF+LCE5A3lKgt9Xjeh8qfo1ADOPa1exgZugcaA==",
        "0100000002000001f400000010")]
    public async Task What_its_check_costs_makes_a_hash_s_kind_and_its_salt_does_not(string hash, string other, string kind) =>
        Assert.Equal((kind, kind), (await app.Scalar<string>($"select identity.hash_kind('{hash}')"), await app.Scalar<string>($"select identity.hash_kind('{other}')")));

    [Fact]
    public async Task A_kind_with_which_a_wrong_password_would_take_more_than_a_second_is_named_and_its_customer_stays_out()
    {
        const string million = "pbkdf2_sha256$1000000$saltone$Ti7G0HZQlUTS+KDyMfhC1d0eyG30Dd6u/F2C6LcK5OI=";
        var (taken, cost13) = (Person.NewEmail(), Person.NewEmail());
        await app.Admin.PostJson("/admin/customers", new { email = taken });
        // Who does not come in takes nothing of it.
        Assert.Equal("3: 0 email_taken", await Import((taken, million), (cost13, "$2b$13$" + Bcrypt), (Person.NewEmail(), "$2b$12$" + Bcrypt), (Person.NewEmail(), "$2a$13$" + Bcrypt)));

        var (slow, memory, quick, same) = (Person.NewEmail(), Person.NewEmail(), Person.NewEmail(), Person.NewEmail());
        var answer = await app.Admin.PostJson("/admin/customers/import", new
        {
            customers = new[]
            {
                new { email = slow, password_hash = million },
                new { email = memory, password_hash = "c2NyeXB0AA4AAAAIAAAAEAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gRKAEoJ5NB4qsRtHUA1cuP5N7WmuQzhchM/aI3P2E6qaVnXil1GiG75D7ZqU2SOxC" },
                new { email = quick, password_hash = "pbkdf2_sha256$20000$saltone$XFdP/Th+MYyXFEDkoKa1K5V9lq2FuFO0mMr5K6dCXlk=" },
                new { email = same, password_hash = "$2y$13$" + Bcrypt },
            },
        });
        Assert.Equal(
            $"0 {slow} hash_too_slow, 1 {memory} hash_too_slow",
            string.Join(", ", answer["problems"]!.AsArray().Select(p => $"{p!["index"]} {p["email"]} {p["code"]}")));
        Assert.Equal(
            "Invalid request: Field 'password_hash': with hashes of this kind and cost beside those that are here, a wrong password would take more than a second: leave 'password_hash' out and send 'has_account', "
            + "and the customer chooses a new password by mail",
            (string)answer["problems"]![0]!["message"]!);
        Assert.Equal(2, (int)answer["imported"]!);
        Assert.Equal((0L, 0L), (
            await app.Scalar<long>($"select count(*) from identity.customers where email in ('{slow}', '{memory}')"), await app.Scalar<long>($"select count(*) from identity.sign_ins where subject in ('{slow}', '{memory}')")));

        // With the last of a kind goes what it cost.
        await app.Scalar<object>("update identity.sign_ins set secret = null where identity.hash_kind(secret) = 'bcrypt 13'");
        Assert.Equal("1: ", await Import((slow, million)));
        await app.Scalar<object>("update identity.sign_ins set secret = null where secret is not null");
    }

    [Fact]
    public async Task However_quick_they_are_there_are_not_more_than_a_thousand_kinds()
    {
        var customers = Enumerable.Range(1, 1000).Select(n => (Person.NewEmail(), $"pbkdf2_sha256${n}$saltone$XFdP/Th+MYyXFEDkoKa1K5V9lq2FuFO0mMr5K6dCXlk=")).ToArray();
        Assert.Equal("1000: ", await Import(customers));
        Assert.Equal("0: 0 hash_too_slow", await Import((Person.NewEmail(), "pbkdf2_sha256$1001$saltone$XFdP/Th+MYyXFEDkoKa1K5V9lq2FuFO0mMr5K6dCXlk=")));
        await app.Scalar<object>("update identity.sign_ins set secret = null where secret is not null");
    }

    private async Task<string> Import(params (string Email, string Hash)[] customers)
    {
        var answer = await app.Admin.PostJson("/admin/customers/import", new { customers = customers.Select(c => new { email = c.Email, password_hash = c.Hash }) });
        return $"{answer["imported"]}: {string.Join(", ", answer["problems"]!.AsArray().Select(p => $"{p!["index"]} {p["code"]}"))}";
    }
}
