using HeadlessPro.Platform;
using HeadlessPro.Platform.Audit;

namespace HeadlessPro.Host;

/// <summary><c>headlesspro audit</c>: verifies or writes out the audit log of the shop's database, beside a running host or without one.</summary>
internal static class AuditCommand
{
    public const string Command = "audit";

    private const string Usage = "headlesspro audit verify [--since HEAD] [--expect HEAD] [--data DIR], or headlesspro audit export [--data DIR]";

    /// <returns>0: every entry holds. 1: not all do.</returns>
    public static async Task<int> Run(string[] args)
    {
        if (args is not [("verify" or "export") and var what, .. var options]) throw new StartException($"Usage: {Usage}");
        (var since, options) = Head("--since", options);
        (var expected, options) = Head("--expect", options);
        if (what == "export" && (since ?? expected) is not null) throw new StartException($"Usage: {Usage}");
        await using var app = await HostApp.Build([.. Arguments.Check(options), "--beside=true"]);
        if (what == "verify") return await Verify(app, since, expected);
        await using var output = Console.OpenStandardOutput();
        await app.Services.GetRequiredService<AuditLog>().Export(output, null, CancellationToken.None);
        return 0;
    }

    private static async Task<int> Verify(WebApplication app, ChainHead? since, ChainHead? expected)
    {
        var verdict = await app.Services.GetRequiredService<VerifyAudit>().Run(since, expected, CancellationToken.None);
        foreach (var finding in verdict.Findings) await Console.Out.WriteLineAsync($"BROKEN  {finding}");
        var from = verdict.Begins > 0 ? $" after position {verdict.Begins}" : "";
        await Console.Out.WriteLineAsync($"{verdict.Checked} entries{from} hold, {verdict.Redacted} of them redacted; {verdict.Waiting} are not sealed yet");
        await Console.Out.WriteLineAsync($"head {verdict.Head}");
        return verdict.Findings.Count == 0 ? 0 : 1;
    }

    private static (ChainHead? Head, string[] Others) Head(string name, string[] args)
    {
        var (value, others) = Arguments.Take(name, args, Usage);
        return value is null ? (null, others)
            : (ChainHead.Parse(value) ?? throw new StartException($"'{value}' is no head: a position and a seal, as `audit verify` prints. Usage: {Usage}"), others);
    }
}
