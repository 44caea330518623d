using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Pricing.Regions;

internal sealed record CreateRegionRequest(
    string Name, string CurrencyCode, IReadOnlyList<string>? Countries = null, bool AutomaticTaxes = true, bool IsTaxInclusive = false,
    IReadOnlyList<string>? PaymentProviders = null, JsonElement? Metadata = null);

internal sealed record RegionEnvelope(RegionResponse Region);

/// <summary>Opens a region: where the shop sells, in which currency, whether prices there include tax.</summary>
internal static class CreateRegion
{
    public static async Task<IResult> Handle(Body<CreateRegionRequest> body, Db db, CancellationToken ct)
    {
        var request = body.Value;
        if (RegionChecks.CheckFields(request.Name, request.Countries, request.PaymentProviders, request.Metadata) is { } problem) return Reply.Error(problem);
        var draft = new RegionDraft(
            WireId.New(), request.Name, request.CurrencyCode.ToLowerInvariant(), request.AutomaticTaxes, request.IsTaxInclusive,
            [.. (request.PaymentProviders ?? ["pp_system_default"]).Distinct()], Check.JsonText(request.Metadata));

        await using var tx = await db.Begin(ct);
        if (await RegionChecks.CheckCurrency(tx, draft.CurrencyCode, ct) is { } badCurrency) return Reply.Error(badCurrency);
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            insert into pricing.regions (id, name, currency_code, automatic_taxes, is_tax_inclusive, payment_providers, metadata)
            values (@Id, @Name, @CurrencyCode, @AutomaticTaxes, @IsTaxInclusive, @PaymentProviders, @Metadata::jsonb)
            """, draft, tx.Inner, cancellationToken: ct));
        if (await RegionChecks.AssignCountries(tx, draft.Id, request.Countries ?? [], ct) is { } badCountry) return Reply.Error(badCountry);
        var region = await RegionChecks.Find(tx.Connection, tx.Inner, draft.Id, ct);
        tx.Publish(new PricingChanged());
        await tx.Commit(ct);
        return Reply.Json(new RegionEnvelope(region!), PricingJson.Default.RegionEnvelope);
    }
}
