using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Fulfillment;

internal sealed record CreateShippingProfileRequest(string Name, string Type = "default", JsonElement? Metadata = null);

internal sealed record UpdateShippingProfileRequest(
    Optional<string> Name = default, Optional<string> Type = default, Optional<JsonElement?> Metadata = default);

/// <summary>Kinds of goods that ship alike. A shop starts with one, which options use unless told otherwise.</summary>
internal static class ShippingProfiles
{
    public static async Task<IResult> Create(Body<CreateShippingProfileRequest> body, ApiQuery query, Db db, CancellationToken ct)
    {
        query.RejectUnknown();
        var request = body.Value;
        Check.Json("metadata", request.Metadata);
        var row = new ProfileRow(WireId.New(), request.Name, request.Type, Check.JsonText(request.Metadata), default, default);
        await using var change = await ShippingChange.Begin(db, ct);
        CheckRow(row, change.Setup);
        await change.Write("insert into fulfillment.shipping_profiles (id, name, type, metadata) values (@Id, @Name, @Type, @Metadata::jsonb)", row, ct);
        return Answer(await change.Commit(ct), row.Id);
    }

    public static async Task<IResult> Update(string id, Body<UpdateShippingProfileRequest> body, ApiQuery query, Db db, CancellationToken ct)
    {
        query.RejectUnknown();
        var request = body.Value;
        Check.Json("metadata", request.Metadata.Value);
        await using var change = await ShippingChange.Begin(db, ct);
        var old = change.Profile(id);
        var row = old with
        {
            Name = request.Name.Or(old.Name),
            Type = request.Type.Or(old.Type),
            Metadata = request.Metadata.IsSet ? Check.JsonText(request.Metadata.Value) : old.Metadata,
        };
        CheckRow(row, change.Setup);
        await change.Write(
            "update fulfillment.shipping_profiles set name = @Name, type = @Type, metadata = @Metadata::jsonb, updated_at = now() where id = @Id", row, ct);
        return Answer(await change.Commit(ct), row.Id);
    }

    public static async Task<IResult> Delete(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        query.RejectUnknown();
        await using var change = await ShippingChange.Begin(db, ct);
        var profile = change.Profile(id);
        if (change.Setup.Options.Any(o => o.Profile.Id == profile.Id)) throw FulfillmentErrors.InUse("shipping profile", id);
        await change.Write("update fulfillment.shipping_profiles set deleted_at = now() where id = @Id", new { profile.Id }, ct);
        await change.Commit(ct);
        return Reply.Deleted(id, "shipping_profile");
    }

    private static void CheckRow(ProfileRow row, ShippingSetup setup)
    {
        Check.Text("name", row.Name, min: 1);
        Check.Text("type", row.Type, min: 1);
        if (setup.Profiles.Any(p => p.Id != row.Id && p.Name == row.Name)) throw FulfillmentErrors.Duplicate("Shipping profile", row.Name);
    }

    private static IResult Answer(ShippingSetup setup, Guid id) => Reply.One("shipping_profile",
        FulfillmentWire.ToWire(setup.Profiles.First(p => p.Id == id)), FulfillmentJson.Default.ShippingProfileResponse, Fields.All);
}
