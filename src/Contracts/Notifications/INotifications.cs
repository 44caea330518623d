namespace HeadlessPro.Contracts.Notifications;

/// <summary>Tells people by e-mail and SMS.</summary>
[Contract("notifications")]
public interface INotifications
{
    /// <summary>
    /// Writes a message durably; it is delivered soon after, again and again until the provider took it. Repeated with the same key: the first
    /// one's id, whatever else is sent, and nothing more is delivered. An unknown kind, a missing word of its text or a recipient that is neither
    /// address nor number is <c>invalid_data</c>.
    /// </summary>
    Task<Result<NotificationQueued>> Send(SendNotification request, CancellationToken ct);
}

/// <summary>A message to send.</summary>
/// <param name="Kind">One of <see cref="NotificationKinds"/>: decides the text.</param>
/// <param name="Recipient">An e-mail address, or a phone number with its country (<c>+27831234567</c>): then it is an SMS.</param>
/// <param name="Locale">The reader's language, <c>en-ZA</c>; null when unknown.</param>
/// <param name="Data">The words of the text that differ.</param>
/// <param name="Key">Idempotency key, unique over all kinds: <c>order_transfer:{id}</c>.</param>
/// <param name="ExpiresAt">When its text, encrypted until then, vanishes; kinds that hold a code or a link that opens something need it. Null: after 30 days.</param>
public sealed record SendNotification(
    string Kind, string Recipient, string? Locale, IReadOnlyDictionary<string, string> Data, string Key, DateTimeOffset? ExpiresAt = null);

/// <summary>What was written.</summary>
/// <param name="Id">The message's id.</param>
/// <param name="IsNew">False when the key was known.</param>
public sealed record NotificationQueued(Guid Id, bool IsNew);

/// <summary>What people are told, with the words each text needs.</summary>
public static class NotificationKinds
{
    /// <summary>A link to choose a new password: <c>url</c>. Holds a secret.</summary>
    public const string PasswordReset = "password_reset";

    /// <summary>That the password was changed; needs nothing.</summary>
    public const string PasswordChanged = "password_changed";

    /// <summary>That a passkey was added; needs nothing. Not its name, which whoever added it chose.</summary>
    public const string PasskeyAdded = "passkey_added";

    /// <summary>That a passkey was removed; needs nothing.</summary>
    public const string PasskeyRemoved = "passkey_removed";

    /// <summary>That a provider to sign in with was added; needs nothing.</summary>
    public const string ProviderAdded = "provider_added";

    /// <summary>That a provider to sign in with was removed; needs nothing.</summary>
    public const string ProviderRemoved = "provider_removed";

    /// <summary>That a phone number was added, to which codes to sign in can be sent; needs nothing.</summary>
    public const string PhoneAdded = "phone_added";

    /// <summary>That a phone number was removed; needs nothing.</summary>
    public const string PhoneRemoved = "phone_removed";

    /// <summary>That signing in asks for a code of an app from now on; needs nothing.</summary>
    public const string MfaEnabled = "mfa_enabled";

    /// <summary>That a second factor was taken off; needs nothing.</summary>
    public const string MfaDisabled = "mfa_disabled";

    /// <summary>That there are new recovery codes; needs nothing.</summary>
    public const string RecoveryCodesMade = "recovery_codes_made";

    /// <summary>A link that confirms an e-mail address: <c>url</c>. Holds a secret.</summary>
    public const string EmailVerification = "email_verification";

    /// <summary>A link that signs in: <c>url</c>. Holds a secret.</summary>
    public const string MagicLink = "magic_link";

    /// <summary>A code that signs in: <c>code</c>. Holds a secret.</summary>
    public const string OneTimeCode = "one_time_code";

    /// <summary>A code that proves a phone number: <c>code</c>. Holds a secret.</summary>
    public const string PhoneVerification = "phone_verification";

    /// <summary>That the archive of all that is held of them is ready: <c>url</c>, which asks for a sign-in.</summary>
    public const string DataExportReady = "data_export_ready";

    /// <summary>That they are to be forgotten: <c>when</c>.</summary>
    public const string ErasureRequested = "erasure_requested";

    /// <summary>That they were forgotten, the last message to them: <c>certificate</c>, <c>secret</c> (which shows that it is theirs). Holds a secret.</summary>
    public const string ErasureCompleted = "erasure_completed";

    /// <summary>Somebody with an account asks for a guest's order: <c>order</c> (its number), <c>url</c>. Holds a secret.</summary>
    public const string OrderTransfer = "order_transfer";

    /// <summary>An invitation to work in the shop: <c>url</c>. Holds a secret.</summary>
    public const string StaffInvitation = "staff_invitation";
}
