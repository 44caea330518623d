namespace HeadlessPro.Contracts.Identity;

/// <summary>Members of staff, as the command line and a first start make them; all others are invited.</summary>
[Contract("identity")]
public interface IStaff
{
    /// <summary>Makes a member of staff who signs in with a password. <c>invalid_data</c> for a bad address, password or role; <c>duplicate_error</c> when somebody signs in with that address already.</summary>
    Task<Result<StaffInfo>> Create(CreateStaff request, CancellationToken ct);
}

/// <summary>Somebody to make a member of staff.</summary>
/// <param name="Email">How they sign in.</param>
/// <param name="Password">With what.</param>
/// <param name="Role">The name of their role, <c>admin</c>.</param>
/// <param name="OnlyFirst">Does nothing (<c>not_allowed</c>) when there ever was any.</param>
public sealed record CreateStaff(string Email, string Password, string Role, bool OnlyFirst = false);

/// <summary>A member of staff.</summary>
public sealed record StaffInfo(Guid Id, string Email);
