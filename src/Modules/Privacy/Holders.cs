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
internal sealed record Holder(string Name, Func<Person, CancellationToken, Task<Result<PersonalData>>> Read);

/// <summary>Every module that holds something of people: a new one gets a line here, its tables a line in the House test.</summary>
internal sealed class Holders(ICustomerData customers, IOrderData orders, IPaymentData payments, IPromotionData promotions, IMessageData messages)
{
    public IReadOnlyList<Holder> All { get; } =
    [
        new("identity", customers.ReadPersonalData),
        new("ordering", orders.ReadPersonalData),
        new("payments", payments.ReadPersonalData),
        new("pricing", promotions.ReadPersonalData),
        new("notifications", messages.ReadPersonalData),
    ];

    /// <summary>The person behind an account, with all that is theirs.</summary>
    public async Task<Result<Person>> Find(Guid customer, CancellationToken ct)
    {
        if (!(await customers.FindPerson(new FindPerson(customer), ct)).Try(out var person, out var error)) return error;
        if (!(await orders.FindPurchases(person, ct)).Try(out var bought, out error)) return error;
        return person with
        {
            Emails = [.. person.Emails.Concat(bought.Emails).Distinct(StringComparer.Ordinal)],
            Phones = [.. person.Phones.Concat(bought.Phones).Distinct(StringComparer.Ordinal)],
            CartIds = bought.CartIds,
            OrderIds = bought.OrderIds,
            References = [.. person.References, .. bought.OrderIds.Select(o => WireId.Encode("order", o)), .. bought.CartIds.Select(c => WireId.Encode("cart", c))],
        };
    }
}
