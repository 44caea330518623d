using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Audit;

namespace HeadlessPro.Host;

/// <summary>
/// The first staff key of a shop that starts empty: every other key is made through the Admin API, which asks for one. It comes from
/// the environment as <c>FIRST_SECRET_KEY</c>; make your own key with it and revoke it. A revoked one stays revoked.
/// </summary>
internal static class FirstKey
{
    public const string Variable = "FIRST_SECRET_KEY";
    private const int MinLength = 32;
    private const int MaxLength = 200;

    public static async Task Ensure(WebApplication app)
    {
        if (app.Configuration[Variable] is not { Length: > 0 } token) return;
        if (!token.StartsWith("sk_", StringComparison.Ordinal) || token.Length is < MinLength or > MaxLength)
            throw new StartException($"{Variable} must begin with sk_ and have {MinLength} to {MaxLength} characters.");
        using var scope = AuditScope.Of(AuditCaller.CommandLine("serve"));
        var key = await app.Services.GetRequiredService<IApiKeys>().Ensure(new EnsureApiKey(token, ApiKeyType.Secret, "First key"), app.Lifetime.ApplicationStopping);
        if (key.Error is { Code: not "key_revoked" } error) throw new StartException($"{Variable} could not be kept: {error.Message}");
    }
}
