using HeadlessPro.Contracts;

namespace HeadlessPro.Identity.SignIn.OpenId;

/// <summary>Why somebody whom a provider knows does not get in here.</summary>
internal static class OpenIdErrors
{
    public static Error Taken => Error.Conflict("You have an account here already that signs in with this provider: it cannot be two people's");

    public static Error NotStaff => Error.Forbidden("The provider does not make you a member of staff here: ask who runs the shop");
}
