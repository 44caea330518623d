using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace HeadlessPro.House.Tests;

/// <summary>Each route says next to its address who may call it.</summary>
public sealed class PolicyTests
{
    // What staff do as themselves, whatever they may do otherwise, and what makes somebody staff.
    private static readonly string[] OfStaffThemselves = ["GET /admin/users/me", "POST /admin/users/me", "POST /admin/invites/accept"];

    [Fact]
    public void Every_admin_operation_asks_for_a_permission()
    {
        var open = Routes("/admin").Where(r => r.Metadata.GetMetadata<PermissionPolicy>() is null).ToList();
        Assert.Equal(OfStaffThemselves.Order(), open.Select(Name).Order());
        Assert.Empty(open.Where(r => r.Metadata.GetMetadata<SignInPolicy>()?.ActorType != ActorTypes.User).Select(Name));
    }

    [Fact]
    public void Every_store_operation_asks_for_a_publishable_key() =>
        Assert.Empty(Routes("/store").Where(r => r.Metadata.GetMetadata<PublishableKeyPolicy>() is null).Select(Name));

    [Fact]
    public void Every_permission_is_asked_for_by_an_operation() =>
        Assert.Empty(Permissions.All.Select(p => p.Name).Except(Routes("/admin").Select(r => r.Metadata.GetMetadata<PermissionPolicy>()?.Permission ?? "")));

    [Fact]
    public void What_only_reads_asks_for_no_permission_to_write() =>
        Assert.Empty(Routes("/admin").Where(r => r.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods is ["GET"])
            .Where(r => r.Metadata.GetMetadata<PermissionPolicy>() is { } policy && !policy.Permission.EndsWith(":read", StringComparison.Ordinal)).Select(Name));

    [Fact]
    public void What_writes_asks_for_more_than_a_permission_to_read() =>
        Assert.Empty(Routes("/admin").Where(r => r.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods is not ["GET"])
            .Where(r => r.Metadata.GetMetadata<PermissionPolicy>()?.Permission.EndsWith(":read", StringComparison.Ordinal) == true).Select(Name));

    private static string Name(RouteEndpoint route) => $"{route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0]} {route.RoutePattern.RawText}";

    private static List<RouteEndpoint> Routes(string prefix)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        // Asked for nothing: routes are made without a database.
        builder.Services.AddSingleton(NpgsqlDataSource.Create("Host=127.0.0.1"));
        builder.Services.AddPlatform();
        foreach (var module in Product.Modules) module.Add(builder.Services, builder.Configuration);
        var app = builder.Build();
        foreach (var module in Product.Modules) module.Map(app);
        return [.. ((IEndpointRouteBuilder)app).DataSources.SelectMany(d => d.Endpoints).OfType<RouteEndpoint>()
            .Where(r => r.RoutePattern.RawText!.StartsWith(prefix, StringComparison.Ordinal))];
    }
}
