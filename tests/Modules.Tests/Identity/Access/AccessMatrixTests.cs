using System.Text;
using System.Text.RegularExpressions;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Modules.Tests.Identity.Apps;

namespace HeadlessPro.Modules.Tests.Identity.Access;

/// <summary>
/// Every operation of the API description with every kind of caller. What is expected is made from the policies that the routes declare; a
/// refusal must leave every row as it was. The table is written beside the tests' assembly, <c>access-matrix.md</c>.
/// </summary>
public class AccessMatrixTests(AccessMatrixTests.Shop shop) : IClassFixture<AccessMatrixTests.Shop>
{
    // As the migration that makes the built-in roles says, and the guide.
    private static readonly (string Name, string[] Grants)[] BuiltIn =
    [
        ("admin", ["*"]),
        ("manager", ["products:*", "pricing:*", "promotions:*", "inventory:*", "orders:*", "customers:*", "payments:*", "settings:*", "keys:read", "staff:read"]),
        ("support", ["products:read", "pricing:read", "promotions:read", "inventory:read", "orders:*", "customers:read", "customers:write", "payments:read", "payments:refund", "settings:read"]),
        ("read-only", ["*:read"]),
    ];

    [Fact]
    public async Task Every_operation_refuses_every_wrong_caller_and_no_right_one()
    {
        // Without a memory for cookies: each request brings what its caller has and nothing else.
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = shop.BaseAddress };
        // What ends sessions comes last: it ends those of the other cells, too.
        var operations = Operation.All(await client.GetJson("/openapi.json"), shop.Services).OrderBy(o => o.EndsSessions).ToList();
        await using var people = await People.Make(shop, BuiltIn);
        var callers = people.Callers();
        var deviations = new List<string>();
        var table = new StringBuilder($"| Operation | Policy | {string.Join(" | ", callers.Select(c => c.Name))} |\n|---|---|{string.Concat(callers.Select(_ => "---|"))}\n");
        var cells = 0;
        foreach (var operation in operations)
        {
            var verdicts = new Dictionary<string, Verdict>();
            foreach (var caller in callers)
                if (caller.Grants is { } grants) await people.KeyWith(grants(operation));
            // The refusals first: what they leave is compared with what was there.
            var before = await shop.Rows();
            foreach (var caller in callers.OrderBy(c => c.Expected(operation) == Verdict.Allowed))
            {
                var expected = caller.Expected(operation);
                if (expected == Verdict.Allowed && before is not null)
                {
                    if (await shop.Rows() is var after && after != before) deviations.Add($"{operation.Method} {operation.Path}: a refusal changed rows");
                    before = null;
                }

                var token = caller.Token is null ? null : operation.EndsSessions && caller is { ActorType: not null, IsApp: false } ? await people.FreshToken(caller) : await caller.Token();
                var key = caller.Grants is null ? null : await people.KeyWith(caller.Grants(operation));
                var (verdict, answer) = await Cell.Send(client, Cell.Request(operation, caller, people.PathFor(operation, caller), token, key), operation);
                verdicts[caller.Name] = verdict;
                cells++;
                // Their own, by an id that does not exist in this shop, may be missing as well; one that does may not.
                var isRight = verdict == expected || (expected == Verdict.Allowed && verdict == Verdict.NotTheirs && !people.IsTheirs(people.PathFor(operation, caller)));
                if (!isRight) deviations.Add($"{operation.Method} {operation.Path} by {caller.Name}: expected {expected}, got {verdict} ({answer})");
            }

            if (before is not null && await shop.Rows() != before) deviations.Add($"{operation.Method} {operation.Path}: a refusal changed rows");
            table.Append($"| {operation.Method} {operation.Path} | {PolicyOf(operation)} | {string.Join(" | ", callers.Select(c => Mark(verdicts[c.Name])))} |\n");
        }

        var file = Path.Combine(AppContext.BaseDirectory, "access-matrix.md");
        await File.WriteAllTextAsync(file, table.ToString());
        var summary = $"{operations.Count} operations × {callers.Count} callers: {cells} cells, {deviations.Count} deviations; {file}";
        TestContext.Current.TestOutputHelper?.WriteLine(summary);
        Assert.True(deviations.Count == 0, $"{summary}\n{string.Join('\n', deviations.Take(60))}");
        Assert.Equal(operations.Count * callers.Count, cells);
        Assert.True(operations.Count > 180, summary);
    }

    private static string PolicyOf(Operation operation) =>
        operation.Permission ?? string.Join(" and ", new[] { operation.AsksForKey ? "publishable key" : null, operation.SignIn is { } s ? s.ActorType ?? "sign-in" : null }.OfType<string>().DefaultIfEmpty("open"));

    private static string Mark(Verdict verdict) => verdict switch
    {
        Verdict.Allowed => "yes",
        Verdict.NoKey => "400",
        Verdict.Unauthorized => "401",
        Verdict.Forbidden => "403",
        _ => "404",
    };

    /// <summary>Who calls, and what is theirs.</summary>
    private sealed class People : IAsyncDisposable
    {
        private readonly Dictionary<string, string> _keys = new(StringComparer.Ordinal);
        private readonly Dictionary<string, Colleague> _staff = new(StringComparer.Ordinal);
        private Shop _shop = null!;
        private (string Name, string[] Grants)[] _roles = [];
        private Person _customer = null!;
        private Person _other = null!;
        private Person _out = null!;
        private string _otherKey = "";
        private string _robot = "";
        private string _customersApp = "";
        private string _adminsApp = "";
        private string _address = "";
        private string _othersAddress = "";
        private string _othersSession = "";

        public static async Task<People> Make(Shop shop, (string Name, string[] Grants)[] roles)
        {
            var people = new People { _shop = shop, _roles = roles };
            foreach (var (role, _) in roles) people._staff[role] = await Colleague.Join(shop, role);
            (people._customer, people._other, people._out) = (await Person.Join(shop), await Person.Join(shop), await Person.Join(shop));
            people._address = await Address(people._customer);
            people._othersAddress = await Address(people._other);
            people._othersSession = (string)(await people._other.Client.GetJson("/auth/sessions"))["sessions"]![0]!["id"]!;
            await people._out.Client.DeleteJson("/auth/session");
            var other = (await shop.Admin.PostJson("/admin/sales-channels", new { name = "Another channel" }))["sales_channel"]!;
            var key = (await shop.Admin.PostJson("/admin/api-keys", new { title = "Another storefront", type = "publishable" }))["api_key"]!;
            await shop.Admin.PostJson($"/admin/api-keys/{key["id"]}/sales-channels", new { add = new[] { (string)other["id"]! } });
            people._otherKey = (string)key["token"]!;
            people._robot = await (await RegisteredApp.Robot(shop, "products:read")).OwnToken();
            people._customersApp = await Allowed(shop, "customer", "account:write", people._customer.Email);
            people._adminsApp = await Allowed(shop, "user", "products:read", people._staff["admin"].Email);
            return people;
        }

        private static async Task<string> Allowed(Shop shop, string audience, string scope, string email)
        {
            var app = await RegisteredApp.Register(shop, [scope], audience);
            using var browser = new AppPerson(shop);
            return (string)(await AppPerson.Exchange(app, await browser.Allow(app, scope, email)))["access_token"]!;
        }

        public IReadOnlyList<MatrixCaller> Callers()
        {
            var boss = _staff["admin"].Token;
            return
            [
                new("no key"),
                new("publishable key") { PublishableKey = HpApp.PublishableKey },
                new("other channel's key") { PublishableKey = _otherKey },
                Customer("customer, own"),
                Customer("customer, another's") with { NamesAnothers = true },
                .. _roles.Select(r => new MatrixCaller(r.Name) { PublishableKey = HpApp.PublishableKey, ActorType = ActorTypes.User, Role = r.Grants, Token = () => Task.FromResult(_staff[r.Name].Token) }),
                new("scoped key") { Grants = o => o.Permission is { } p ? [p] : ["orders:read"] },
                new("key without the scope") { Grants = o => [.. Permissions.All.Select(p => p.Name).Where(p => p != (o.Permission ?? "orders:read"))] },
                new("app as itself") { PublishableKey = HpApp.PublishableKey, ActorType = ActorTypes.App, IsApp = true, Role = ["products:read"], Token = () => Task.FromResult(_robot) },
                new("app of a customer") { PublishableKey = HpApp.PublishableKey, ActorType = ActorTypes.Customer, IsApp = true, Role = ["account:write"], Token = () => Task.FromResult(_customersApp) },
                new("app of an admin") { PublishableKey = HpApp.PublishableKey, ActorType = ActorTypes.User, IsApp = true, Role = ["products:read"], Token = () => Task.FromResult(_adminsApp) },
                Bad("expired token", o => ForgedToken.With(o, c => c["exp"] = DateTimeOffset.UtcNow.AddMinutes(-5).ToUnixTimeSeconds())),
                new("revoked session") { PublishableKey = HpApp.PublishableKey, Token = () => Task.FromResult(_out.Token) },
                Bad("tampered token", ForgedToken.Tampered),
                Bad("alg none", ForgedToken.Unsigned),
                Bad("other issuer", o => ForgedToken.With(o, c => c["iss"] = "somebody-else")),
                Bad("other audience", o => ForgedToken.With(o, c => c["aud"] = "somebody-else")),
            ];

            MatrixCaller Customer(string name) => new(name) { PublishableKey = HpApp.PublishableKey, ActorType = ActorTypes.Customer, Token = () => Task.FromResult(_customer.Token) };
            MatrixCaller Bad(string name, Func<string, string> forge) => new(name) { PublishableKey = HpApp.PublishableKey, Token = () => Task.FromResult(forge(boss)) };
        }

        /// <summary>For what ends the session it is called with: each such cell has one of its own.</summary>
        public async Task<string> FreshToken(MatrixCaller caller)
        {
            using var anybody = _shop.Client();
            var email = caller.ActorType == ActorTypes.User ? _staff[caller.Name].Email : _customer.Email;
            var token = (string)(await anybody.PostJson($"/auth/{caller.ActorType}/emailpass", new { email, password = Person.Password }))["token"]!;
            return token;
        }

        public async Task<string> KeyWith(string[] grants)
        {
            var name = string.Join(' ', grants);
            if (!_keys.TryGetValue(name, out var token))
                _keys[name] = token = (string)(await _shop.Admin.PostJson("/admin/api-keys", new { title = "Scoped", type = "secret", permissions = grants }))["api_key"]!["token"]!;
            return token;
        }

        public string PathFor(Operation operation, MatrixCaller caller) => operation.Path switch
        {
            "/store/customers/me/addresses/{id}" => $"/store/customers/me/addresses/{(caller.NamesAnothers ? _othersAddress : operation.Method == "DELETE" ? Nobodys("cuaddr") : _address)}",
            "/auth/sessions/{id}" => $"/auth/sessions/{(caller.NamesAnothers ? _othersSession : Nobodys("ses"))}",
            _ => Regex.Replace(operation.Path, @"\{(\w+)\}", part => part.Groups[1].Value switch
            {
                "actor" => "customer",
                "provider" => "emailpass",
                _ => Nobodys("x"),
            }),
        };

        /// <summary>Whether something stands there that is the customer's.</summary>
        public bool IsTheirs(string path) => path.Contains(_address, StringComparison.Ordinal);

        public ValueTask DisposeAsync()
        {
            foreach (var colleague in _staff.Values) colleague.Dispose();
            _customer.Dispose();
            _other.Dispose();
            _out.Dispose();
            return ValueTask.CompletedTask;
        }

        private static string Nobodys(string prefix) => WireId.Encode(prefix, WireId.New());

        private static async Task<string> Address(Person person)
        {
            var made = (await person.Client.PostJson("/store/customers/me/addresses", new { address_1 = "1 Long Street", city = "Cape Town", country_code = "za" }))["customer"]!;
            return (string)made["addresses"]![0]!["id"]!;
        }
    }

    public class Shop : HpApp
    {
        protected override string[] Arguments => [$"--JWT_SECRET={ForgedToken.Secret}"];

        private string? _rows;

        /// <summary>All that the modules keep, as one hash; what is only marked by asking, and mail that leaves meanwhile, is left out.</summary>
        public async Task<string?> Rows()
        {
            _rows ??= "select md5(concat_ws(',', " + await Scalar<string>("""
                select string_agg(format('(select md5(string_agg(x, '','' order by x)) from (select (to_jsonb(t) - ''last_used_at'')::text as x from %I.%I t) r)', schemaname, tablename), ', ' order by 1)
                from pg_tables where schemaname not in ('pg_catalog', 'information_schema', 'platform', 'events', 'jobs', 'notifications', 'audit')
                """) + "))";
            return await Scalar<string>(_rows);
        }
    }
}
