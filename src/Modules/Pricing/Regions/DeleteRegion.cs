using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Pricing.Regions;

/// <summary>Closes a region and sets its countries free. The row stays for the orders that name it.</summary>
internal static class DeleteRegion
{
    public static async Task<IResult> Handle(string id, Db db, CancellationToken ct)
    {
        if (!WireId.TryDecode(RegionRow.Prefix, id, out var key)) return Reply.Error(RegionRow.NotFound(id));
        await using var tx = await db.Begin(ct);
        var deleted = await tx.Connection.ExecuteAsync(new CommandDefinition(
            "update pricing.regions set deleted_at = now(), updated_at = now() where id = @key and deleted_at is null", new { key }, tx.Inner, cancellationToken: ct));
        if (deleted == 0) return Reply.Error(RegionRow.NotFound(id));
        await RegionChecks.AssignCountries(tx, key, [], ct);
        tx.Publish(new PricingChanged());
        await tx.Commit(ct);
        return Reply.Deleted(id, "region");
    }
}
