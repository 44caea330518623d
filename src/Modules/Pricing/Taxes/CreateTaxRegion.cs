using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace HeadlessPro.Pricing.Taxes;

internal sealed record DefaultTaxRateRequest(string Name, string Code, decimal Rate = 0, bool IsCombinable = false, JsonElement? Metadata = null);

internal sealed record CreateTaxRegionRequest(
    string CountryCode, string? ProvinceCode = null, string? ParentId = null, string? ProviderId = null, DefaultTaxRateRequest? DefaultTaxRate = null,
    JsonElement? Metadata = null);

/// <summary>Makes a country, or a province below it, a place with taxes of its own; with its default rate when one is sent.</summary>
internal static class CreateTaxRegion
{
    public static async Task<IResult> Handle(Body<CreateTaxRegionRequest> body, Db db, CancellationToken ct)
    {
        var request = body.Value;
        var rate = request.DefaultTaxRate;
        if (CheckFields(request) is { } problem) return Reply.Error(problem);
        var (id, country, province) = (WireId.New(), request.CountryCode.ToLowerInvariant(), request.ProvinceCode?.Trim().ToLowerInvariant());

        await using var tx = await db.Begin(ct);
        if (!(await FindParent(tx, country, province, request.ParentId, ct)).Try(out var parent, out var refused)) return Reply.Error(refused);
        try
        {
            await tx.Connection.ExecuteAsync(new CommandDefinition("""
                insert into pricing.tax_regions (id, country_code, province_code, parent_id, metadata)
                values (@id, @country, @province, @ParentId, @metadata::jsonb)
                """, new { id, country, province, parent.ParentId, metadata = Check.JsonText(request.Metadata) }, tx.Inner, cancellationToken: ct));
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return Reply.Error(Error.Duplicate($"Tax region with country_code: {country}, province_code: {province}, already exists."));
        }

        if (rate is not null)
        {
            await tx.Connection.ExecuteAsync(new CommandDefinition("""
                insert into pricing.tax_rates (id, tax_region_id, rate, code, name, is_default, is_combinable, metadata)
                values (@rateId, @id, @Rate, @Code, @Name, true, @IsCombinable, @metadata::jsonb)
                """, new { rateId = WireId.New(), id, rate.Rate, rate.Code, rate.Name, rate.IsCombinable, metadata = Check.JsonText(rate.Metadata) },
                tx.Inner, cancellationToken: ct));
        }

        tx.Publish(new PricingChanged());
        var region = await ReadTaxRegions.Find(tx, id, ct);
        await tx.Commit(ct);
        return Reply.Json(new TaxRegionEnvelope(region!), PricingJson.Default.TaxRegionEnvelope);
    }

    private static Error? CheckFields(CreateTaxRegionRequest request)
    {
        Check.Text("country_code", request.CountryCode, 2, min: 2);
        Check.Text("province_code", request.ProvinceCode, 20, min: 1);
        Check.Json("metadata", request.Metadata);
        if (request.ProviderId is not (null or "tp_system"))
            return Error.Invalid($"Invalid request: Value for field 'provider_id' must be 'tp_system', got: '{request.ProviderId}'");
        return request.DefaultTaxRate is { } rate ? TaxChecks.CheckRate("default_tax_rate, ", rate.Name, rate.Code, rate.Rate, rate.Metadata) : null;
    }

    private static async Task<Result<(Guid? ParentId, bool Found)>> FindParent(Transaction tx, string country, string? province, string? parentId, CancellationToken ct)
    {
        var known = await tx.Connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from pricing.countries where iso_2 = @country)", new { country }, tx.Inner, cancellationToken: ct));
        if (!known) return Error.Invalid($"Country with code: {country} does not exist (field 'country_code')");
        if (province is null)
            return parentId is null ? (null, true) : Error.Invalid("Invalid request: Field 'province_code' is required with 'parent_id'");
        var parent = await tx.Connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition(
            "select id from pricing.tax_regions where country_code = @country and province_code is null and deleted_at is null for share",
            new { country }, tx.Inner, cancellationToken: ct));
        if (parent is null) return Error.Invalid($"Create the tax region of country {country} before one of its provinces (field 'province_code')");
        if (parentId is not null && (!WireId.TryDecode(TaxRegionRow.Prefix, parentId, out var given) || given != parent))
            return Error.Invalid($"Invalid request: Value for field 'parent_id' must be the tax region of country {country}");
        return (parent, true);
    }
}
