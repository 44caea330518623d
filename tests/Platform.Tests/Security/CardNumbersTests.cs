using System.Text;
using HeadlessPro.Platform.Security;

namespace HeadlessPro.Platform.Tests.Security;

/// <summary>What counts as a card number, and what a shop writes every day and does not.</summary>
public sealed class CardNumbersTests
{
    [Theory]
    [InlineData("4111111111111111")]
    [InlineData("4111 1111 1111 1111")]
    [InlineData("4111-1111-1111-1111")]
    [InlineData("4111\u00A01111\u00A01111\u00A01111")]
    [InlineData("4111\u20111111\u20131111\u202F1111")]
    [InlineData("4111.1111.1111.1111")]
    [InlineData("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1")]
    [InlineData("41111111 11111111")]
    [InlineData("411111 1111111111")]
    [InlineData("my card is 4111 1111 1111 1111, 12/27, 123.")]
    [InlineData("4111 1111 1111 1111 1227 123")]
    [InlineData("2 x 4111111111111111")]
    [InlineData("2 4111 1111 1111 1111")]
    [InlineData("1234 4111 1111 1111 1111")]
    [InlineData("pay-4111111111111111")]
    [InlineData("note_4111111111111111_x")]
    [InlineData("4111111111111111.00")]
    [InlineData("-4111111111111111")]
    [InlineData("1,4111111111111111")]
    [InlineData("卡号4111111111111111。")]
    [InlineData("ürün é4111111111111111é")]
    [InlineData("4012888888881881")]
    [InlineData("4000000000000000006")]
    [InlineData("4000 0000 0000 0000 006")]
    [InlineData("5555555555554444")]
    [InlineData("5105105105105100")]
    [InlineData("2223003122003222")]
    [InlineData("2720 9900 0000 0007")]
    [InlineData("6011000990139424")]
    [InlineData("6440000000000005")]
    [InlineData("6500000000000002")]
    [InlineData("3530111333300000")]
    [InlineData("3589000000000003")]
    [InlineData("378282246310005")]
    [InlineData("3782 822463 10005")]
    [InlineData("3714-4963-5398-431")]
    [InlineData("30569309025904")]
    [InlineData("3056 930902 5904")]
    [InlineData("3852 0000 0232 37")]
    [InlineData("36000000000008")]
    public void A_card_number_is_found_however_it_is_written(string text)
    {
        Assert.True(CardNumbers.AreIn(text));
        Assert.True(CardNumbers.AreIn(Encoding.UTF8.GetBytes(text)));
        Assert.False(CardNumbers.AreIn(CardNumbers.Mask(text)));
    }

    [Theory]
    // A wrong check digit; no brand's first digits or length.
    [InlineData("4111111111111112")]
    [InlineData("1111111111111117")]
    [InlineData("5655555555554443")]
    [InlineData("2220990000000002")]
    [InlineData("2721000000000004")]
    [InlineData("411111111111111")]
    [InlineData("41111111111111113")]
    // Visa of 13 digits, which are GTINs of Germany too; a list of GTINs; a barcode of 14 digits of another level.
    [InlineData("4222222222222")]
    [InlineData("4006381333931 4006381333948")]
    [InlineData("14006381333938")]
    // Longer runs, hashes, ids.
    [InlineData("41111111111111110000")]
    [InlineData("04111111111111111")]
    [InlineData("x4111111111111111")]
    [InlineData("4111111111111111x")]
    [InlineData("4111 1111 1111 1111x")]
    [InlineData("d41d8cd98f00b204e9800998ecf8427e4111111111111111")]
    [InlineData("prod_01M7XESKKC7JM10TENH30FRX3Y")]
    [InlineData("12344111-1111-1111-1111-111111111111")]
    [InlineData("key:12344111-1111-4111-1111-111111111111/41111111-1111-1111-8111-111111111111")]
    // Sizes, phones, times, places, decimals, addresses, lists.
    [InlineData("42 44 46 48 50 52 54 56")]
    [InlineData("36-37-38-39-40-41-42")]
    [InlineData("+27 82 123 4567, 0044 20 7946 0958, (011) 555-0142")]
    [InlineData("+4915112345678 +4915112345679")]
    [InlineData("2026-11-21T10:31:16.1234567Z 20261121103116 1795256476123456789")]
    [InlineData("-33.924868 18.424055; 51.50735123456789")]
    [InlineData("0.4111111111111111")]
    [InlineData("4,111,111,111,111,111")]
    [InlineData("4 111 111 111 111 111")]
    [InlineData("4111  1111  1111  1111")]
    [InlineData("4111\n1111\n1111\n1111")]
    [InlineData("4111.111111111111")]
    [InlineData("")]
    [InlineData("4111")]
    public void What_a_shop_writes_every_day_is_none(string text)
    {
        Assert.False(CardNumbers.AreIn(text));
        Assert.False(CardNumbers.AreIn(Encoding.UTF8.GetBytes(text)));
        Assert.Same(text, CardNumbers.Mask(text));
    }

    [Fact]
    public void Wherever_a_number_stands_in_a_text_it_is_seen()
    {
        string[] numbers = ["4111111111111111", "4111 1111 1111 1111", "378282246310005", "30569309025904", "4 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 6"];
        foreach (var filler in (string[])["x ", "- ", " ", "12 ", "é ", "\u00A0\u00A0"])
            for (var before = 0; before < 60; before++)
            {
                var start = string.Concat(Enumerable.Repeat(filler, before));
                foreach (var number in numbers) Assert.True(CardNumbers.AreIn(start + number + " and more"), start + number);
            }
    }

    [Fact]
    public void No_identifier_is_taken_for_a_card_number()
    {
        var random = new Random(7);
        var bytes = new byte[16];
        for (var i = 0; i < 50_000; i++)
        {
            random.NextBytes(bytes);
            // Half of them of decimal digits only: what chance hardly ever makes.
            if (i % 2 == 0) for (var b = 0; b < bytes.Length; b++) bytes[b] = (byte)((random.Next(10) << 4) | random.Next(10));
            var id = $"id {new Guid(bytes)} {Contracts.WireId.Encode("cart", new Guid(bytes))}";
            Assert.False(CardNumbers.AreIn(id), id);
        }
    }

    [Fact]
    public void Masked_texts_keep_what_stands_around() => Assert.Equal(
        "GET /store/******************* and ***************/x",
        CardNumbers.Mask("GET /store/4111-1111-1111-1111 and 378282246310005/x"));

    [Fact]
    public void A_text_in_pieces_loses_the_same_numbers_as_in_one()
    {
        var random = new Random(11);
        string[] words = ["4111111111111111", "4111 1111 1111 1111", "41111111111111110000", "04111111111111111", "x", "12", "é\u00A0", "3782-822463-10005", "4000\u00A00000\u00A00000\u00A00000\u00A0006",
            "12344111-1111-1111-1111-111111111111", ",", "\n", "prod_01M7XESKKC7JM10TENH30FRX3Y", new string('7', 300)];
        for (var round = 0; round < 300; round++)
        {
            var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(200)).Select(_ => words[random.Next(words.Length)] + (random.Next(4) > 0 ? "; " : ""))));
            var whole = new CardNumberFilter();
            byte[] expected = [.. whole.Next(text).ToArray(), .. whole.Next([]).ToArray()];
            var filter = new CardNumberFilter();
            var got = new List<byte>();
            for (var at = 0; at < text.Length;)
            {
                var piece = Math.Min(text.Length - at, random.Next(1, round % 3 == 0 ? 4 : 400));
                got.AddRange(filter.Next(text.AsSpan(at, piece)).Span);
                at += piece;
            }

            got.AddRange(filter.Next([]).Span);
            Assert.Equal(Encoding.UTF8.GetString(expected), Encoding.UTF8.GetString([.. got]));
            Assert.Equal(text.Length, got.Count);
            Assert.Equal(CardNumbers.AreIn(text), filter.Found);
            Assert.False(CardNumbers.AreIn(expected));
        }
    }
}
