namespace HeadlessPro.Emulator.Stripe;

/// <summary>Every route of Stripe's API there is here, with the parameters it takes.</summary>
internal sealed class StripeRoutes(StripeBook book, Exchange exchange)
{
    private readonly StripeEndpoint endpoint = new(book, exchange);

    public void Map(IEndpointRouteBuilder routes)
    {
        Browser("POST", "/v1/payment_methods", r => PaymentMethods.Create(book, r), PaymentMethods.Parameters);
        Server("GET", "/v1/payment_methods", r => PaymentMethods.List(book, r, null), Listing.Parameters + " customer type");
        Server("GET", "/v1/payment_methods/{id}", r => PaymentMethods.Retrieve(book, r));
        Server("POST", "/v1/payment_methods/{id}", r => PaymentMethods.Update(book, r), PaymentMethods.Parameters);
        Server("POST", "/v1/payment_methods/{id}/attach", r => PaymentMethods.Attach(book, r), "customer");
        Server("POST", "/v1/payment_methods/{id}/detach", r => PaymentMethods.Detach(book, r));

        Server("POST", "/v1/payment_intents", r => PaymentIntents.Create(book, r), PaymentIntents.CreateParameters);
        Server("GET", "/v1/payment_intents", r => PaymentIntents.List(book, r), Listing.Parameters + " customer");
        Browser("GET", "/v1/payment_intents/{id}", r => PaymentIntents.Retrieve(book, r), "client_secret is_stripe_sdk");
        Server("POST", "/v1/payment_intents/{id}", r => PaymentIntents.Update(book, r), PaymentIntents.UpdateParameters);
        Browser("POST", "/v1/payment_intents/{id}/confirm", r => Confirmation.Confirm(book, r), Confirmation.Parameters);
        Server("POST", "/v1/payment_intents/{id}/capture", r => Captures.Capture(book, r), Captures.Parameters);
        Server("POST", "/v1/payment_intents/{id}/cancel", r => Cancellations.Cancel(book, r), "cancellation_reason");

        Server("POST", "/v1/customers", r => Customers.Create(book, r), Customers.Parameters);
        Server("GET", "/v1/customers", r => Customers.List(book, r), Listing.Parameters + " email");
        Server("GET", "/v1/customers/{id}", r => Customers.Retrieve(book, r));
        Server("POST", "/v1/customers/{id}", r => Customers.Update(book, r), Customers.Parameters);
        Server("DELETE", "/v1/customers/{id}", r => Customers.Delete(book, r));
        Server("GET", "/v1/customers/{id}/payment_methods", r => PaymentMethods.List(book, r, r.Route("id")), Listing.Parameters + " type");

        Server("GET", "/v1/charges", r => Charges.List(book, r), Listing.Parameters + " payment_intent customer");
        Server("GET", "/v1/charges/{id}", r => Charges.Retrieve(book, r));

        Server("POST", "/v1/refunds", r => Refunds.Create(book, r), Refunds.Parameters);
        Server("GET", "/v1/refunds", r => Refunds.List(book, r), Listing.Parameters + " charge payment_intent");
        Server("GET", "/v1/refunds/{id}", r => Refunds.Retrieve(book, r));
        Server("POST", "/v1/refunds/{id}", r => Refunds.Update(book, r), "metadata");

        Server("GET", "/v1/disputes", r => Disputes.List(book, r), Listing.Parameters + " charge payment_intent");
        Server("GET", "/v1/disputes/{id}", r => Disputes.Retrieve(book, r));

        Server("POST", "/v1/checkout/sessions", r => CheckoutSessions.Create(book, r), CheckoutSessions.Parameters);
        Server("GET", "/v1/checkout/sessions", r => CheckoutSessions.List(book, r), Listing.Parameters + " payment_intent status customer");
        Server("GET", "/v1/checkout/sessions/{id}", r => CheckoutSessions.Retrieve(book, r));
        Server("GET", "/v1/checkout/sessions/{id}/line_items", r => CheckoutSessions.LineItems(book, r), Listing.Parameters);
        Server("POST", "/v1/checkout/sessions/{id}/expire", r => CheckoutSessions.Expire(book, r));

        Server("GET", "/v1/events", r => StripeEvents.List(book, r), Listing.Parameters + " type types");
        Server("GET", "/v1/events/{id}", r => StripeEvents.Retrieve(book, r));

        var checkout = new CheckoutPage(book);
        routes.MapGet("/c/pay/{id}", (RequestDelegate)checkout.ShowAsync);
        routes.MapPost("/c/pay/{id}", (RequestDelegate)checkout.PayAsync);
        var bank = new ThreeDSecurePage(book);
        routes.MapGet("/3d_secure/{id}", (RequestDelegate)bank.ShowAsync);
        routes.MapPost("/3d_secure/{id}", (RequestDelegate)bank.EndAsync);
        routes.MapMethods("/v1/{**any}", ["OPTIONS"], Preflight);

        void Server(string method, string path, StripeCall call, string parameters = "") =>
            routes.MapMethods(path, [method], endpoint.Serve(call, parameters, browsers: false));

        void Browser(string method, string path, StripeCall call, string parameters = "") =>
            routes.MapMethods(path, [method], endpoint.Serve(call, parameters, browsers: true));
    }

    /// <summary>A shop's page may call what Stripe.js calls.</summary>
    private static Task Preflight(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = "*";
        headers.AccessControlAllowMethods = "GET, POST";
        headers.AccessControlAllowHeaders = context.Request.Headers.AccessControlRequestHeaders;
        headers.AccessControlMaxAge = "600";
        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    }
}
