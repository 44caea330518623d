using System.Security.Cryptography;
using System.Text;

namespace HeadlessPro.Emulator.Tests;

/// <summary>What <c>Stripe-Signature</c> says, and whether it holds.</summary>
public sealed record Signature(long Time, bool Holds)
{
    public static Signature Of(Hook hook)
    {
        var parts = hook.Headers["Stripe-Signature"].Split(',').Select(p => p.Split('=')).ToDictionary(p => p[0], p => p[1]);
        byte[] signed = [.. Encoding.UTF8.GetBytes(parts["t"] + "."), .. hook.Body];
        return new Signature(long.Parse(parts["t"]), Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Emulated.Secret), signed)) == parts["v1"]);
    }
}
