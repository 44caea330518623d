using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Fulfillment;

internal sealed record CreateShippingOptionTypeRequest(string Label, string Code, string? Description = null);

internal sealed record UpdateShippingOptionTypeRequest(
    Optional<string> Label = default, Optional<string> Code = default, Optional<string?> Description = default);

/// <summary>What shoppers and tax rules tell options apart by: standard, express, pickup.</summary>
internal static class ShippingOptionTypes
{
    public const string Insert =
        "insert into fulfillment.shipping_option_types (id, label, description, code) values (@Id, @Label, @Description, @Code)";

    public static OptionTypeRow ToRow(CreateShippingOptionTypeRequest request, string field = "")
    {
        var row = new OptionTypeRow(WireId.New(), request.Label, request.Description, request.Code, default, default);
        CheckRow(row, field);
        return row;
    }

    public static async Task<IResult> Create(Body<CreateShippingOptionTypeRequest> body, ApiQuery query, Db db, CancellationToken ct)
    {
        query.RejectUnknown();
        var row = ToRow(body.Value);
        await using var change = await ShippingChange.Begin(db, ct);
        await change.Write(Insert, row, ct);
        return Answer(await change.Commit(ct), row.Id);
    }

    public static async Task<IResult> Update(string id, Body<UpdateShippingOptionTypeRequest> body, ApiQuery query, Db db, CancellationToken ct)
    {
        query.RejectUnknown();
        var request = body.Value;
        await using var change = await ShippingChange.Begin(db, ct);
        var old = change.Type(id);
        var row = old with
        {
            Label = request.Label.Or(old.Label),
            Code = request.Code.Or(old.Code),
            Description = request.Description.Or(old.Description),
        };
        CheckRow(row, "");
        await change.Write("""
            update fulfillment.shipping_option_types set label = @Label, description = @Description, code = @Code, updated_at = now() where id = @Id
            """, row, ct);
        return Answer(await change.Commit(ct), row.Id);
    }

    public static async Task<IResult> Delete(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        query.RejectUnknown();
        await using var change = await ShippingChange.Begin(db, ct);
        var type = change.Type(id);
        if (change.Setup.Options.Any(o => o.Type.Id == type.Id)) throw FulfillmentErrors.InUse("shipping option type", id);
        await change.Write("update fulfillment.shipping_option_types set deleted_at = now() where id = @Id", new { type.Id }, ct);
        await change.Commit(ct);
        return Reply.Deleted(id, "shipping_option_type");
    }

    private static void CheckRow(OptionTypeRow row, string field)
    {
        Check.Text(field + "label", row.Label, min: 1);
        Check.Text(field + "code", row.Code, min: 1);
        Check.Text(field + "description", row.Description, 1000);
    }

    private static IResult Answer(ShippingSetup setup, Guid id) => Reply.One("shipping_option_type",
        FulfillmentWire.ToWire(setup.Types.First(t => t.Id == id)), FulfillmentJson.Default.ShippingOptionTypeResponse, Fields.All);
}
