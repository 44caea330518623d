using HeadlessPro.Platform.Web;

namespace HeadlessPro.Platform.Tests.Web;

public class EmailAddressTests
{
    [Theory]
    [InlineData("thandi@example.com", true)]
    [InlineData("o'brien+shop@mail.example.co.za", true)]
    [InlineData("tändi@exämple.com", true)]
    [InlineData("thandi@example", false)]
    [InlineData("thandi@.com", false)]
    [InlineData("thandi@example.", false)]
    [InlineData("@example.com", false)]
    [InlineData("thandi@@example.com", false)]
    [InlineData("thandi nkosi@example.com", false)]
    [InlineData("thandi@exam\u200Bple.com", false)]
    [InlineData("thandi@example.com\r\nBcc: all@example.com", false)]
    [InlineData("\uE000@example.com", false)]
    [InlineData("", false)]
    public void What_could_be_somebodys_is_told_from_what_could_not(string text, bool isOne) => Assert.Equal(isOne, EmailAddress.IsOne(text));

    [Fact]
    public void An_address_has_at_most_254_characters()
    {
        Assert.True(EmailAddress.IsOne(new string('a', 242) + "@example.com"));
        Assert.False(EmailAddress.IsOne(new string('a', 243) + "@example.com"));
    }
}
