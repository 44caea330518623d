using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Platform.Audit;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace HeadlessPro.Identity.Customers;

/// <summary>Customers of another shop, at most 1,000 at once.</summary>
internal sealed record ImportCustomersRequest(IReadOnlyList<ImportedCustomerRequest> Customers);

/// <summary>
/// One of them. With a <paramref name="PasswordHash"/> they go on signing in as before; with <paramref name="HasAccount"/> alone by a link, a code or a
/// new password. <paramref name="EmailVerified"/>: the other shop has made sure that the address is theirs.
/// </summary>
internal sealed record ImportedCustomerRequest(
    string Email, string? FirstName = null, string? LastName = null, string? CompanyName = null, string? Phone = null, JsonElement? Metadata = null,
    bool HasAccount = false, string? PasswordHash = null, bool EmailVerified = false, DateTimeOffset? CreatedAt = null);

internal sealed record ImportCustomersResponse(int Imported, IReadOnlyList<ImportProblemResponse> Problems);

/// <summary>Why one did not come in; <paramref name="Index"/> counts from 0.</summary>
internal sealed record ImportProblemResponse(int Index, string Email, string Code, string Message);

/// <summary>Takes in customers with their accounts. Each comes in whole or not at all, whatever becomes of the others; sent again, those who are in are named as taken.</summary>
internal static class ImportCustomers
{
    private const int Most = 1000;

    public static async Task<IResult> Handle(Body<ImportCustomersRequest> body, Db db, CancellationToken ct)
    {
        var customers = body.Value.Customers;
        Check.Count("customers", customers, Most);
        var problems = new List<ImportProblemResponse>();
        var accounts = new List<string>();
        await using var tx = await db.Begin(ct, isWatched: false);
        // One import after the other: of the same one sent twice, the second finds the customers of the first.
        await tx.Connection.ExecuteAsync(new CommandDefinition("select pg_advisory_xact_lock(hashtext('identity.import_customers'))", null, tx.Inner, cancellationToken: ct));
        var refused = customers.Select(Refuse).ToList();
        var budget = await HashBudget.Read(tx, [.. customers.Where((_, i) => refused[i] is null).Select(c => c.PasswordHash).OfType<string>()], ct);
        for (var i = 0; i < customers.Count; i++)
        {
            var (id, customer) = (WireId.New(), customers[i]);
            if ((refused[i] ?? RefuseKind(customer, budget) ?? await Take(tx, id, customer, ct)) is { } error)
            {
                problems.Add(new(i, customer.Email.Length > 254 ? customer.Email[..254] : customer.Email, error.Code, error.Message));
                continue;
            }

            if (customer.PasswordHash is { } hash) budget.Take(hash);
            if (HasAccount(customer)) accounts.Add(WireId.Encode(PeopleWire.Customer, id));
        }

        tx.Record(new AuditEvent("imported", "customer")
        {
            Kind = "change",
            Details = [("imported", $"{customers.Count - problems.Count}"), ("refused", $"{problems.Count}"), ("accounts", accounts.Count == 0 ? null : string.Join(' ', accounts))],
        });
        await tx.Commit(ct);
        return Reply.Json(new ImportCustomersResponse(customers.Count - problems.Count, problems), PeopleJson.Default.ImportCustomersResponse);
    }

    private static Error? Refuse(ImportedCustomerRequest customer)
    {
        try
        {
            CustomerRules.Check(customer.FirstName, customer.LastName, customer.CompanyName, customer.Phone, customer.Metadata);
        }
        catch (ErrorException e)
        {
            return e.Error;
        }

        if (!EmailAddress.IsOne(EmailAddress.Plain(customer.Email))) return Error.Invalid("Invalid request: Field 'email' must be an e-mail address");
        return customer.PasswordHash is { } hash && ImportedHashes.Refuse(hash) is { } why ? Error.Invalid($"Invalid request: Field 'password_hash': {why}", "hash_not_supported") : null;
    }

    private static Error? RefuseKind(ImportedCustomerRequest customer, HashBudget budget) => customer.PasswordHash is not { } hash || budget.Allows(hash) ? null : Error.Invalid(
        "Invalid request: Field 'password_hash': with hashes of this kind and cost beside those that are here, a wrong password would take more than a second: "
        + "leave 'password_hash' out and send 'has_account', and the customer chooses a new password by mail", "hash_too_slow");

    private static bool HasAccount(ImportedCustomerRequest customer) => customer.HasAccount || customer.PasswordHash is not null;

    private static async Task<Error?> Take(Transaction tx, Guid id, ImportedCustomerRequest customer, CancellationToken ct)
    {
        const string Savepoint = "customer";
        await tx.Inner.SaveAsync(Savepoint, ct);
        try
        {
            var isIn = await tx.Connection.ExecuteAsync(new CommandDefinition("""
                with known as (select from identity.customers where email = @email and deleted_at is null limit 1),
                person as (insert into identity.identities (id) select @identity where @hasAccount and not exists (select from known) returning id),
                sign_in as (
                    insert into identity.sign_ins (id, identity_id, provider, subject, secret, verified_at)
                    select @signIn, id, @Provider, @email, @PasswordHash, case when @EmailVerified then now() end from person)
                insert into identity.customers (id, identity_id, email, first_name, last_name, company_name, phone, metadata, created_at)
                select @id, case when @hasAccount then @identity end, @email, @FirstName, @LastName, @CompanyName, @Phone, @metadata::jsonb, coalesce(@CreatedAt, now())
                where not exists (select from known)
                """,
                new
                {
                    id,
                    identity = WireId.New(),
                    signIn = WireId.New(),
                    EmailPassword.Provider,
                    email = EmailAddress.Plain(customer.Email),
                    hasAccount = HasAccount(customer),
                    customer.PasswordHash,
                    customer.EmailVerified,
                    customer.FirstName,
                    customer.LastName,
                    customer.CompanyName,
                    customer.Phone,
                    metadata = Check.JsonText(customer.Metadata),
                    customer.CreatedAt,
                }, tx.Inner, cancellationToken: ct));
            await tx.Inner.ReleaseAsync(Savepoint, ct);
            return isIn == 1 ? null : Error.Duplicate("There is a customer with this address already", "email_taken");
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            await tx.Inner.RollbackAsync(Savepoint, ct);
            return Error.Duplicate("Somebody signs in with this address already", "email_taken");
        }
    }
}
