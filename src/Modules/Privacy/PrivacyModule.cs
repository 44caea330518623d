using HeadlessPro.Platform;
using HeadlessPro.Platform.Jobs;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using HeadlessPro.Privacy.Consents;
using HeadlessPro.Privacy.Erasures;
using HeadlessPro.Privacy.Exports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Privacy;

/// <summary>The front door of Privacy: everything it registers and every route it answers, by name.</summary>
public static class PrivacyModule
{
    /// <summary>Registers services and jobs.</summary>
    public static void AddPrivacy(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(PrivacyOptions.From(configuration));
        services.AddSingleton<Holders>();
        services.AddSingleton<ArchiveSeal>();
        services.AddSingleton<ExportRequests>();
        services.AddSingleton<MakeArchive>();
        services.AddJobHandler(MakeArchive.Job, MakeArchive.Run);
        services.AddRecurringJob("privacy.forget_exports", TimeSpan.FromMinutes(10), MakeArchive.Forget);
        services.AddSingleton<SubjectSeal>();
        services.AddSingleton<ErasureRequests>();
        services.AddSingleton<RequestErasure>();
        services.AddSingleton<Certify>();
        services.AddSingleton<ErasePerson>();
        services.AddJobHandler(ErasePerson.Job, ErasePerson.Run);
        services.AddJson(PrivacyJson.Default);
    }

    /// <summary>Maps the routes.</summary>
    public static void MapPrivacy(IEndpointRouteBuilder routes)
    {
        var me = routes.MapGroup("/store/customers/me").RequirePublishableKey().WithTags("Privacy");
        me.MapPost("/data-export", RequestExport.ByCustomer).RequireCustomer().Produces<DataExportEnvelope>(StatusCodes.Status202Accepted).WithName("PostCustomersMeDataExport");
        me.MapGet("/data-exports", ReadExports.Mine).RequireCustomer().Produces<DataExportsResponse>().WithName("GetCustomersMeDataExports");
        me.MapGet("/data-exports/{id}", ReadExports.OneOfMine).RequireCustomer().Produces<DataExportEnvelope>().WithName("GetCustomersMeDataExport");
        me.MapGet("/data-exports/{id}/archive", HandOutArchive.ToCustomer).RequireCustomer().WithName("GetCustomersMeDataExportArchive");
        me.MapGet("/consents", ReadConsents.Mine).RequireCustomer().Produces<CustomerConsentsResponse>().WithName("GetCustomersMeConsents");
        me.MapPost("/consents", GiveConsent.Handle).RequireCustomer().Produces<CustomerConsentsResponse>().WithName("PostCustomersMeConsents");
        me.MapPost("/erasure", RequestErasure.ByCustomer).RequireCustomer().Produces<ErasureEnvelope>(StatusCodes.Status202Accepted).WithName("PostCustomersMeErasure");
        me.MapGet("/erasure", RequestErasure.Mine).RequireCustomer().Produces<ErasureEnvelope>().WithName("GetCustomersMeErasure");
        me.MapDelete("/erasure", RequestErasure.Cancel).RequireCustomer().Produces<ErasureEnvelope>().WithName("DeleteCustomersMeErasure");

        var customer = routes.MapGroup("/admin/customers/{id}").WithTags("Privacy");
        customer.MapPost("/data-export", RequestExport.ByStaff).RequirePermission("customers:export").Produces<DataExportEnvelope>(StatusCodes.Status202Accepted).WithName("PostAdminCustomerDataExport");
        customer.MapGet("/data-exports", ReadExports.OfCustomer).RequirePermission("customers:read").Produces<DataExportsResponse>().WithName("GetAdminCustomerDataExports");
        customer.MapPost("/data-exports/{exportId}/archive", HandOutArchive.ToStaff).RequirePermission("customers:export").ShowsSecret().WithName("PostAdminCustomerDataExportArchive");
        customer.MapGet("/consents", ReadConsents.OfCustomer).RequirePermission("customers:read").Produces<CustomerConsentsResponse>().WithName("GetAdminCustomerConsents");
        customer.MapPost("/erasure", RequestErasure.ByStaff).RequirePermission("customers:erase").Produces<ErasureEnvelope>(StatusCodes.Status202Accepted).WithName("PostAdminCustomerErasure");

        var erasures = routes.MapGroup("/admin/erasures").WithTags("Privacy");
        erasures.MapGet("", ManageErasures.List).RequirePermission("customers:read").WithName("GetAdminErasures");
        erasures.MapGet("/{id}", ManageErasures.One).RequirePermission("customers:read").Produces<ErasureEnvelope>().WithName("GetAdminErasure");
        erasures.MapDelete("/{id}", ManageErasures.Cancel).RequirePermission("customers:erase").Produces<ErasureEnvelope>().WithName("DeleteAdminErasure");
    }
}
