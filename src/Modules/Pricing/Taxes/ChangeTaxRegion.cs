using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Pricing.Taxes;

internal sealed record UpdateTaxRegionRequest(string? ProvinceCode = null, Optional<JsonElement?> Metadata = default);

/// <summary>Changes a tax region, or ends it together with its provinces and all their rates.</summary>
internal static class ChangeTaxRegion
{
    public static async Task<IResult> Update(string id, Body<UpdateTaxRegionRequest> body, Db db, CancellationToken ct)
    {
        if (!WireId.TryDecode(TaxRegionRow.Prefix, id, out var key)) return Reply.Error(TaxRegionRow.NotFound(id));
        var request = body.Value;
        Check.Text("province_code", request.ProvinceCode, 20, min: 1);
        Check.Json("metadata", request.Metadata.Or(null));
        await using var tx = await db.Begin(ct);
        if (await ReadTaxRegions.Find(tx, key, ct) is not { } current) return Reply.Error(TaxRegionRow.NotFound(id));
        if (request.ProvinceCode is not null && current.ProvinceCode is null)
            return Reply.Error(Error.Invalid("Invalid request: Field 'province_code' cannot be set on the tax region of a country"));
        try
        {
            await tx.Connection.ExecuteAsync(new CommandDefinition("""
                update pricing.tax_regions set province_code = coalesce(@province, province_code),
                    metadata = case when @sets then @metadata::jsonb else metadata end, updated_at = now()
                where id = @key
                """,
                new
                {
                    key,
                    province = request.ProvinceCode?.Trim().ToLowerInvariant(),
                    sets = request.Metadata.IsSet,
                    metadata = Check.JsonText(request.Metadata.Or(null)),
                }, tx.Inner, cancellationToken: ct));
        }
        catch (Npgsql.PostgresException e) when (e.SqlState == Npgsql.PostgresErrorCodes.UniqueViolation)
        {
            return Reply.Error(Error.Duplicate($"Tax region with country_code: {current.CountryCode}, province_code: {request.ProvinceCode}, already exists."));
        }

        var region = await ReadTaxRegions.Find(tx, key, ct);
        tx.Publish(new PricingChanged());
        await tx.Commit(ct);
        return Reply.Json(new TaxRegionEnvelope(region!), PricingJson.Default.TaxRegionEnvelope);
    }

    public static async Task<IResult> Delete(string id, Db db, CancellationToken ct)
    {
        if (!WireId.TryDecode(TaxRegionRow.Prefix, id, out var key)) return Reply.Error(TaxRegionRow.NotFound(id));
        await using var tx = await db.Begin(ct);
        var deleted = await tx.Connection.ExecuteScalarAsync<long>(new CommandDefinition("""
            with regions as (
                update pricing.tax_regions set deleted_at = now(), updated_at = now()
                where (id = @key or parent_id = @key) and deleted_at is null returning id),
            rates as (
                update pricing.tax_rates set deleted_at = now(), updated_at = now()
                where tax_region_id in (select id from regions) and deleted_at is null)
            select count(*) from regions where id = @key
            """, new { key }, tx.Inner, cancellationToken: ct));
        if (deleted == 0) return Reply.Error(TaxRegionRow.NotFound(id));
        tx.Publish(new PricingChanged());
        await tx.Commit(ct);
        return Reply.Deleted(id, "tax_region");
    }
}
