namespace HeadlessPro.Contracts.Identity;

/// <summary>One thing staff and secret keys may be let do.</summary>
/// <param name="Name"><c>resource:action</c>.</param>
/// <param name="Description">What it lets its holder do.</param>
public sealed record Permission(string Name, string Description);

/// <summary>
/// What there is to be let do, and what being let do it means. Roles and secret keys hold grants: a permission's name, or one with
/// <c>*</c> for the resource, the action or both (<c>orders:*</c>, <c>*:read</c>, <c>*</c>).
/// </summary>
public static class Permissions
{
    /// <summary>The grant of everything, now and in time to come.</summary>
    public const string Everything = "*";

    /// <summary>Every permission that some operation asks for.</summary>
    public static readonly IReadOnlyList<Permission> All =
    [
        new("products:read", "See products, categories, collections, tags, files and imports, drafts included, and export them."),
        new("products:write", "Make, change and delete them, upload files and import."),
        new("pricing:read", "See price lists."),
        new("pricing:write", "Make, change and delete price lists and their prices."),
        new("promotions:read", "See promotions and their codes."),
        new("promotions:write", "Make, change and delete promotions."),
        new("inventory:read", "See stock items, levels, locations, reservations and movements."),
        new("inventory:write", "Count stock, and make, change and delete items and locations."),
        new("orders:read", "See orders with their customers' names and addresses."),
        new("orders:write", "Edit orders; what the customer then owes or gets back follows by itself."),
        new("orders:cancel", "Cancel orders: what was paid goes back."),
        new("customers:read", "See customers and their address books."),
        new("customers:write", "Make, change and delete customers, never how they sign in."),
        new("customers:import", "Take in customers of another shop, with the passwords they have there."),
        new("customers:export", "Have all that is held of a customer put into one archive, and take it."),
        new("customers:erase", "Have a customer forgotten for good: everything of them but the books."),
        new("payments:read", "See payments, their ledger and what is known of fraud."),
        new("payments:capture", "Take what was promised, or let it go."),
        new("payments:refund", "Give money back."),
        new("payments:review", "Release or deny payments that are held for review."),
        new("settings:read", "See regions, currencies, taxes, sales channels and shipping."),
        new("settings:write", "Change them."),
        new("notifications:read", "See what was sent to whom, without codes and links that open something."),
        new("keys:read", "See API keys, without their secrets."),
        new("keys:write", "Make, rotate, revoke and delete API keys, with no more than one's own permissions."),
        new("apps:read", "See apps that may ask for access, without their secrets."),
        new("apps:write", "Register, change and delete apps, with no more than one's own permissions."),
        new("staff:read", "See staff, invitations and roles."),
        new("staff:write", "Invite, change, deactivate and remove staff and make roles, with no more than one's own permissions."),
        new("audit:read", "See the audit log: who did what, with what stood there before."),
    ];

    /// <summary>Whether one of the grants covers what is asked: a permission, or another grant.</summary>
    public static bool Cover(IEnumerable<string> grants, string asked)
    {
        var (resource, action) = Parts(asked);
        return grants.Any(grant => Parts(grant) is var (r, a) && (r == Everything || r == resource) && (a == Everything || a == action));
    }

    /// <summary>Whether the text grants anything that there is.</summary>
    public static bool IsGrant(string text) => text == Everything || (Parts(text) is var (resource, action) && action.Length > 0
        && All.Any(p => Parts(p.Name) is var (r, a) && (resource == Everything || r == resource) && (action == Everything || a == action)));

    private static (string Resource, string Action) Parts(string grant) =>
        grant == Everything ? (Everything, Everything)
        : grant.Split(':') is [var resource, var action] ? (resource, action)
        : (grant, "");
}
