using HeadlessPro.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HeadlessPro.Catalog;

/// <summary>Every admin route of Catalog, by name.</summary>
internal static class AdminRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var admin = routes.MapGroup("/admin").RequireSecretKey();
        MapSalesChannels(admin);
    }

    private static void MapSalesChannels(IEndpointRouteBuilder admin)
    {
        var channels = admin.MapGroup("/sales-channels").WithTags("Sales channels");
        channels.MapGet("", ReadSalesChannels.List).WithName("GetAdminSalesChannels");
        channels.MapPost("", CreateSalesChannel.Handle).Produces<SalesChannelEnvelope>().WithName("PostAdminSalesChannels");
        channels.MapGet("/{id}", ReadSalesChannels.One).Produces<SalesChannelEnvelope>().WithName("GetAdminSalesChannel");
        channels.MapPost("/{id}", ChangeSalesChannel.Update).Produces<SalesChannelEnvelope>().WithName("PostAdminSalesChannel");
        channels.MapDelete("/{id}", ChangeSalesChannel.Delete).WithName("DeleteAdminSalesChannel");
        channels.MapPost("/{id}/products", LinkChannelToProducts.Handle).Produces<SalesChannelEnvelope>().WithName("PostAdminSalesChannelProducts");
        admin.MapPost("/api-keys/{id}/sales-channels", LinkKeyToChannels.Handle)
            .Produces<ChannelKeyEnvelope>().WithTags("API keys").WithName("PostAdminApiKeySalesChannels");
        admin.MapPost("/stock-locations/{id}/sales-channels", LinkLocationToChannels.Handle)
            .Produces<ChannelLocationEnvelope>().WithTags("Stock locations").WithName("PostAdminStockLocationSalesChannels");
    }
}
