namespace HeadlessPro.Modules.Tests.Payments.Proof;

/// <summary>
/// What must come of one order of R 250.00 whose card is held, told in a few rules and knowing nothing of the product: the reference that
/// <see cref="InterleavingTests"/> compares it with.
/// </summary>
public sealed class ShopAndProvider
{
    private const long Price = 25000;
    private const long OneRefund = 5000;

    private string _order = "none";
    private long _captured;
    private long _refunded;
    private bool _isVoid;

    /// <summary>The provider takes the money (once: telling it again takes nothing), and tells the shop: whoever paid gets his order.</summary>
    public void Succeeded()
    {
        if (_isVoid) return;
        _captured = Price;
        if (_order == "none") _order = "pending";
    }

    /// <summary>Somebody gives R 50.00 back at the provider, if there is that much to give.</summary>
    public void Refunded()
    {
        if (_captured - _refunded >= OneRefund) _refunded += OneRefund;
    }

    /// <summary>The shopper comes back.</summary>
    public void Complete()
    {
        if (_order == "none") _order = "pending";
    }

    /// <summary>Staff cancel: what is held is let go, what was taken and not given back is given back.</summary>
    public void Cancel()
    {
        if (_order != "pending") return;
        _order = "canceled";
        if (_captured == 0) _isVoid = true;
        _refunded = _captured;
    }

    /// <summary>Order, and sums of what moved.</summary>
    public override string ToString() =>
        $"order {_order}; captured {_captured}, refunded {_refunded}, void {(_isVoid ? Price : 0)}";
}
