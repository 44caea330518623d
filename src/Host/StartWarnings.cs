namespace HeadlessPro.Host;

/// <summary>What a shop in production should be told and was not: a line each in the log, at every start.</summary>
internal static partial class StartWarnings
{
    public static void Log(WebApplication app)
    {
        if (app.Environment.IsDevelopment()) return;
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(StartWarnings).FullName!);
        foreach (var warning in Of(app.Configuration)) Say(log, warning);
    }

    private static IEnumerable<string> Of(IConfiguration configuration)
    {
        if (IsMissing("MASTER_KEY")) yield return "MASTER_KEY is not set: whoever has a copy of the database can read what is secret in it";
        if (IsMissing("PUBLIC_URL")) yield return "PUBLIC_URL is not set: addresses of pictures, and the issuer of apps' tokens, are what callers say that this host is";
        var open = ((string[])["STORE_CORS", "AUTH_CORS"]).Where(IsMissing).ToList();
        if (open.Count > 0) yield return $"{string.Join(" and ", open)} {(open.Count == 1 ? "is" : "are")} not set: pages of every origin may call, and none with a cookie";

        bool IsMissing(string name) => string.IsNullOrWhiteSpace(configuration[name]);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void Say(ILogger log, string warning);
}
