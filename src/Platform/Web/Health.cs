using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Events;
using HeadlessPro.Platform.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace HeadlessPro.Platform.Web;

/// <summary><c>/health</c>: the process lives. <c>/health/ready</c>: it can work, and how far events and jobs have come, for an operator.</summary>
internal static class Health
{
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(3);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health", () => "OK").ExcludeFromDescription();
        routes.MapGet("/health/ready", Ready).ExcludeFromDescription();
    }

    private static async Task<IResult> Ready(Db db, EventLog events, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(LongestLook);
        try
        {
            var subscribers = await events.Status(deadline.Token);
            var jobs = await JobRunner.Status(db, deadline.Token);
            return Reply.Json(new ReadinessResponse("ready", "ok", subscribers, jobs), PlatformJson.Default.ReadinessResponse);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return Reply.Json(
                new ReadinessResponse("unavailable", "The database cannot be reached", [], new JobsStatus(0, 0, 0, [])),
                PlatformJson.Default.ReadinessResponse, StatusCodes.Status503ServiceUnavailable);
        }
    }
}

/// <summary>Whether this host can work.</summary>
/// <param name="Status"><c>ready</c> or <c>unavailable</c>.</param>
/// <param name="Database"><c>ok</c>, or what is wrong with it.</param>
/// <param name="Events">How far each subscriber has come; <c>dead</c> deliveries wait for an operator.</param>
/// <param name="Jobs">What waits, runs and was given up.</param>
public sealed record ReadinessResponse(string Status, string Database, IReadOnlyList<SubscriberStatus> Events, JobsStatus Jobs);
