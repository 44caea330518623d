using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Pricing.Regions;

/// <summary>Regions for staff: a list with filters, and one by id.</summary>
internal static class ReadRegions
{
    private static readonly string[] Defaults =
    [
        "id", "name", "currency_code", "created_at", "updated_at", "deleted_at", "metadata", "automatic_taxes", "is_tax_inclusive", "countries", "payment_providers",
    ];

    private static readonly SqlList Regions = new("pricing.regions r", RegionRow.Columns, "r.id")
    {
        Alive = "r.deleted_at is null",
        Filters = (filter, query) => filter
            .And("r.id = any (@value)", query.Ids("id", RegionRow.Prefix))
            .And("r.name = any (@value)", query.Texts("name"))
            .And("r.currency_code = any (@value)", query.Texts("currency_code"))
            .And("r.name ilike @value", ListFilter.Pattern(query.Text("q")))
            .AndTimes(query, "r"),
        Orders = SqlList.Columns("r", "id", "name", "currency_code", "created_at", "updated_at"),
        DefaultOrder = "r.created_at asc",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = query.Fields(Defaults);
        var list = Regions.Of(query);
        await using var connection = await db.Open(ct);
        await using var answers = await connection.QueryMultipleAsync(new CommandDefinition(
            $"{list.Sql}; select {CountryRow.Columns} from pricing.countries c where c.region_id is not null order by c.iso_2",
            list.Parameters, cancellationToken: ct));
        var page = await list.Read<RegionRow>(answers);
        var countries = (await answers.ReadAsync<CountryRow>()).ToList();
        return Reply.Page("regions", page.To(r => r.ToWire(countries)), PricingJson.Default.RegionResponse, fields);
    }

    public static async Task<IResult> One(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        if (!WireId.TryDecode(RegionRow.Prefix, id, out var key)) return Reply.Error(RegionRow.NotFound(id));
        var fields = query.Fields(Defaults);
        query.RejectUnknown();
        await using var connection = await db.Open(ct);
        return await RegionChecks.Find(connection, null, key, ct) is { } region
            ? Reply.One("region", region, PricingJson.Default.RegionResponse, fields)
            : Reply.Error(RegionRow.NotFound(id));
    }
}
