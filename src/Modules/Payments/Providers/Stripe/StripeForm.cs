using System.Collections;
using System.Globalization;

namespace HeadlessPro.Payments.Providers.Stripe;

/// <summary>
/// Parameters of a call as Stripe writes them: <c>{ "amount", 500 }</c>, <c>{ "metadata", "cart_id", … }</c> for <c>metadata[cart_id]</c>,
/// <c>{ "expand[]", … }</c>. What is null is left out.
/// </summary>
internal sealed class StripeForm : IEnumerable<KeyValuePair<string, string>>
{
    private readonly List<KeyValuePair<string, string>> _fields = [];

    public void Add(string name, string? value)
    {
        if (value is not null) _fields.Add(new(name, value));
    }

    public void Add(string name, long value) => Add(name, value.ToString(CultureInfo.InvariantCulture));

    public void Add(string name, string key, string? value) => Add($"{name}[{key}]", value);

    public HttpContent ToContent() => new FormUrlEncodedContent(_fields);

    public override string ToString() => string.Join('&', _fields.Select(f => $"{Uri.EscapeDataString(f.Key)}={Uri.EscapeDataString(f.Value)}"));

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _fields.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
