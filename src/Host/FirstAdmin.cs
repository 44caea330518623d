using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Audit;

namespace HeadlessPro.Host;

/// <summary>
/// The first member of staff, who invites all others: made by <c>headlesspro user create</c>, or at the start of a shop that never had one
/// from <c>FIRST_ADMIN_EMAIL</c> and <c>FIRST_ADMIN_PASSWORD</c>.
/// </summary>
internal static class FirstAdmin
{
    public const string Command = "user";
    private const string Email = "FIRST_ADMIN_EMAIL";
    private const string Password = "FIRST_ADMIN_PASSWORD";
    private const string Usage = "headlesspro user create --email E [--role R] [--data DIR], with the password as the first line of the input";

    public static async Task Ensure(WebApplication app)
    {
        if (app.Configuration[Email] is not { Length: > 0 } email) return;
        if (app.Configuration[Password] is not { Length: > 0 } password) throw new StartException($"{Email} needs {Password}.");
        using var scope = AuditScope.Of(AuditCaller.CommandLine("serve"));
        var made = await app.Services.GetRequiredService<IStaff>().Create(new CreateStaff(email, password, "admin", OnlyFirst: true), app.Lifetime.ApplicationStopping);
        if (made.Error is { Code: not "not_first" } error) throw new StartException($"{Email} could not be made an admin: {error.Message}.");
    }

    /// <summary>The command, beside a running host or without one.</summary>
    public static async Task<int> Run(string[] args, TextReader input)
    {
        if (args.FirstOrDefault() != "create") throw new StartException($"Usage: {Usage}");
        var (email, rest) = Arguments.Take("--email", args[1..], Usage);
        (var role, rest) = Arguments.Take("--role", rest, Usage);
        if (email is null) throw new StartException($"--email is missing. Usage: {Usage}");
        if (await input.ReadLineAsync() is not { Length: > 0 } password) throw new StartException($"The password is missing. Usage: {Usage}");
        await using var app = await HostApp.Build([.. Arguments.Check(rest), "--beside=true"]);
        using var scope = AuditScope.Of(AuditCaller.CommandLine("user create"));
        var made = await app.Services.GetRequiredService<IStaff>().Create(new CreateStaff(email, password, role ?? "admin"), CancellationToken.None);
        if (!made.Try(out var user, out var error)) throw new StartException($"{error.Message}.");
        await Console.Out.WriteLineAsync($"{user.Email} is {role ?? "admin"} now.");
        return 0;
    }
}
