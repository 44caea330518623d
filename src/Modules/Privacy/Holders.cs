using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Contracts.Notifications;
using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Contracts.Privacy;

namespace HeadlessPro.Privacy;

/// <summary>A module that holds something of people.</summary>
/// <param name="Name">The module.</param>
/// <param name="Read">All it holds of somebody.</param>
/// <param name="Forget">Has it forget somebody; safe to repeat.</param>
internal sealed record Holder(
    string Name, Func<Person, CancellationToken, Task<Result<PersonalData>>> Read, Func<ForgetPerson, CancellationToken, Task<Result<Forgotten>>> Forget);

/// <summary>Every module that holds something of people: a new one gets a line here, its tables a line in the House test.</summary>
internal sealed class Holders(ICustomerData customers, IOrderData orders, IPaymentData payments, IPromotionData promotions, IMessageData messages, PrivacyOptions options)
{
    /// <summary>Where the account is: forgotten first.</summary>
    public Holder Account { get; } = new("identity", customers.ReadPersonalData, customers.ForgetPerson);

    /// <summary>What goes by the account, or by what it bought.</summary>
    public IReadOnlyList<Holder> Books { get; } =
    [
        new("ordering", orders.ReadPersonalData, orders.ForgetPerson),
        new("payments", payments.ReadPersonalData, payments.ForgetPerson),
        new("pricing", promotions.ReadPersonalData, promotions.ForgetPerson),
    ];

    /// <summary>What was sent to them: forgotten last.</summary>
    public Holder Messages { get; } = new("notifications", messages.ReadPersonalData, messages.ForgetPerson);

    public IReadOnlyList<Holder> All => [Account, .. Books, Messages];

    /// <summary>The person behind an account, with all that is theirs.</summary>
    public async Task<Result<Person>> Find(Guid customer, CancellationToken ct) =>
        (await customers.FindPerson(new FindPerson(customer), ct)).Try(out var person, out var error) ? await AddPurchases(person, ct) : error;

    /// <summary>The same person with what is found to be theirs now.</summary>
    public async Task<Result<Person>> AddPurchases(Person person, CancellationToken ct)
    {
        if (!(await orders.FindPurchases(person, ct)).Try(out var bought, out var error)) return error;
        var found = person with
        {
            Emails = [.. person.Emails.Union(bought.Emails, StringComparer.Ordinal)],
            Phones = [.. person.Phones.Union(bought.Phones, StringComparer.Ordinal)],
            CartIds = [.. person.CartIds.Union(bought.CartIds)],
            OrderIds = [.. person.OrderIds.Union(bought.OrderIds)],
            References =
            [
                .. person.References.Union(bought.OrderIds.Select(o => WireId.Encode("order", o)), StringComparer.Ordinal)
                    .Union(bought.CartIds.Select(c => WireId.Encode("cart", c)), StringComparer.Ordinal),
            ],
        };
        if (!(await payments.FindReferences(found, ct)).Try(out var paid, out error)) return error;
        return found with { References = [.. found.References.Union(paid.Ids, StringComparer.Ordinal)] };
    }

    /// <summary>What is under way with them.</summary>
    public async Task<Result<OpenMatters>> OpenMatters(Person person, CancellationToken ct)
    {
        var asked = new FindOpenMatters(person, options.OrdersOpenFor);
        if (!(await orders.FindOpenMatters(asked, ct)).Try(out var bought, out var error)) return error;
        if (!(await payments.FindOpenMatters(asked, ct)).Try(out var owed, out error)) return error;
        return new OpenMatters([.. bought.Reasons, .. owed.Reasons]);
    }
}
