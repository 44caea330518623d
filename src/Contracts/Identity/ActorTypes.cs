namespace HeadlessPro.Contracts.Identity;

/// <summary>What somebody who signs in is, as the wire names it.</summary>
public static class ActorTypes
{
    /// <summary>A shopper with an account.</summary>
    public const string Customer = "customer";

    /// <summary>A member of staff.</summary>
    public const string User = "user";

    /// <summary>An app that acts as itself.</summary>
    public const string App = "app";
}
