using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Fulfillment;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Fulfillment;

/// <summary>
/// One change to the shipping setup. Changes run one after another (advisory lock), so what a slice checks against
/// <see cref="Setup"/> still holds when it writes; staff change shipping rarely.
/// </summary>
internal sealed class ShippingChange : IAsyncDisposable
{
    private readonly Transaction _tx;

    private ShippingChange(Transaction tx, ShippingSetup setup) => (_tx, Setup) = (tx, setup);

    /// <summary>The setup before the change.</summary>
    public ShippingSetup Setup { get; }

    public static async Task<ShippingChange> Begin(Db db, CancellationToken ct)
    {
        var tx = await db.Begin(ct);
        try
        {
            await tx.Connection.ExecuteAsync(new CommandDefinition("select pg_advisory_xact_lock(hashtext('fulfillment.setup'))", transaction: tx.Inner, cancellationToken: ct));
            return new ShippingChange(tx, await ShippingSetup.Read(tx.Connection, ct, tx.Inner));
        }
        catch
        {
            await tx.DisposeAsync();
            throw;
        }
    }

    public Task Write(string sql, object values, CancellationToken ct) =>
        _tx.Connection.ExecuteAsync(new CommandDefinition(sql, values, _tx.Inner, cancellationToken: ct));

    /// <summary>Commits, tells the shop, and answers with the setup after the change.</summary>
    public async Task<ShippingSetup> Commit(CancellationToken ct)
    {
        _tx.Publish(new ShippingChanged());
        await _tx.Commit(ct);
        return await ShippingSetup.Read(_tx.Connection, ct);
    }

    public ValueTask DisposeAsync() => _tx.DisposeAsync();

    public SetRow Set(string id) =>
        Find(Setup.Sets, s => s.Id, FulfillmentWire.Set, id) ?? throw FulfillmentErrors.NotFound("Fulfillment set", id);

    public ZoneRow Zone(string id) =>
        Find(Setup.Zones, z => z.Id, FulfillmentWire.Zone, id) ?? throw FulfillmentErrors.NotFound("Service zone", id);

    public ProfileRow Profile(string id) =>
        Find(Setup.Profiles, p => p.Id, FulfillmentWire.Profile, id) ?? throw FulfillmentErrors.NotFound("Shipping profile", id);

    public OptionTypeRow Type(string id) =>
        Find(Setup.Types, t => t.Id, FulfillmentWire.Type, id) ?? throw FulfillmentErrors.NotFound("Shipping option type", id);

    public ShippingOption Option(string id) =>
        Find(Setup.Options, o => o.Row.Id, FulfillmentWire.Option, id) ?? throw FulfillmentErrors.NotFound("Shipping option", id);

    /// <summary>The row of a wire id, or null.</summary>
    public static T? Find<T>(IEnumerable<T> rows, Func<T, Guid> key, string prefix, string id) where T : class =>
        WireId.TryDecode(prefix, id, out var guid) ? rows.FirstOrDefault(r => key(r) == guid) : null;
}
