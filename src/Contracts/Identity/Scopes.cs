namespace HeadlessPro.Contracts.Identity;

/// <summary>
/// What people can let an app do. Apps for staff, and apps that act as themselves, ask for permissions by name (<see cref="Permissions"/>);
/// apps for customers ask for the scopes here. Routes without one are not for apps.
/// </summary>
public static class Scopes
{
    /// <summary>The customer's profile and address book.</summary>
    public const string AccountRead = "account:read";

    /// <summary>To change them.</summary>
    public const string AccountWrite = "account:write";

    /// <summary>The customer's orders.</summary>
    public const string PurchasesRead = "purchases:read";

    /// <summary>To ask in the customer's name for orders to change hands.</summary>
    public const string PurchasesWrite = "purchases:write";

    /// <summary>To fill carts and order in the customer's name.</summary>
    public const string CartsWrite = "carts:write";

    /// <summary>Who somebody is: an <c>id_token</c> (OpenID Connect).</summary>
    public const string OpenId = "openid";

    /// <summary>Their e-mail address in it.</summary>
    public const string Email = "email";

    /// <summary>Their name in it.</summary>
    public const string Profile = "profile";

    /// <summary>To go on without them: a refresh token.</summary>
    public const string OfflineAccess = "offline_access";

    /// <summary>Scopes for apps whose users are customers, with the sentence that asks for consent.</summary>
    public static readonly IReadOnlyList<Permission> OfCustomers =
    [
        new(AccountRead, "See your profile and address book"),
        new(AccountWrite, "Change your profile and address book"),
        new(PurchasesRead, "See your orders"),
        new(PurchasesWrite, "Ask for orders to be moved to your account"),
        new(CartsWrite, "Fill carts and place orders in your name"),
    ];

    /// <summary>Scopes for any app that somebody signs in to.</summary>
    public static readonly IReadOnlyList<Permission> OfAnybody =
    [
        new(OpenId, "Know that it is you"),
        new(Email, "See your e-mail address"),
        new(Profile, "See your name"),
        new(OfflineAccess, "Keep this access while you are away"),
    ];

    /// <summary>Permissions no app can be given: with them it would give itself more, or outlive what it was given.</summary>
    public static readonly IReadOnlyList<string> NotForApps = ["keys:write", "staff:write", "apps:write"];
}
