using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Pricing.Promotions;

/// <summary>Statements that creating and updating a promotion share.</summary>
internal static class PromotionsStore
{
    /// <summary>Inserts (<paramref name="isNew"/>) or overwrites a promotion; the caller publishes and commits.</summary>
    public static async Task<Result<PromotionRow>> Write(Transaction tx, Guid id, PromotionDraft draft, bool isNew, CancellationToken ct)
    {
        var currencies = new[] { draft.MethodCurrency, draft.BudgetCurrency }.OfType<string>().Distinct().ToArray();
        var unknown = await tx.Connection.QueryFirstOrDefaultAsync<string>(new CommandDefinition(
            "select c from unnest(@currencies) as c where not exists (select from pricing.currencies where code = c)", new { currencies }, tx.Inner, cancellationToken: ct));
        if (unknown is not null) return Error.Invalid($"Currency with code: {unknown} does not exist (field 'currency_code')");

        var parameters = new DynamicParameters(draft);
        parameters.Add("Id", id);
        parameters.Add("MethodId", WireId.New());
        try
        {
            return await tx.Connection.QuerySingleAsync<PromotionRow>(new CommandDefinition(isNew ? InsertSql : UpdateSql, parameters, tx.Inner, cancellationToken: ct));
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return Error.Duplicate($"Promotion with code: {draft.Code}, already exists.");
        }
    }

    private const string InsertSql = $"""
        insert into pricing.promotions as p (
            id, code, type, is_automatic, is_tax_inclusive, status, use_limit, starts_at, ends_at, budget_type, budget_limit, budget_currency,
            budget_attribute, campaign_name, rules, method_id, method_type, target_type, allocation, value_minor, value_percent, method_currency,
            max_quantity, buy_quantity, get_quantity, target_rules, buy_rules, metadata)
        values (
            @Id, @Code, @Type, @IsAutomatic, @IsTaxInclusive, @Status, @UseLimit, @StartsAt, @EndsAt, @BudgetType, @BudgetLimit, @BudgetCurrency,
            @BudgetAttribute, @CampaignName, @Rules::jsonb, @MethodId, @MethodType, @TargetType, @Allocation, @ValueMinor, @ValuePercent, @MethodCurrency,
            @MaxQuantity, @BuyQuantity, @GetQuantity, @TargetRules::jsonb, @BuyRules::jsonb, @Metadata::jsonb)
        returning {PromotionRow.Columns}
        """;

    private const string UpdateSql = $"""
        update pricing.promotions p set
            code = @Code, type = @Type, is_automatic = @IsAutomatic, is_tax_inclusive = @IsTaxInclusive, status = @Status, use_limit = @UseLimit,
            starts_at = @StartsAt, ends_at = @EndsAt, budget_type = @BudgetType, budget_limit = @BudgetLimit, budget_currency = @BudgetCurrency,
            budget_attribute = @BudgetAttribute, campaign_name = @CampaignName, rules = @Rules::jsonb, method_type = @MethodType,
            target_type = @TargetType, allocation = @Allocation, value_minor = @ValueMinor, value_percent = @ValuePercent,
            method_currency = @MethodCurrency, max_quantity = @MaxQuantity, buy_quantity = @BuyQuantity, get_quantity = @GetQuantity,
            target_rules = @TargetRules::jsonb, buy_rules = @BuyRules::jsonb, metadata = @Metadata::jsonb, updated_at = now()
        where p.id = @Id
        returning {PromotionRow.Columns}
        """;
}
