using HeadlessPro.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace HeadlessPro.Identity.Passkeys;

/// <summary>Somebody and the passkeys that one question is about: the framework's user.</summary>
internal sealed record PasskeyHolder(string ActorType, Guid IdentityId, IReadOnlyList<UserPasskeyInfo> Passkeys)
{
    /// <summary>Kept in the passkey, which shows it when it is used. An authenticator has one passkey for each: as a customer one, as staff another.</summary>
    public string Handle => $"{ActorType}.{WireId.Encode(PeopleWire.Identity, IdentityId)}";
}

/// <summary>
/// The framework's handler, which makes the options and checks the answers. It asks a user store for one person: this one, who was read before,
/// so that the framework never waits for a database and what it catches is never ours.
/// </summary>
internal sealed class PasskeyCeremony : IUserPasskeyStore<PasskeyHolder>
{
    private readonly PasskeyHolder? _holder;
    private readonly PasskeyHandler<PasskeyHolder> _handler;

    public PasskeyCeremony(IdentityPasskeyOptions options, PasskeyHolder? holder)
    {
        _holder = holder;
        // The rest is for passwords.
        var users = new UserManager<PasskeyHolder>(this, null!, null!, [], [], null!, null!, null!, NullLogger<UserManager<PasskeyHolder>>.Instance);
        _handler = new(users, Options.Create(options));
    }

    public Task<PasskeyCreationOptionsResult> Create(string name, HttpContext http) =>
        _handler.MakeCreationOptionsAsync(new PasskeyUserEntity { Id = _holder!.Handle, Name = name, DisplayName = name }, http);

    public Task<PasskeyRequestOptionsResult> Request(HttpContext http) => _handler.MakeRequestOptionsAsync(null, http);

    /// <summary>The new passkey; null when the answer is not good.</summary>
    public async Task<UserPasskeyInfo?> CheckNew(string credential, string state, HttpContext http)
    {
        var result = await _handler.PerformAttestationAsync(new PasskeyAttestationContext { CredentialJson = credential, AttestationState = state, HttpContext = http });
        return result.Succeeded && result.UserEntity.Id == _holder!.Handle ? result.Passkey : null;
    }

    /// <summary>The passkey as it is after this use; null when the answer is not good enough for the options.</summary>
    public async Task<UserPasskeyInfo?> Check(string credential, string state, HttpContext http)
    {
        var result = await _handler.PerformAssertionAsync(new PasskeyAssertionContext { CredentialJson = credential, AssertionState = state, HttpContext = http });
        return result.Succeeded ? result.Passkey : null;
    }

    // The framework asks for it; there is nothing to give back.
    public void Dispose()
    {
    }

    public Task<string> GetUserIdAsync(PasskeyHolder user, CancellationToken cancellationToken) => Task.FromResult(user.Handle);

    public Task<PasskeyHolder?> FindByIdAsync(string userId, CancellationToken cancellationToken) => Task.FromResult(_holder?.Handle == userId ? _holder : null);

    public Task<IList<UserPasskeyInfo>> GetPasskeysAsync(PasskeyHolder user, CancellationToken cancellationToken) => Task.FromResult<IList<UserPasskeyInfo>>([.. user.Passkeys]);

    public Task<UserPasskeyInfo?> FindPasskeyAsync(PasskeyHolder user, byte[] credentialId, CancellationToken cancellationToken) =>
        Task.FromResult(user.Passkeys.FirstOrDefault(p => p.CredentialId.AsSpan().SequenceEqual(credentialId)));

    // That a credential is nobody else's is a constraint of the table.
    public Task<PasskeyHolder?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken) => Task.FromResult<PasskeyHolder?>(null);

    // What the handler never asks: each of ours is written by its slice.
    public Task AddOrUpdatePasskeyAsync(PasskeyHolder user, UserPasskeyInfo passkey, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task RemovePasskeyAsync(PasskeyHolder user, byte[] credentialId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<string?> GetUserNameAsync(PasskeyHolder user, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task SetUserNameAsync(PasskeyHolder user, string? userName, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<string?> GetNormalizedUserNameAsync(PasskeyHolder user, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task SetNormalizedUserNameAsync(PasskeyHolder user, string? normalizedName, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IdentityResult> CreateAsync(PasskeyHolder user, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IdentityResult> UpdateAsync(PasskeyHolder user, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IdentityResult> DeleteAsync(PasskeyHolder user, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<PasskeyHolder?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) => throw new NotSupportedException();
}
