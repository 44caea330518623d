using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Platform.Tests.Start;

public class DatabaseUrlTests
{
    [Theory]
    [InlineData("sslmode=verify-full&sslrootcert=/etc/ca.pem", "SSL Mode=VerifyFull;Root Certificate=/etc/ca.pem")]
    [InlineData("sslmode=verify-ca", "SSL Mode=VerifyCA")]
    [InlineData("sslmode=require&channel_binding=require", "SSL Mode=Require;Channel Binding=Require")]
    [InlineData("connect_timeout=7&application_name=shop", "Timeout=7;Application Name=shop")]
    [InlineData("target_session_attrs=read-write", "Target Session Attributes=read-write")]
    [InlineData("Maximum%20Pool%20Size=40", "Maximum Pool Size=40")]
    public void Options_are_those_that_hosting_providers_write_or_npgsqls(string options, string settings)
    {
        var read = new NpgsqlConnectionStringBuilder(DatabaseUrl.ToConnectionString($"postgres://us%40er:p%2Fw@db.example:5433/shop?{options}"));
        Assert.Equal(("db.example", 5433, "us@er", "p/w", "shop"), (read.Host, read.Port, read.Username, read.Password, read.Database));
        foreach (var setting in new NpgsqlConnectionStringBuilder(settings)) Assert.Equal((setting.Key, setting.Value?.ToString()), (setting.Key, read[setting.Key]?.ToString()));
    }
}
