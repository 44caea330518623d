using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Pricing.Promotions;

internal sealed record CreatePromotionRequest(
    string Code, string Type, ApplicationMethodRequest ApplicationMethod, bool IsAutomatic = false, bool IsTaxInclusive = false,
    string Status = "draft", long? Limit = null, CampaignRequest? Campaign = null, IReadOnlyList<PromotionRuleRequest>? Rules = null,
    JsonElement? Metadata = null);

/// <summary>Makes a promotion. As a draft it does nothing; <c>status: active</c> makes it work at once.</summary>
internal static class CreatePromotion
{
    public static async Task<IResult> Handle(Body<CreatePromotionRequest> body, Db db, CancellationToken ct)
    {
        var request = body.Value;
        var method = request.ApplicationMethod;
        Check.Json("metadata", request.Metadata);
        if (!RuleReader.CheckRules("rules", request.Rules, RulePlace.Cart).Try(out var rules, out var badRules)) return Reply.Error(badRules);
        var place = method.TargetType == "shipping_methods" ? RulePlace.ShippingMethods : RulePlace.Items;
        if (!RuleReader.CheckRules("application_method, target_rules", method.TargetRules, place).Try(out var targets, out var badTargets)) return Reply.Error(badTargets);
        if (!RuleReader.CheckRules("application_method, buy_rules", method.BuyRules, RulePlace.Items).Try(out var buys, out var badBuys)) return Reply.Error(badBuys);
        var fields = new PromotionFields(
            request.Code, request.Type, request.IsAutomatic, request.IsTaxInclusive, request.Status, request.Limit, request.Campaign, rules, method,
            targets, buys, Check.JsonText(request.Metadata));
        if (!PromotionDraft.CheckFields(fields).Try(out var draft, out var problem)) return Reply.Error(problem);

        await using var tx = await db.Begin(ct);
        if (!(await PromotionsStore.Write(tx, WireId.New(), draft, true, ct)).Try(out var row, out var refused)) return Reply.Error(refused);
        tx.Publish(new PricingChanged());
        await tx.Commit(ct);
        return Reply.Json(new PromotionEnvelope(row.ToWire()), PricingJson.Default.PromotionEnvelope);
    }
}
