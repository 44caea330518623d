using HeadlessPro.Contracts.Fulfillment;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Fulfillment;

/// <summary>The front door of Fulfillment: everything it registers and every route it answers, by name.</summary>
public static class FulfillmentModule
{
    /// <summary>Registers services, subscribers and jobs.</summary>
    public static void AddFulfillment(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IFulfillment, QuoteShipping>();
        services.AddJson(FulfillmentJson.Default);
    }

    /// <summary>Maps the routes.</summary>
    public static void MapFulfillment(IEndpointRouteBuilder routes)
    {
        var admin = routes.MapGroup("/admin");

        var sets = admin.MapGroup("/fulfillment-sets").WithTags("Fulfillment sets");
        sets.MapGet("", ReadSetup.Sets).RequirePermission("settings:read").Produces<FulfillmentSetsPage>().WithName("GetAdminFulfillmentSets");
        sets.MapPost("", ChangeFulfillmentSet.Create).RequirePermission("settings:write").Produces<FulfillmentSetEnvelope>().WithName("PostAdminFulfillmentSets");
        sets.MapGet("/{id}", ReadSetup.Set).RequirePermission("settings:read").Produces<FulfillmentSetEnvelope>().WithName("GetAdminFulfillmentSet");
        sets.MapPost("/{id}", ChangeFulfillmentSet.Update).RequirePermission("settings:write").Produces<FulfillmentSetEnvelope>().WithName("PostAdminFulfillmentSet");
        sets.MapDelete("/{id}", ChangeFulfillmentSet.Delete).RequirePermission("settings:write").Produces<DeletedResponse>().WithName("DeleteAdminFulfillmentSet");
        sets.MapPost("/{id}/service-zones", ServiceZones.Create).RequirePermission("settings:write").Produces<FulfillmentSetEnvelope>().WithName("PostAdminServiceZones");
        sets.MapGet("/{id}/service-zones/{zoneId}", ReadSetup.Zone).RequirePermission("settings:read").Produces<ServiceZoneEnvelope>().WithName("GetAdminServiceZone");
        sets.MapPost("/{id}/service-zones/{zoneId}", ServiceZones.Update).RequirePermission("settings:write").Produces<FulfillmentSetEnvelope>().WithName("PostAdminServiceZone");
        sets.MapDelete("/{id}/service-zones/{zoneId}", ServiceZones.Delete).RequirePermission("settings:write").Produces<ServiceZoneDeletedResponse>().WithName("DeleteAdminServiceZone");

        var profiles = admin.MapGroup("/shipping-profiles").WithTags("Shipping profiles");
        profiles.MapGet("", ReadSetup.Profiles).RequirePermission("settings:read").Produces<ShippingProfilesPage>().WithName("GetAdminShippingProfiles");
        profiles.MapPost("", ShippingProfiles.Create).RequirePermission("settings:write").Produces<ShippingProfileEnvelope>().WithName("PostAdminShippingProfiles");
        profiles.MapGet("/{id}", ReadSetup.Profile).RequirePermission("settings:read").Produces<ShippingProfileEnvelope>().WithName("GetAdminShippingProfile");
        profiles.MapPost("/{id}", ShippingProfiles.Update).RequirePermission("settings:write").Produces<ShippingProfileEnvelope>().WithName("PostAdminShippingProfile");
        profiles.MapDelete("/{id}", ShippingProfiles.Delete).RequirePermission("settings:write").Produces<DeletedResponse>().WithName("DeleteAdminShippingProfile");

        var types = admin.MapGroup("/shipping-option-types").WithTags("Shipping option types");
        types.MapGet("", ReadSetup.Types).RequirePermission("settings:read").Produces<ShippingOptionTypesPage>().WithName("GetAdminShippingOptionTypes");
        types.MapPost("", ShippingOptionTypes.Create).RequirePermission("settings:write").Produces<ShippingOptionTypeEnvelope>().WithName("PostAdminShippingOptionTypes");
        types.MapGet("/{id}", ReadSetup.Type).RequirePermission("settings:read").Produces<ShippingOptionTypeEnvelope>().WithName("GetAdminShippingOptionType");
        types.MapPost("/{id}", ShippingOptionTypes.Update).RequirePermission("settings:write").Produces<ShippingOptionTypeEnvelope>().WithName("PostAdminShippingOptionType");
        types.MapDelete("/{id}", ShippingOptionTypes.Delete).RequirePermission("settings:write").Produces<DeletedResponse>().WithName("DeleteAdminShippingOptionType");

        var options = admin.MapGroup("/shipping-options").WithTags("Shipping options");
        options.MapGet("", ReadSetup.Options).RequirePermission("settings:read").Produces<ShippingOptionsPage>().WithName("GetAdminShippingOptions");
        options.MapPost("", ChangeShippingOption.Create).RequirePermission("settings:write").Produces<ShippingOptionEnvelope>().WithName("PostAdminShippingOptions");
        options.MapGet("/{id}", ReadSetup.Option).RequirePermission("settings:read").Produces<ShippingOptionEnvelope>().WithName("GetAdminShippingOption");
        options.MapPost("/{id}", ChangeShippingOption.Update).RequirePermission("settings:write").Produces<ShippingOptionEnvelope>().WithName("PostAdminShippingOption");
        options.MapDelete("/{id}", ChangeShippingOption.Delete).RequirePermission("settings:write").Produces<DeletedResponse>().WithName("DeleteAdminShippingOption");
    }
}
