using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.PayPal;

/// <summary>Every route of PayPal's API there is here.</summary>
internal sealed class PayPalRoutes(PayPalBook book, Exchange exchange)
{
    private readonly PayPalEndpoint endpoint = new(book, exchange);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/v1/oauth2/token", ["POST"], endpoint.Serve(r => AccessTokens.Create(book, r), open: true));

        Route("POST", "/v2/checkout/orders", r => Orders.Create(book, r));
        Route("GET", "/v2/checkout/orders/{id}", r => Orders.Retrieve(book, r));
        Route("PATCH", "/v2/checkout/orders/{id}", r => Orders.Update(book, r));
        Route("POST", "/v2/checkout/orders/{id}/authorize", r => Orders.Authorize(book, r));
        Route("POST", "/v2/checkout/orders/{id}/capture", r => Orders.Capture(book, r));

        Route("GET", "/v2/payments/authorizations/{id}", r => Authorizations.Retrieve(book, r));
        Route("POST", "/v2/payments/authorizations/{id}/capture", r => Authorizations.Capture(book, r));
        Route("POST", "/v2/payments/authorizations/{id}/void", r => Authorizations.Void(book, r));
        Route("POST", "/v2/payments/authorizations/{id}/reauthorize", r => Authorizations.Reauthorize(book, r));

        Route("GET", "/v2/payments/captures/{id}", r => Captures.Retrieve(book, r));
        Route("POST", "/v2/payments/captures/{id}/refund", r => Captures.Refund(book, r));
        Route("GET", "/v2/payments/refunds/{id}", r => PayPalRefund.Retrieve(book, r));

        Route("GET", "/v1/customer/disputes", r => PayPalDisputes.List(book, r));
        Route("GET", "/v1/customer/disputes/{id}", r => PayPalDisputes.Retrieve(book, r));

        Route("POST", "/v1/notifications/verify-webhook-signature", book.Signature.Verify);
        Route("GET", "/v1/notifications/webhooks-events/{id}", Event);
        routes.MapGet("/v1/notifications/certs/{id}", (RequestDelegate)CertificateAsync);

        var approval = new ApprovalPage(book);
        routes.MapGet("/checkoutnow", (RequestDelegate)approval.ShowAsync);
        routes.MapPost("/checkoutnow", (RequestDelegate)approval.EndAsync);

        void Route(string method, string path, PayPalCall call) => routes.MapMethods(path, [method], endpoint.Serve(call));
    }

    private (int, JsonObject?) Event(PayPalRequest request) =>
        book.Events.TryGet(request.Id, out var found) ? (200, (JsonObject)JsonNode.Parse(found.Payload)!) : throw PayPalFailure.NotFound();

    private Task CertificateAsync(HttpContext context)
    {
        if ((string?)context.Request.RouteValues["id"] == book.Signature.CertificateId) return context.Response.WriteAsync(book.Signature.CertificatePem);
        context.Response.StatusCode = 404;
        return Task.CompletedTask;
    }
}
