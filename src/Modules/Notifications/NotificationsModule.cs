using HeadlessPro.Contracts.Notifications;
using HeadlessPro.Notifications.Providers;
using HeadlessPro.Notifications.Providers.LocalOutbox;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Jobs;
using HeadlessPro.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace HeadlessPro.Notifications;

/// <summary>The front door of Notifications: everything it registers and every route it answers, by name.</summary>
public static class NotificationsModule
{
    /// <summary>Registers services and jobs.</summary>
    public static void AddNotifications(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<MessageSeal>();
        services.AddSingleton<INotifications, QueueNotification>();
        services.AddSingleton<IMessageData, MessageData>();
        services.AddSingleton<INotificationProvider, LocalOutbox>();
        services.AddJobHandler(DeliverNotifications.Job, DeliverNotifications.Run);
        services.AddRecurringJob("notifications.forget", TimeSpan.FromMinutes(1), DeliverNotifications.Forget);
        services.AddJson(NotificationsJson.Default);
    }

    /// <summary>Maps the routes.</summary>
    public static void MapNotifications(IEndpointRouteBuilder routes)
    {
        var admin = routes.MapGroup("/admin/notifications").WithTags("Notifications");
        admin.MapGet("", ReadNotifications.List).RequirePermission("notifications:read").WithName("GetAdminNotifications");
        admin.MapGet("/{id}", ReadNotifications.One).RequirePermission("notifications:read").WithName("GetAdminNotification");
        if (routes.ServiceProvider.GetRequiredService<IHostEnvironment>().IsDevelopment()) routes.MapGet("/outbox", OutboxPage.Handle).ExcludeFromDescription();
    }
}
