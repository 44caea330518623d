using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Pricing.Taxes;

internal sealed record UpdateTaxRateRequest(
    string? Name = null, string? Code = null, decimal? Rate = null, bool? IsDefault = null, bool? IsCombinable = null,
    IReadOnlyList<TaxRateRuleRequest>? Rules = null, Optional<JsonElement?> Metadata = default);

/// <summary>Changes or ends a rate; <c>rules</c>, when sent, replace those there are.</summary>
internal static class UpdateTaxRate
{
    public static async Task<IResult> Handle(string id, Body<UpdateTaxRateRequest> body, Db db, CancellationToken ct)
    {
        if (!WireId.TryDecode(TaxRateAdminRow.Prefix, id, out var key)) return Reply.Error(TaxRateAdminRow.NotFound(id));
        var request = body.Value;
        if (TaxChecks.CheckRate("", request.Name, request.Code, request.Rate, request.Metadata.Or(null)) is { } problem) return Reply.Error(problem);
        if (!TaxChecks.CheckRules(request.Rules ?? []).Try(out var rules, out var badRule)) return Reply.Error(badRule);

        await using var tx = await db.Begin(ct);
        var regionId = await tx.Connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition(
            "select t.tax_region_id from pricing.tax_rates t where t.id = @key and t.deleted_at is null", new { key }, tx.Inner, cancellationToken: ct));
        if (regionId is null) return Reply.Error(TaxRateAdminRow.NotFound(id));
        if (request.IsDefault is true) await TaxChecks.TakeDefault(tx, regionId.Value, key, ct);
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            update pricing.tax_rates set name = coalesce(@Name, name), code = coalesce(@Code, code), rate = coalesce(@Rate, rate),
                is_default = coalesce(@IsDefault, is_default), is_combinable = coalesce(@IsCombinable, is_combinable),
                metadata = case when @sets then @metadata::jsonb else metadata end, updated_at = now()
            where id = @key
            """,
            new
            {
                key,
                request.Name,
                request.Code,
                request.Rate,
                request.IsDefault,
                request.IsCombinable,
                sets = request.Metadata.IsSet,
                metadata = Check.JsonText(request.Metadata.Or(null)),
            }, tx.Inner, cancellationToken: ct));
        if (request.Rules is not null)
        {
            await tx.Connection.ExecuteAsync(new CommandDefinition(
                "delete from pricing.tax_rate_rules where tax_rate_id = @key", new { key }, tx.Inner, cancellationToken: ct));
            await TaxChecks.AddRules(tx, key, rules, ct);
        }

        var rate = (await TaxRateAdminRow.Load(tx, "t.id = @key", new { key }, ct)).FirstOrDefault();
        if (rate is null) return Reply.Error(TaxRateAdminRow.NotFound(id));
        tx.Publish(new PricingChanged());
        await tx.Commit(ct);
        return Reply.Json(new TaxRateEnvelope(rate), PricingJson.Default.TaxRateEnvelope);
    }

    public static async Task<IResult> Delete(string id, Db db, CancellationToken ct)
    {
        if (!WireId.TryDecode(TaxRateAdminRow.Prefix, id, out var key)) return Reply.Error(TaxRateAdminRow.NotFound(id));
        await using var tx = await db.Begin(ct);
        var deleted = await tx.Connection.ExecuteAsync(new CommandDefinition(
            "update pricing.tax_rates set deleted_at = now(), updated_at = now() where id = @key and deleted_at is null", new { key }, tx.Inner, cancellationToken: ct));
        if (deleted == 0) return Reply.Error(TaxRateAdminRow.NotFound(id));
        tx.Publish(new PricingChanged());
        await tx.Commit(ct);
        return Reply.Deleted(id, "tax_rate");
    }
}
