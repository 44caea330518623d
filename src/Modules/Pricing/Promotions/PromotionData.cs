using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Contracts.Privacy;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Pricing.Promotions;

/// <summary>Keeps <see cref="IPromotionData"/>: uses of promotions, which are counted by account, or by a guest's address.</summary>
internal sealed class PromotionData(Db db) : IPromotionData
{
    private const string Documents = """
        select 'promotion_uses' as name, coalesce(json_agg(r), '[]')::text as json from (
            select p.code, c.customer, c.amount, c.currency_code, c.created_at
            from pricing.promotion_claims c join pricing.promotions p on p.id = c.promotion_id where c.customer = any (@names) order by c.created_at, c.key) r
        union all
        select 'promotion_budgets', coalesce(json_agg(r), '[]')::text from (
            select p.code, c.customer, c.used, c.spent from pricing.promotion_customers c join pricing.promotions p on p.id = c.promotion_id
            where c.customer = any (@names) order by p.code) r
        """;

    public async Task<Result<PersonalData>> ReadPersonalData(Person request, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return new PersonalData((await connection.QueryAsync<PersonalDocument>(new CommandDefinition(Documents, new { names = NamesOf(request) }, cancellationToken: ct))).AsList());
    }

    /// <summary>Each name becomes one that nobody has, the same in both tables: what is canceled later is counted back.</summary>
    public async Task<Result<Forgotten>> ForgetPerson(ForgetPerson request, CancellationToken ct)
    {
        var names = NamesOf(request.Person);
        await using var tx = await db.Begin(ct);
        var uses = await tx.Connection.ExecuteScalarAsync<long>(new CommandDefinition("""
            with names as (select * from unnest(@names, @aliases) n (name, alias)),
            claims as (update pricing.promotion_claims c set customer = n.alias from names n where n.name = c.customer returning 1),
            budgets as (update pricing.promotion_customers c set customer = n.alias from names n where n.name = c.customer returning 1)
            select count(*) from claims
            """, new { names, aliases = names.Select(_ => $"erased {Guid.NewGuid():N}").ToArray() }, tx.Inner, cancellationToken: ct));
        await tx.Commit(ct);
        return new Forgotten(uses == 0 ? [] : [new("promotion_uses", uses, "what a promotion cost")]);
    }

    /// <summary>What uses are counted by: the account; of a guest, the address.</summary>
    private static string[] NamesOf(Person person) => [person.CustomerId.ToString(), .. person.Proven];
}
