using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;

namespace HeadlessPro.Identity.Customers;

/// <summary>Writes addresses, one at a time for a customer: two defaults at once would meet in the index.</summary>
internal sealed class AddressBook(Db db, PersonalSeal seal)
{
    public const int Most = 200;

    /// <summary>False when the book is full.</summary>
    public async Task<bool> Add(Guid customer, CustomerAddressRequest request, CancellationToken ct)
    {
        await using var tx = await Begin(customer, ct);
        if (await tx.Connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "select count(*) from identity.customer_addresses where customer_id = @customer", new { customer }, tx.Inner, cancellationToken: ct)) >= Most) return false;
        await ClearDefaults(tx, customer, null, request, ct);
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            insert into identity.customer_addresses (id, customer_id, sealed, is_default_shipping, is_default_billing)
            values (@id, @customer, @details, coalesce(@IsDefaultShipping, false), coalesce(@IsDefaultBilling, false))
            """, new { id = WireId.New(), customer, details = Close(request.Over(new AddressDetails())), request.IsDefaultShipping, request.IsDefaultBilling }, tx.Inner, cancellationToken: ct));
        await tx.Commit(ct);
        return true;
    }

    /// <summary>False when the customer has no such address.</summary>
    public async Task<bool> Change(Guid customer, Guid id, CustomerAddressRequest request, CancellationToken ct)
    {
        await using var tx = await Begin(customer, ct);
        if (await tx.Connection.QuerySingleOrDefaultAsync<string>(new CommandDefinition(
            "select sealed from identity.customer_addresses where id = @id and customer_id = @customer", new { id, customer }, tx.Inner, cancellationToken: ct)) is not { } text) return false;
        await ClearDefaults(tx, customer, id, request, ct);
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            update identity.customer_addresses set updated_at = now(), sealed = @details,
                is_default_shipping = coalesce(@IsDefaultShipping, is_default_shipping), is_default_billing = coalesce(@IsDefaultBilling, is_default_billing)
            where id = @id
            """,
            new { id, details = Close(request.Over(seal.Open(text, CustomerRowsJson.Default.AddressDetails))), request.IsDefaultShipping, request.IsDefaultBilling },
            tx.Inner, cancellationToken: ct));
        await tx.Commit(ct);
        return true;
    }

    private async Task<Transaction> Begin(Guid customer, CancellationToken ct)
    {
        var tx = await db.Begin(ct);
        await tx.Connection.ExecuteAsync(new CommandDefinition("select from identity.customers where id = @customer for update", new { customer }, tx.Inner, cancellationToken: ct));
        return tx;
    }

    private static Task ClearDefaults(Transaction tx, Guid customer, Guid? but, CustomerAddressRequest request, CancellationToken ct) =>
        tx.Connection.ExecuteAsync(new CommandDefinition("""
            update identity.customer_addresses set updated_at = now(),
                is_default_shipping = is_default_shipping and not @shipping, is_default_billing = is_default_billing and not @billing
            where customer_id = @customer and id is distinct from @but and ((is_default_shipping and @shipping) or (is_default_billing and @billing))
            """, new { customer, but, shipping = request.IsDefaultShipping == true, billing = request.IsDefaultBilling == true }, tx.Inner, cancellationToken: ct));

    private string Close(AddressDetails details) => seal.Close(details, CustomerRowsJson.Default.AddressDetails);
}
