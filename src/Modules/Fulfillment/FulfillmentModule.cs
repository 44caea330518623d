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
        var admin = routes.MapGroup("/admin").RequireSecretKey();

        var sets = admin.MapGroup("/fulfillment-sets").WithTags("Fulfillment sets");
        sets.MapGet("", ReadSetup.Sets).Produces<FulfillmentSetsPage>().WithName("GetAdminFulfillmentSets");
        sets.MapPost("", ChangeFulfillmentSet.Create).Produces<FulfillmentSetEnvelope>().WithName("PostAdminFulfillmentSets");
        sets.MapGet("/{id}", ReadSetup.Set).Produces<FulfillmentSetEnvelope>().WithName("GetAdminFulfillmentSet");
        sets.MapPost("/{id}", ChangeFulfillmentSet.Update).Produces<FulfillmentSetEnvelope>().WithName("PostAdminFulfillmentSet");
        sets.MapDelete("/{id}", ChangeFulfillmentSet.Delete).Produces<DeletedResponse>().WithName("DeleteAdminFulfillmentSet");
        sets.MapPost("/{id}/service-zones", ServiceZones.Create).Produces<FulfillmentSetEnvelope>().WithName("PostAdminServiceZones");
        sets.MapGet("/{id}/service-zones/{zoneId}", ReadSetup.Zone).Produces<ServiceZoneEnvelope>().WithName("GetAdminServiceZone");
        sets.MapPost("/{id}/service-zones/{zoneId}", ServiceZones.Update).Produces<FulfillmentSetEnvelope>().WithName("PostAdminServiceZone");
        sets.MapDelete("/{id}/service-zones/{zoneId}", ServiceZones.Delete).Produces<ServiceZoneDeletedResponse>().WithName("DeleteAdminServiceZone");

        var profiles = admin.MapGroup("/shipping-profiles").WithTags("Shipping profiles");
        profiles.MapGet("", ReadSetup.Profiles).Produces<ShippingProfilesPage>().WithName("GetAdminShippingProfiles");
        profiles.MapPost("", ShippingProfiles.Create).Produces<ShippingProfileEnvelope>().WithName("PostAdminShippingProfiles");
        profiles.MapGet("/{id}", ReadSetup.Profile).Produces<ShippingProfileEnvelope>().WithName("GetAdminShippingProfile");
        profiles.MapPost("/{id}", ShippingProfiles.Update).Produces<ShippingProfileEnvelope>().WithName("PostAdminShippingProfile");
        profiles.MapDelete("/{id}", ShippingProfiles.Delete).Produces<DeletedResponse>().WithName("DeleteAdminShippingProfile");

        var types = admin.MapGroup("/shipping-option-types").WithTags("Shipping option types");
        types.MapGet("", ReadSetup.Types).Produces<ShippingOptionTypesPage>().WithName("GetAdminShippingOptionTypes");
        types.MapPost("", ShippingOptionTypes.Create).Produces<ShippingOptionTypeEnvelope>().WithName("PostAdminShippingOptionTypes");
        types.MapGet("/{id}", ReadSetup.Type).Produces<ShippingOptionTypeEnvelope>().WithName("GetAdminShippingOptionType");
        types.MapPost("/{id}", ShippingOptionTypes.Update).Produces<ShippingOptionTypeEnvelope>().WithName("PostAdminShippingOptionType");
        types.MapDelete("/{id}", ShippingOptionTypes.Delete).Produces<DeletedResponse>().WithName("DeleteAdminShippingOptionType");

        var options = admin.MapGroup("/shipping-options").WithTags("Shipping options");
        options.MapGet("", ReadSetup.Options).Produces<ShippingOptionsPage>().WithName("GetAdminShippingOptions");
        options.MapPost("", ChangeShippingOption.Create).Produces<ShippingOptionEnvelope>().WithName("PostAdminShippingOptions");
        options.MapGet("/{id}", ReadSetup.Option).Produces<ShippingOptionEnvelope>().WithName("GetAdminShippingOption");
        options.MapPost("/{id}", ChangeShippingOption.Update).Produces<ShippingOptionEnvelope>().WithName("PostAdminShippingOption");
        options.MapDelete("/{id}", ChangeShippingOption.Delete).Produces<DeletedResponse>().WithName("DeleteAdminShippingOption");
    }
}
