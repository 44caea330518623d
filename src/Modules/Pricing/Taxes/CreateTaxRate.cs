using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Pricing.Taxes;

internal sealed record CreateTaxRateRequest(
    string TaxRegionId, string Name, string Code, decimal Rate = 0, bool IsDefault = false, bool IsCombinable = false,
    IReadOnlyList<TaxRateRuleRequest>? Rules = null, JsonElement? Metadata = null);

/// <summary>Adds a rate to a tax region: its default, or one for the products, types and shipping options its rules name.</summary>
internal static class CreateTaxRate
{
    public static async Task<IResult> Handle(Body<CreateTaxRateRequest> body, Db db, CancellationToken ct)
    {
        var request = body.Value;
        if (TaxChecks.CheckRate("", request.Name, request.Code, request.Rate, request.Metadata) is { } problem) return Reply.Error(problem);
        if (!TaxChecks.CheckRules(request.Rules ?? []).Try(out var rules, out var badRule)) return Reply.Error(badRule);
        if (!WireId.TryDecode(TaxRegionRow.Prefix, request.TaxRegionId, out var regionId)) return Reply.Error(UnknownRegion(request.TaxRegionId));

        await using var tx = await db.Begin(ct);
        if (await ReadTaxRegions.Find(tx, regionId, ct) is null) return Reply.Error(UnknownRegion(request.TaxRegionId));
        var id = WireId.New();
        if (request.IsDefault) await TaxChecks.TakeDefault(tx, regionId, id, ct);
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            insert into pricing.tax_rates (id, tax_region_id, rate, code, name, is_default, is_combinable, metadata)
            values (@id, @regionId, @Rate, @Code, @Name, @IsDefault, @IsCombinable, @metadata::jsonb)
            """,
            new { id, regionId, request.Rate, request.Code, request.Name, request.IsDefault, request.IsCombinable, metadata = Check.JsonText(request.Metadata) },
            tx.Inner, cancellationToken: ct));
        await TaxChecks.AddRules(tx, id, rules, ct);
        var rate = (await TaxRateAdminRow.Load(tx, "t.id = @id", new { id }, ct))[0];
        tx.Publish(new PricingChanged());
        await tx.Commit(ct);
        return Reply.Json(new TaxRateEnvelope(rate), PricingJson.Default.TaxRateEnvelope);
    }

    private static Error UnknownRegion(string id) => Error.Invalid($"TaxRegion with id: {id} was not found (field 'tax_region_id')");
}
