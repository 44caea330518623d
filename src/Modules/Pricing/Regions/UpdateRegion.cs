using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Pricing.Regions;

internal sealed record UpdateRegionRequest(
    string? Name = null, string? CurrencyCode = null, IReadOnlyList<string>? Countries = null, bool? AutomaticTaxes = null,
    bool? IsTaxInclusive = null, IReadOnlyList<string>? PaymentProviders = null, Optional<JsonElement?> Metadata = default);

/// <summary>Changes a region. What is left out stays; <c>countries</c> and <c>payment_providers</c> replace the lists there are.</summary>
internal static class UpdateRegion
{
    public static async Task<IResult> Handle(string id, Body<UpdateRegionRequest> body, Db db, CancellationToken ct)
    {
        if (!WireId.TryDecode(RegionRow.Prefix, id, out var key)) return Reply.Error(RegionRow.NotFound(id));
        var request = body.Value;
        if (RegionChecks.CheckFields(request.Name, request.Countries, request.PaymentProviders, request.Metadata.Or(null)) is { } problem) return Reply.Error(problem);

        await using var tx = await db.Begin(ct);
        var row = await tx.Connection.QuerySingleOrDefaultAsync<RegionRow>(new CommandDefinition(
            $"select {RegionRow.Columns} from pricing.regions r where r.id = @key and r.deleted_at is null for update", new { key }, tx.Inner, cancellationToken: ct));
        if (row is null) return Reply.Error(RegionRow.NotFound(id));
        var draft = new RegionDraft(
            key, request.Name ?? row.Name, request.CurrencyCode?.ToLowerInvariant() ?? row.CurrencyCode, request.AutomaticTaxes ?? row.AutomaticTaxes,
            request.IsTaxInclusive ?? row.IsTaxInclusive, request.PaymentProviders?.Distinct().ToArray() ?? row.PaymentProviders,
            request.Metadata.IsSet ? Check.JsonText(request.Metadata.Value) : row.Metadata);
        if (await RegionChecks.CheckCurrency(tx, draft.CurrencyCode, ct) is { } badCurrency) return Reply.Error(badCurrency);
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            update pricing.regions set name = @Name, currency_code = @CurrencyCode, automatic_taxes = @AutomaticTaxes, is_tax_inclusive = @IsTaxInclusive,
                payment_providers = @PaymentProviders, metadata = @Metadata::jsonb, updated_at = now()
            where id = @Id
            """, draft, tx.Inner, cancellationToken: ct));
        if (request.Countries is { } countries && await RegionChecks.AssignCountries(tx, key, countries, ct) is { } badCountry) return Reply.Error(badCountry);
        var region = await RegionChecks.Find(tx.Connection, tx.Inner, key, ct);
        tx.Publish(new PricingChanged());
        await tx.Commit(ct);
        return Reply.Json(new RegionEnvelope(region!), PricingJson.Default.RegionEnvelope);
    }
}
