using HeadlessPro.Catalog;
using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Contracts.Fulfillment;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Contracts.Notifications;
using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Fulfillment;
using HeadlessPro.Identity;
using HeadlessPro.Inventory;
using HeadlessPro.Notifications;
using HeadlessPro.Ordering;
using HeadlessPro.Payments;
using HeadlessPro.Platform.Modules;
using HeadlessPro.Pricing;
using HeadlessPro.Privacy;

namespace HeadlessPro.Host;

/// <summary>The wiring page: every module once, with its role, the contracts it offers and needs, and its front door.</summary>
internal static class ModuleTable
{
    public static readonly IReadOnlyList<Module> Modules =
    [
        new("identity", Roles.IdentityCommerce, [typeof(IApiKeys), typeof(ISessions), typeof(ICustomers), typeof(ICustomerData), typeof(IStaff)], [typeof(INotifications)],
            IdentityModule.AddIdentity, IdentityModule.MapIdentity),
        new("notifications", Roles.IdentityCommerce, [typeof(INotifications), typeof(IMessageData)], [],
            NotificationsModule.AddNotifications, NotificationsModule.MapNotifications),
        new("pricing", Roles.IdentityCommerce, [typeof(IPricing), typeof(IPromotionData)], [],
            PricingModule.AddPricing, PricingModule.MapPricing),
        new("payments", Roles.IdentityCommerce, [typeof(IPayments), typeof(IPaymentData)], [typeof(IPricing)],
            PaymentsModule.AddPayments, PaymentsModule.MapPayments),
        new("inventory", Roles.CatalogFulfillment, [typeof(IInventory)], [],
            InventoryModule.AddInventory, InventoryModule.MapInventory),
        new("catalog", Roles.CatalogFulfillment, [typeof(ICatalog)], [typeof(IApiKeys), typeof(IInventory), typeof(IPricing)],
            CatalogModule.AddCatalog, CatalogModule.MapCatalog),
        new("fulfillment", Roles.CatalogFulfillment, [typeof(IFulfillment)], [typeof(IPricing)],
            FulfillmentModule.AddFulfillment, FulfillmentModule.MapFulfillment),
        new("ordering", Roles.IdentityCommerce, [typeof(IOrderData)],
            [typeof(ICatalog), typeof(IInventory), typeof(IPricing), typeof(IPayments), typeof(IFulfillment), typeof(ICustomers), typeof(INotifications)],
            OrderingModule.AddOrdering, OrderingModule.MapOrdering),
        new("privacy", Roles.IdentityCommerce, [],
            [typeof(ICustomerData), typeof(IOrderData), typeof(IPaymentData), typeof(IPromotionData), typeof(IMessageData), typeof(INotifications)],
            PrivacyModule.AddPrivacy, PrivacyModule.MapPrivacy),
    ];
}
