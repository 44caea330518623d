using System.Security.Cryptography;
using System.Text;
using HeadlessPro.Contracts;
using HeadlessPro.Payments.Providers.Stripe;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Modules.Tests.Payments;

/// <summary>Whether a webhook is Stripe's, and what it is about.</summary>
public sealed class StripeWebhookTests
{
    private const string Body = """{"id":"evt_1","object":"event","created":1700000000,"type":"payment_intent.succeeded","data":{"object":{"id":"pi_1","object":"payment_intent"}}}""";

    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    // Made with OpenSSL: printf '%s' "1700000000.$BODY" | openssl dgst -sha256 -hmac whsec_one
    private const string Known = "48a4d905b13ee26cbfee6c850a00ef677d2d20cd99bb8f1fa76f20cddc59d49e";

    [Theory]
    [InlineData("t=1700000000,v1=" + Known, "whsec_one", true)]
    [InlineData("t=1700000000, v1=" + Known, "whsec_one", true)]
    [InlineData("t=1700000000,v1=" + Known, "whsec_two,whsec_one", true)]
    [InlineData("t=1700000000,v1=00ff,v1=zz,v0=abc,v1=" + Known, "whsec_one", true)]
    [InlineData("t=1700000000,v1=" + Known, "whsec_two", false)]
    [InlineData("t=1700000000,v0=" + Known, "whsec_one", false)]
    [InlineData("t=1700000001,v1=" + Known, "whsec_one", false)]
    [InlineData("t=+1700000000,v1=" + Known, "whsec_one", false)]
    [InlineData("t=,v1=" + Known, "whsec_one", false)]
    [InlineData("v1=" + Known, "whsec_one", false)]
    [InlineData("t=1700000000", "whsec_one", false)]
    [InlineData("", "whsec_one", false)]
    [InlineData("nonsense", "whsec_one", false)]
    [InlineData("t=1700000000,v1=" + Known, "", false)]
    public void Only_what_was_signed_with_one_of_our_secrets_is_taken(string header, string secrets, bool taken)
    {
        Assert.Equal(taken, StripeSignature.TryVerify(Encoding.UTF8.GetBytes(Body), header, secrets.Split(',', StringSplitOptions.RemoveEmptyEntries), Now, out var problem));
        Assert.Equal(taken, problem.Length == 0);
    }

    [Fact]
    public void Every_byte_of_the_body_counts()
    {
        var bytes = Encoding.UTF8.GetBytes(Body);
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 1;
            Assert.False(StripeSignature.TryVerify(bytes, "t=1700000000,v1=" + Known, ["whsec_one"], Now, out _));
            bytes[i] ^= 1;
        }

        Assert.False(StripeSignature.TryVerify([.. bytes, (byte)'\n'], "t=1700000000,v1=" + Known, ["whsec_one"], Now, out _));
        Assert.True(StripeSignature.TryVerify(bytes, "t=1700000000,v1=" + Known, ["whsec_one"], Now, out _));
    }

    [Theory]
    [InlineData(-301, false)]
    [InlineData(-300, true)]
    [InlineData(300, true)]
    [InlineData(301, false)]
    public void What_was_signed_long_ago_or_ahead_of_our_clock_is_not_taken(int seconds, bool taken)
    {
        var time = Now.AddSeconds(seconds).ToUnixTimeSeconds();
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData("whsec_one"u8, Encoding.UTF8.GetBytes($"{time}.{Body}")));
        Assert.Equal(taken, StripeSignature.TryVerify(Encoding.UTF8.GetBytes(Body), $"t={time},v1={signature}", ["whsec_one"], Now, out var problem));
        Assert.Equal(taken ? "" : "Stripe-Signature is too old, or of a clock that is ahead", problem);
    }

    [Theory]
    [InlineData("""{"id":"pi_1","object":"payment_intent","metadata":{"session_id":"0198c000-0000-7000-8000-000000000001"}}""", "pi_1", "pi_1", true)]
    [InlineData("""{"id":"ch_1","object":"charge","payment_intent":"pi_1","metadata":{"session_id":"0198c000-0000-7000-8000-000000000001"}}""", "ch_1", "pi_1", true)]
    [InlineData("""{"id":"ch_1","object":"charge","payment_intent":{"id":"pi_1"},"metadata":{}}""", "ch_1", "pi_1", false)]
    [InlineData("""{"id":"cs_1","object":"checkout.session","payment_intent":null,"metadata":{"session_id":"0198c000-0000-7000-8000-000000000001"}}""", "cs_1", null, true)]
    [InlineData("""{"id":"du_1","object":"dispute","payment_intent":"pi_1","metadata":{"session_id":"somebody's own"}}""", "du_1", "pi_1", false)]
    [InlineData("""{"id":"cus_1","object":"customer","metadata":null}""", "cus_1", null, false)]
    public void An_event_says_what_it_is_about(string subject, string id, string? intent, bool session)
    {
        var body = $$"""{"id":"evt_1","object":"event","created":1700000000,"type":"some.thing","data":{"object":{{subject}},"previous_attributes":{} } }""";
        Assert.Equal(
            new StripeEvent("evt_1", "some.thing", Now, id, intent, session ? Guid.Parse("0198c000-0000-7000-8000-000000000001") : null),
            StripeWebhook.Read(Encoding.UTF8.GetBytes(body)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("""{"id":"evt_1"}""")]
    [InlineData("""{"id":"evt_1","type":"a","created":1,"data":{}}""")]
    [InlineData("""{"id":"evt_1","type":"a","created":1,"data":{"object":[]}}""")]
    [InlineData("""{"id":"evt_1","type":"a","created":"1","data":{"object":{"id":"pi_1"}}}""")]
    [InlineData("""{"id":"evt_1","type":"a","created":999999999999999,"data":{"object":{"id":"pi_1"}}}""")]
    [InlineData("""{"id":7,"type":"a","created":1,"data":{"object":{"id":"pi_1"}}}""")]
    public void What_is_no_event_is_none(string body) => Assert.Null(StripeWebhook.Read(Encoding.UTF8.GetBytes(body)));

    [Fact]
    public async Task A_webhook_is_an_event_only_with_a_signature()
    {
        var source = new StripeWebhook(new StripeOptions("sk_test_1", ["whsec_one"], new Uri("http://127.0.0.1")), new Still(Now));
        Assert.Equal("stripe", source.Name);
        var taken = await source.Read(new HeaderDictionary { ["Stripe-Signature"] = "t=1700000000,v1=" + Known }, Encoding.UTF8.GetBytes(Body), default);
        Assert.Equal(("evt_1", "payment_intent.succeeded", null), (taken.Value!.Id, taken.Value.Type, taken.Value.SessionId));
        Assert.Equal(["pi_1"], taken.Value.References);
        var unsigned = await source.Read(new HeaderDictionary(), Encoding.UTF8.GetBytes(Body), default);
        Assert.Equal(Error.Invalid("Stripe-Signature is missing or malformed"), unsigned.Error);

        const string refund = """{"id":"evt_2","created":1700000000,"type":"refund.created","data":{"object":{"id":"re_1","payment_intent":"pi_1"}}}""";
        Assert.Equal(["re_1", "pi_1"], (await source.Read(Signed(refund), Encoding.UTF8.GetBytes(refund), default)).Value!.References);
        Assert.Equal(Error.Invalid("The body is no event of Stripe's"), (await source.Read(Signed("{}"), Encoding.UTF8.GetBytes("{}"), default)).Error);
    }

    private static HeaderDictionary Signed(string body) => new()
    {
        ["Stripe-Signature"] = "t=1700000000,v1=" + Convert.ToHexStringLower(HMACSHA256.HashData("whsec_one"u8, Encoding.UTF8.GetBytes("1700000000." + body))),
    };

    private sealed class Still(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
