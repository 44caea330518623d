using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.Stripe;

internal sealed class Customer(long created)
{
    public string Id { get; } = Ids.Stripe("cus_", 14);

    public long Created => created;

    public string? Email { get; set; }

    public string? Name { get; set; }

    public string? Phone { get; set; }

    public string? Description { get; set; }

    public bool Deleted { get; set; }

    public Dictionary<string, string> Address { get; } = [];

    public Dictionary<string, string> Metadata { get; } = [];

    public JsonObject ToJson() => Deleted
        ? new JsonObject { ["id"] = Id, ["object"] = "customer", ["deleted"] = true }
        : new JsonObject
        {
            ["id"] = Id,
            ["object"] = "customer",
            ["address"] = Address.Count == 0 ? null : Json.Object(Address),
            ["balance"] = 0,
            ["created"] = created,
            ["currency"] = null,
            ["default_source"] = null,
            ["delinquent"] = false,
            ["description"] = Description,
            ["email"] = Email,
            ["invoice_prefix"] = Id[^8..].ToUpperInvariant(),
            ["invoice_settings"] = new JsonObject { ["custom_fields"] = null, ["default_payment_method"] = null, ["footer"] = null, ["rendering_options"] = null },
            ["livemode"] = false,
            ["metadata"] = Json.Object(Metadata),
            ["name"] = Name,
            ["phone"] = Phone,
            ["preferred_locales"] = new JsonArray(),
            ["shipping"] = null,
            ["tax_exempt"] = "none",
            ["test_clock"] = null,
        };
}

/// <summary><c>/v1/customers</c></summary>
internal static class Customers
{
    public const string Parameters = "email name phone description address shipping metadata payment_method invoice_settings preferred_locales tax_exempt";

    public static JsonObject Create(StripeBook book, StripeRequest request)
    {
        var customer = book.Customers.Add(new Customer(book.Clock.UnixSeconds));
        Change(customer, request);
        if (request.Text("payment_method") is { } id) PaymentMethods.Named(book, id).Customer = customer.Id;
        book.Raise(request.Origin, "customer.created", customer.Id, customer.ToJson());
        return customer.ToJson();
    }

    public static JsonObject Retrieve(StripeBook book, StripeRequest request) =>
        book.Customers.TryGet(request.Route("id"), out var customer) ? customer.ToJson() : throw StripeFailure.Missing("customer", request.Route("id"));

    public static JsonObject Update(StripeBook book, StripeRequest request)
    {
        var customer = Known(book, request.Route("id"));
        Change(customer, request);
        book.Raise(request.Origin, "customer.updated", customer.Id, customer.ToJson());
        return customer.ToJson();
    }

    public static JsonObject Delete(StripeBook book, StripeRequest request)
    {
        var customer = Known(book, request.Route("id"));
        var last = customer.ToJson();
        customer.Deleted = true;
        foreach (var method in book.PaymentMethods.InOrder.Where(m => m.Customer == customer.Id)) method.Customer = null;
        book.Raise(request.Origin, "customer.deleted", customer.Id, last);
        return customer.ToJson();
    }

    public static JsonObject List(StripeBook book, StripeRequest request) =>
        Listing.Page(request, "/v1/customers", book.Customers.NewestFirst.Where(c => !c.Deleted && (request.Text("email") is not { } email || c.Email == email)),
            c => c.Id, c => c.Created, c => c.ToJson());

    public static Customer Known(StripeBook book, string id, string param = "id") =>
        book.Customers.TryGet(id, out var customer) && !customer.Deleted ? customer : throw StripeFailure.Missing("customer", id, param);

    private static void Change(Customer customer, StripeRequest request)
    {
        customer.Email = request.Text("email") ?? customer.Email;
        customer.Name = request.Text("name") ?? customer.Name;
        customer.Phone = request.Text("phone") ?? customer.Phone;
        customer.Description = request.Text("description") ?? customer.Description;
        foreach (var (part, value) in request.Pairs("address")) customer.Address[part] = value;
        request.ChangeMetadata(customer.Metadata);
    }
}
