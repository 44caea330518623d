using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Pricing.Promotions;

/// <summary>Ends a promotion for good; its code is free again. The row and its claims stay as the record of what it gave.</summary>
internal static class DeletePromotion
{
    public static async Task<IResult> Handle(string id, Db db, CancellationToken ct)
    {
        if (!WireId.TryDecode(PromotionRow.Prefix, id, out var key)) return Reply.Error(PromotionRow.NotFound(id));
        await using var tx = await db.Begin(ct);
        var deleted = await tx.Connection.ExecuteAsync(new CommandDefinition(
            "update pricing.promotions set deleted_at = now(), updated_at = now() where id = @key and deleted_at is null", new { key }, tx.Inner, cancellationToken: ct));
        if (deleted == 0) return Reply.Error(PromotionRow.NotFound(id));
        tx.Publish(new PricingChanged());
        await tx.Commit(ct);
        return Reply.Deleted(id, "promotion");
    }
}
