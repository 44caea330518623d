using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Pricing.Taxes;

internal sealed record TaxRateRuleDeletedResponse(string Id, string Object, bool Deleted, TaxRateResponse Parent);

/// <summary>Adds one rule to a rate, or takes one away. Repeating either changes nothing.</summary>
internal static class TaxRateRules
{
    public static async Task<IResult> Add(string id, Body<TaxRateRuleRequest> body, Db db, CancellationToken ct)
    {
        if (!WireId.TryDecode(TaxRateAdminRow.Prefix, id, out var key)) return Reply.Error(TaxRateAdminRow.NotFound(id));
        if (!TaxChecks.CheckRules([body.Value]).Try(out var rules, out var problem)) return Reply.Error(problem);
        await using var tx = await db.Begin(ct);
        if ((await TaxRateAdminRow.Load(tx, "t.id = @key", new { key }, ct)).Count == 0) return Reply.Error(TaxRateAdminRow.NotFound(id));
        await TaxChecks.AddRules(tx, key, rules, ct);
        var rate = (await TaxRateAdminRow.Load(tx, "t.id = @key", new { key }, ct))[0];
        tx.Publish(new PricingChanged());
        await tx.Commit(ct);
        return Reply.Json(new TaxRateEnvelope(rate), PricingJson.Default.TaxRateEnvelope);
    }

    public static async Task<IResult> Remove(string id, string ruleId, Db db, CancellationToken ct)
    {
        if (!WireId.TryDecode(TaxRateAdminRow.Prefix, id, out var key)) return Reply.Error(TaxRateAdminRow.NotFound(id));
        WireId.TryDecode(TaxRuleRow.RulePrefix, ruleId, out var rule);
        await using var tx = await db.Begin(ct);
        await tx.Connection.ExecuteAsync(new CommandDefinition(
            "delete from pricing.tax_rate_rules where tax_rate_id = @key and id = @rule", new { key, rule }, tx.Inner, cancellationToken: ct));
        if ((await TaxRateAdminRow.Load(tx, "t.id = @key", new { key }, ct)).FirstOrDefault() is not { } rate) return Reply.Error(TaxRateAdminRow.NotFound(id));
        tx.Publish(new PricingChanged());
        await tx.Commit(ct);
        return Reply.Json(new TaxRateRuleDeletedResponse(ruleId, "tax_rate_rule", true, rate), PricingJson.Default.TaxRateRuleDeletedResponse);
    }
}
