using System.Text;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Notifications;

namespace HeadlessPro.Notifications;

/// <summary>A message's subject and text, as they are sent.</summary>
internal sealed record MessageText(string Subject, string Text, string? Url);

/// <summary>The text of each kind. A word in braces stands for one of the message's data.</summary>
internal sealed record Template(string Subject, string Text, bool IsSecret)
{
    private static readonly Dictionary<string, Template> Known = new(StringComparer.Ordinal)
    {
        [NotificationKinds.PasswordReset] = new("Choose a new password", """
            Somebody, most likely you, asked for a new password at our shop.

            {url}

            The link works once, for 15 minutes. If it was not you, there is nothing to do: your password stays as it is.
            """, IsSecret: true),
        [NotificationKinds.PasswordChanged] = new("Your password was changed", """
            The password of your account was changed just now, and you were signed out everywhere. If it was not you, ask for a new password at once.
            """, IsSecret: false),
        [NotificationKinds.PasskeyAdded] = new("A passkey was added", """
            A passkey was added to your account just now: whoever has it can sign in. If it was not you, sign in, remove it, and choose a new password at once.
            """, IsSecret: false),
        [NotificationKinds.PasskeyRemoved] = new("A passkey was removed", """
            A passkey of your account was removed just now, and other browsers were signed out. If it was not you, choose a new password at once.
            """, IsSecret: false),
        [NotificationKinds.ProviderAdded] = new("Another way to sign in was added", """
            An account at another site can sign in to yours from now on. If it was not you, sign in, remove it, and choose a new password at once.
            """, IsSecret: false),
        [NotificationKinds.ProviderRemoved] = new("A way to sign in was removed", """
            An account at another site cannot sign in to yours any more, and other browsers were signed out. If it was not you, choose a new password at once.
            """, IsSecret: false),
        [NotificationKinds.PhoneAdded] = new("A phone number was added", """
            Codes to sign in to your account can be sent to a phone number that was added just now. If it was not you, sign in, remove it, and choose a new password at once.
            """, IsSecret: false),
        [NotificationKinds.PhoneRemoved] = new("A phone number was removed", """
            No more codes to sign in to your account are sent to the phone number it had. If it was not you, choose a new password at once.
            """, IsSecret: false),
        [NotificationKinds.MfaEnabled] = new("A second factor was added", """
            Signing in to your account asks for a code of an authenticator app that was set up just now, and other browsers were signed out. If it was not you, tell us at once.
            """, IsSecret: false),
        [NotificationKinds.MfaDisabled] = new("A second factor was removed", """
            A second factor of your account was taken off just now. If it was not you, choose a new password, and set up another one at once.
            """, IsSecret: false),
        [NotificationKinds.RecoveryCodesMade] = new("New recovery codes", """
            New recovery codes were made for your account just now, and those from before are void. If it was not you, choose a new password, and make new codes at once.
            """, IsSecret: false),
        [NotificationKinds.EmailVerification] = new("Confirm your e-mail address", """
            Please confirm that this is your address:

            {url}

            If it was not you who registered, do not confirm it: somebody else has made an account in your name.
            """, IsSecret: true),
        [NotificationKinds.MagicLink] = new("Sign in", """
            Sign in to our shop, in the browser that you asked from:

            {url}

            The link works once, for 10 minutes. If it was not you, there is nothing to do: nobody gets in without it.
            """, IsSecret: true),
        [NotificationKinds.OneTimeCode] = new("Your code", """
            {code} is your code to sign in. It works once, for 10 minutes. Nobody of ours will ever ask you for it.
            """, IsSecret: true),
        [NotificationKinds.PhoneVerification] = new("Your code", """
            {code} is your code to confirm this number. It works once, for 10 minutes. Nobody of ours will ever ask you for it.
            """, IsSecret: true),
        [NotificationKinds.DataExportReady] = new("Your data is ready", """
            The archive with all that our shop holds of you is ready. Sign in to fetch it; it stays for some days:

            {url}

            If you did not ask for it, sign in and choose a new password at once.
            """, IsSecret: false),
        [NotificationKinds.ErasureRequested] = new("Your account is to be erased", """
            Your account at our shop, and all we hold of you but what the law has us keep, is to be erased at {when}. Until then you can sign in and take it back.

            If you did not ask for it, do so at once, and choose a new password.
            """, IsSecret: false),
        [NotificationKinds.ErasureCompleted] = new("Your data is erased", """
            What our shop held of you is erased. This is the last message to you, and says what was done:

            {certificate}

            Nothing in it says that it is yours. With this secret, which we do not keep, you can show it: {secret}
            """, IsSecret: true),
        [NotificationKinds.OrderTransfer] = new("Somebody asks for your order {order}", """
            Somebody with an account at our shop says that order {order} is theirs. If you know of it, let them have it:

            {url}

            If not, there is nothing to do.
            """, IsSecret: true),
        [NotificationKinds.StaffInvitation] = new("You are invited to work in our shop", """
            You are invited to work in our shop. Accept here:

            {url}
            """, IsSecret: true),
    };

    public static Template? Of(string kind) => Known.GetValueOrDefault(kind);

    /// <summary>The text with the data in it; data are never read as braces again.</summary>
    public Result<MessageText> Fill(IReadOnlyDictionary<string, string> data)
    {
        if (!Fill(Subject, data).Try(out var subject, out var error) || !Fill(Text, data).Try(out var text, out error)) return error;
        return new MessageText(subject.ReplaceLineEndings(" "), text, data.GetValueOrDefault("url"));
    }

    private static Result<string> Fill(string text, IReadOnlyDictionary<string, string> data)
    {
        var filled = new StringBuilder();
        var rest = text.AsSpan();
        while (rest.IndexOf('{') is >= 0 and var open)
        {
            var close = rest.IndexOf('}');
            var word = rest[(open + 1)..close].ToString();
            if (!data.TryGetValue(word, out var value)) return Error.Invalid($"Invalid request: Field 'data, {word}' is required");
            filled.Append(rest[..open]).Append(value);
            rest = rest[(close + 1)..];
        }

        return filled.Append(rest).ToString();
    }
}
