namespace HeadlessPro.Emulator;

/// <summary>How an emulator starts. Where webhooks go can be changed later with <c>POST /_emulator/webhooks/{provider}</c>.</summary>
public sealed class EmulatorOptions
{
    /// <summary>Port on the loopback interface; 0 takes a free one.</summary>
    public int Port { get; set; }

    /// <summary>Where browsers reach the emulator, when that is not where it listens.</summary>
    public string? PublicUrl { get; set; }

    public string? StripeWebhookUrl { get; set; }

    public string StripeWebhookSecret { get; set; } = "whsec_emulator";

    public string? PayPalWebhookUrl { get; set; }

    /// <summary>PayPal's name for the webhook; part of what is signed.</summary>
    public string PayPalWebhookId { get; set; } = "EMULATOR0WEBHOOK1";

    /// <summary>Pauses before a webhook that was not answered with 2xx is sent again; after the last it is given up.</summary>
    public IReadOnlyList<TimeSpan> WebhookRetries { get; set; } =
        [.. new[] { 0.2, 0.5, 1, 2, 5, 10, 20 }.Select(TimeSpan.FromSeconds)];

    /// <summary>Reads <c>--name value</c> pairs: port, public-url, stripe-webhook-url, stripe-webhook-secret, paypal-webhook-url, paypal-webhook-id.</summary>
    public static EmulatorOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new EmulatorOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, value) = arguments[i].Split('=', 2) is [var n, var v] ? (n, v) : (arguments[i], i + 1 < arguments.Count ? arguments[++i] : "");
            switch (name)
            {
                case "--port": options.Port = int.Parse(value); break;
                case "--public-url": options.PublicUrl = value; break;
                case "--stripe-webhook-url": options.StripeWebhookUrl = value; break;
                case "--stripe-webhook-secret": options.StripeWebhookSecret = value; break;
                case "--paypal-webhook-url": options.PayPalWebhookUrl = value; break;
                case "--paypal-webhook-id": options.PayPalWebhookId = value; break;
                default: throw new ArgumentException($"'{name}' is no option of the emulator.", nameof(arguments));
            }
        }

        return options;
    }
}
