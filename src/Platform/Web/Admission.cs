using System.Threading.RateLimiting;
using HeadlessPro.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Platform.Web;

/// <summary>
/// How many requests are worked on at once (<c>Requests:Concurrent</c>) and how many wait for that (<c>Requests:Waiting</c>). The rest get 503 with
/// <c>Retry-After</c> at once: a shop that takes in more than it can do answers everybody late, which helps nobody. Health is always told,
/// and hosts of one shop let each other in: a request that waits at one of them for the other was admitted there, and two full hosts that keep
/// each other out would both stand still.
/// </summary>
internal static class Admission
{
    public static void Add(IServiceCollection services)
    {
        services.AddRateLimiter(options =>
        {
            options.RejectionStatusCode = StatusCodes.Status503ServiceUnavailable;
            options.OnRejected = static (rejected, _) => new(ErrorBody.Send(rejected.HttpContext, Error.Unavailable("The shop is very busy; try again in a second", "overloaded")));
        });
        services.AddOptions<Microsoft.AspNetCore.RateLimiting.RateLimiterOptions>().Configure<IConfiguration>((options, configuration) =>
        {
            var limits = new ConcurrencyLimiterOptions
            {
                PermitLimit = configuration.GetValue("Requests:Concurrent", 64 * Environment.ProcessorCount),
                QueueLimit = configuration.GetValue("Requests:Waiting", 128 * Environment.ProcessorCount),
                QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
            };
            options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, bool>(http =>
                http.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase) || http.Request.Path.StartsWithSegments("/internal", StringComparison.OrdinalIgnoreCase)
                    ? RateLimitPartition.GetNoLimiter(true)
                    : RateLimitPartition.GetConcurrencyLimiter(false, _ => limits));
        });
    }
}
