using System.Text.Json;
using System.Text.Json.Serialization;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Audit;
using HeadlessPro.Platform.Caching;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Events;
using HeadlessPro.Platform.Jobs;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace HeadlessPro.Platform;

/// <summary>The ground under every module.</summary>
public static class PlatformSetup
{
    /// <summary>Registers what stands on the host's <see cref="NpgsqlDataSource"/>: the clock, JSON rules and background work.</summary>
    public static void AddPlatform(this IServiceCollection services)
    {
        DapperTypes.Register();
        services.AddSingleton<Db>();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<HostPresence>();
        services.AddSingleton<EventLog>();
        services.AddSingleton<PersonalTraces>();
        services.AddSingleton<AnswerCache>();
        services.AddSingleton<JobRunner>();
        services.AddHostedService<EventListener>();
        services.AddHostedService<EventRelay>();
        services.AddHostedService(provider => provider.GetRequiredService<JobRunner>());
        services.AddRecurringJob("platform.trim_event_log", TimeSpan.FromHours(1), (provider, ct) => provider.GetRequiredService<EventLog>().Trim(ct));
        services.AddRecurringJob("platform.trim_idempotency", TimeSpan.FromMinutes(10), (provider, ct) => Idempotency.Trim(provider.GetRequiredService<Db>(), ct));
        services.AddSingleton<AuditLog>();
        services.AddSingleton<VerifyAudit>();
        services.AddRecurringJob(SealAudit.Job, SealAudit.Every, SealAudit.Run);
        services.AddRecurringJob(SealAudit.ShowJob, TimeSpan.FromHours(1), SealAudit.Show);
        services.AddRecurringJob(SealAudit.CutJob, TimeSpan.FromDays(1), SealAudit.Cut);
        services.AddSingleton<ExemptClients>();
        services.AddSingleton<RequestCounts>();
        services.AddHostedService(provider => provider.GetRequiredService<RequestCounts>());
        services.AddRouting();
        Cors.Add(services);
        KeyRing.Add(services);
        Admission.Add(services);
        services.ConfigureHttpJsonOptions(json =>
        {
            var options = json.SerializerOptions;
            options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            options.NumberHandling = JsonNumberHandling.Strict;
            options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            options.RespectNullableAnnotations = true;
            options.RespectRequiredConstructorParameters = true;
            options.AllowDuplicateProperties = false;
            options.Converters.Add(new WireTimeConverter());
            options.TypeInfoResolverChain.Insert(0, PlatformJson.Default);
        });
    }

    /// <summary>Adds a module's generated serializers to those that read request bodies, before the framework's, which reflects.</summary>
    public static void AddJson(this IServiceCollection services, JsonSerializerContext context) =>
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, context));

    /// <summary>The pipeline every request runs through, in order.</summary>
    public static void UsePlatform(this WebApplication app)
    {
        Proxies.Use(app);
        app.UseMiddleware<RequestMiddleware>();
        app.UseMiddleware<ErrorMiddleware>();
        Cors.Use(app);
        app.UseMiddleware<RateLimits>();
        app.UseMiddleware<CardNumberMiddleware>();
        app.UseRateLimiter();
        app.UseRouting();
        app.UseMiddleware<AuditMiddleware>();
        app.UseMiddleware<CallerMiddleware>();
        app.UseMiddleware<Idempotency>();
        // Once more: what a handler ends in is an answer before Idempotency keeps it.
        app.UseMiddleware<ErrorMiddleware>();
        Health.Map(app);
        FrontPage.Map(app);
        ApiDescription.Map(app);
    }
}
