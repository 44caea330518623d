using System.Globalization;
using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;
using HeadlessPro.Pricing.Totals;

namespace HeadlessPro.Pricing.Promotions;

/// <summary>Where a rule stands decides what it may look at.</summary>
internal enum RulePlace { Cart, Items, ShippingMethods }

/// <summary>Reads and checks the conditions of promotions.</summary>
internal static class RuleReader
{
    private const int MostRules = 100;
    private const int MostValues = 1000;

    // The first spelling of a subject is the one Medusa's admin writes.
    private static readonly Dictionary<string, (RuleSubject Subject, RulePlace Place, string? Prefix)> Attributes = new(StringComparer.Ordinal)
    {
        ["currency_code"] = (RuleSubject.Currency, RulePlace.Cart, null),
        ["region.id"] = (RuleSubject.Region, RulePlace.Cart, "reg"),
        ["region_id"] = (RuleSubject.Region, RulePlace.Cart, "reg"),
        ["customer.id"] = (RuleSubject.Customer, RulePlace.Cart, "cus"),
        ["customer_id"] = (RuleSubject.Customer, RulePlace.Cart, "cus"),
        ["customer.groups.id"] = (RuleSubject.CustomerGroup, RulePlace.Cart, "cusgroup"),
        ["email"] = (RuleSubject.Email, RulePlace.Cart, null),
        ["shipping_address.country_code"] = (RuleSubject.Country, RulePlace.Cart, null),
        ["item_total"] = (RuleSubject.ItemTotal, RulePlace.Cart, null),
        ["items.product.id"] = (RuleSubject.Product, RulePlace.Items, "prod"),
        ["items.product_id"] = (RuleSubject.Product, RulePlace.Items, "prod"),
        ["items.variant.id"] = (RuleSubject.Variant, RulePlace.Items, "variant"),
        ["items.variant_id"] = (RuleSubject.Variant, RulePlace.Items, "variant"),
        ["items.product.categories.id"] = (RuleSubject.Category, RulePlace.Items, "pcat"),
        ["items.product.collection_id"] = (RuleSubject.Collection, RulePlace.Items, "pcol"),
        ["items.product.collection.id"] = (RuleSubject.Collection, RulePlace.Items, "pcol"),
        ["items.product.type_id"] = (RuleSubject.ProductType, RulePlace.Items, "ptyp"),
        ["items.product.type.id"] = (RuleSubject.ProductType, RulePlace.Items, "ptyp"),
        ["items.product.tags.id"] = (RuleSubject.Tag, RulePlace.Items, "ptag"),
        ["shipping_methods.shipping_option.id"] = (RuleSubject.ShippingOption, RulePlace.ShippingMethods, "so"),
        ["shipping_methods.shipping_option_id"] = (RuleSubject.ShippingOption, RulePlace.ShippingMethods, "so"),
        ["shipping_methods.shipping_option.shipping_option_type_id"] = (RuleSubject.ShippingOptionType, RulePlace.ShippingMethods, "sotype"),
    };

    /// <summary>The rules of a request, checked, as they are stored.</summary>
    public static Result<List<StoredRule>> CheckRules(string field, IReadOnlyList<PromotionRuleRequest>? requests, RulePlace place)
    {
        var rules = new List<StoredRule>();
        Check.Count(field, requests, MostRules);
        foreach (var request in requests ?? [])
        {
            if (!Attributes.TryGetValue(request.Attribute, out var attribute) || attribute.Place != place)
            {
                var known = string.Join("', '", Attributes.Where(a => a.Value.Place == place).Select(a => a.Key));
                return Error.Invalid($"Invalid request: Value for field '{field}, attribute' must be one of '{known}', got: '{request.Attribute}'");
            }

            if (!TryReadValues(request.Values, out var values))
                return Error.Invalid($"Invalid request: Field '{field}, values' must be a text, a number, or 1 to {MostValues} of them");
            var stored = new StoredRule(StoredRule.NewId(), request.Attribute, request.Operator, values);
            if (!Read(stored, field).Try(out _, out var error)) return error;
            rules.Add(stored);
        }

        return rules;
    }

    /// <summary>A stored rule as the engine knows it.</summary>
    public static Result<Rule> Read(StoredRule stored, string field)
    {
        RuleOperator? op = stored.Operator switch
        {
            "eq" => RuleOperator.Eq,
            "ne" => RuleOperator.Ne,
            "in" => RuleOperator.In,
            "gt" => RuleOperator.Gt,
            "gte" => RuleOperator.Gte,
            "lt" => RuleOperator.Lt,
            "lte" => RuleOperator.Lte,
            _ => null,
        };
        var (subject, _, prefix) = Attributes[stored.Attribute];
        var isNumber = subject == RuleSubject.ItemTotal;
        var isOrdering = op is RuleOperator.Gt or RuleOperator.Gte or RuleOperator.Lt or RuleOperator.Lte;
        if (op is null || (isOrdering && !isNumber) || (op == RuleOperator.In && isNumber))
            return Error.Invalid($"Invalid request: Value for field '{field}, operator' is not valid for '{stored.Attribute}', got: '{stored.Operator}'");

        if (isNumber)
        {
            return stored.Values.Length == 1 && decimal.TryParse(stored.Values[0], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                ? new Rule(subject, op.Value, [], [], number)
                : Error.Invalid($"Invalid request: Field '{field}, values' must be one number for '{stored.Attribute}'");
        }

        if (prefix is null)
            return new Rule(subject, op.Value, [], stored.Values.Select(v => v.ToLowerInvariant()).ToArray(), 0);

        var ids = new List<Guid>(stored.Values.Length);
        foreach (var value in stored.Values)
        {
            if (!WireId.TryDecode(prefix, value, out var id))
                return Error.Invalid($"Invalid request: Field '{field}, values' must hold ids '{prefix}_…' for '{stored.Attribute}', got: '{value}'");
            ids.Add(id);
        }

        return new Rule(subject, op.Value, ids, [], 0);
    }

    private static bool TryReadValues(JsonElement element, out string[] values)
    {
        var elements = element.ValueKind == JsonValueKind.Array ? element.EnumerateArray().ToList() : [element];
        values = new string[elements.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var value = elements[i];
            if (value.ValueKind == JsonValueKind.Object && !value.TryGetProperty("value", out value)) return false;
            values[i] = value.ValueKind switch
            {
                JsonValueKind.String => value.GetString()!,
                JsonValueKind.Number => value.GetRawText(),
                _ => "",
            };
            if (values[i].Length is 0 or > 255 || values[i].Contains('\0', StringComparison.Ordinal)) return false;
        }

        return values.Length is > 0 and <= MostValues;
    }
}
