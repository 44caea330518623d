using System.Text.RegularExpressions;
using HeadlessPro.Contracts;
using HeadlessPro.Modules.Tests.Privacy;

namespace HeadlessPro.Modules.Tests.Identity;

/// <summary>
/// Two people live the same life in the shop. Then one of them, and somebody who is not signed in, repeats the one's requests with the other's ids:
/// what is that person's alone answers as if nobody had it, in words and in time, and no answer holds anything of theirs.
/// </summary>
public sealed partial class SwappedIdsTests(SwappedIdsTests.Shop shop, ITestOutputHelper output) : IClassFixture<SwappedIdsTests.Shop>
{
    // Whoever holds one of these goes on with what it names, as guests must; of a customer's they neither see nor say who buys.
    private static readonly string[] Held = ["cart", "cali", "pay_col", "order"];

    [Fact]
    public async Task Another_persons_ids_tell_nothing_in_words_or_time()
    {
        using var mine = await Shopper.Join(shop);
        using var theirs = await Shopper.Join(shop);
        var (my, their) = (await Life.Of(shop, mine), await Life.Of(shop, theirs));
        Assert.Equal(my.Select(c => (c.Method, Ids().Replace(c.Path, ""), c.Status)), their.Select(c => (c.Method, Ids().Replace(c.Path, ""), c.Status)));
        var swapped = my.Zip(their).SelectMany(pair => Swaps(pair.First, pair.Second)).DistinctBy(s => s.Theirs).ToList();
        // Every kind of id a life comes to is among them.
        Assert.Equal(["authmfa", "cali", "cart", "cuaddr", "dexp", "order", "pay_col", "pkey", "provid", "ses"], swapped.SelectMany(s => s.Kinds).Distinct().Order(StringComparer.Ordinal));

        var (requests, before, persons) = (0, await Rows(), await Persons());
        foreach (var client in (HttpClient[])[mine.Person.Client, shop.Store])
        {
            foreach (var swap in swapped.OrderBy(s => s.IsHeld))
            {
                var (theirAnswer, nobodys) = (await swap.Theirs.Ask(client), await swap.Nobodys.Ask(client));
                requests += 2;
                foreach (var (what, text) in theirs.Planted)
                    Assert.False(theirAnswer.Body.Contains(text, StringComparison.OrdinalIgnoreCase), $"{swap.Theirs} tells their {what}: {theirAnswer.Body}");
                Assert.False(theirAnswer.Body.Contains(theirs.Person.Id, StringComparison.Ordinal), $"{swap.Theirs} tells whose it is: {theirAnswer.Body}");
                Assert.Equal(persons, await Persons());
                if (swap.IsHeld) continue;
                Assert.Equal(before, await Rows());
                Assert.Equal((swap.Theirs, nobodys.Status, Plain(nobodys.Body)), (swap.Theirs, theirAnswer.Status, Plain(theirAnswer.Body)));
                Assert.True(theirAnswer.Status is 400 or 401 or 404, $"{swap.Theirs}: {theirAnswer}");
                if (client == shop.Store) continue;
                output.WriteLine(await EqualTimes.Compare($"{swap.Theirs.Method} {swap.Theirs.Path}", () => swap.Theirs.Ask(client), () => swap.Nobodys.Ask(client)));
            }
        }

        output.WriteLine($"{my.Count} requests of each life, {swapped.Count} ways to swap their ids, {requests} asked");
    }

    [Fact]
    public async Task An_id_where_one_of_another_kind_belongs_tells_nothing()
    {
        using var mine = await Shopper.Join(shop);
        using var theirs = await Shopper.Join(shop);
        var life = await Life.Of(shop, mine);
        var (my, their) = (IdsOf(life), IdsOf(await Life.Of(shop, theirs)));
        // With a body that is read to its end, where people send one.
        var bodies = life.Where(c => c.Body is not null).GroupBy(c => (c.Method, Ids().Replace(c.Path, "{}"))).ToDictionary(g => g.Key, g => g.First().Body);
        // What both come across is the shop's.
        var shops = my.Intersect(their).Select(KindOf).ToHashSet(StringComparer.Ordinal);
        var ids = their.DistinctBy(KindOf).Where(id => !shops.Contains(KindOf(id))).ToList();
        var paths = (await shop.Store.GetJson("/openapi.json"))["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject().Select(o => (Method: o.Key.ToUpperInvariant(), Path: p.Key)))
            .Where(o => Regex.IsMatch(o.Path, "^/(store|auth)/.*id}", RegexOptions.IgnoreCase)).ToList();
        Assert.True(paths.Count > 30 && ids.Count > 15, $"{paths.Count} operations, {ids.Count} kinds of ids: {string.Join(' ', ids)}");
        var before = await Rows();
        foreach (var (method, path) in paths)
        {
            foreach (var id in ids)
            {
                Call To(string some) => new(method, IdPlaces().Replace(path, some), bodies.GetValueOrDefault((method, IdPlaces().Replace(path, "{}"))) ?? (method == "GET" ? null : "{}"));
                var (answer, nobodys) = (await To(id).Ask(mine.Person.Client), await To(Nobodys(id)).Ask(mine.Person.Client));
                foreach (var (what, text) in theirs.Planted)
                    Assert.False(answer.Body.Contains(text, StringComparison.OrdinalIgnoreCase), $"{method} {path} with {id} tells their {what}: {answer.Body}");
                if (Held.Contains(KindOf(id))) continue;
                Assert.Equal((method, path, id, nobodys.Status, Plain(nobodys.Body)), (method, path, id, answer.Status, Plain(answer.Body)));
                Assert.InRange(answer.Status, 400, 404);
            }
        }

        Assert.Equal(before, await Rows());
        output.WriteLine($"{paths.Count} operations × {ids.Count} kinds of ids: {string.Join(' ', ids.Select(KindOf))}");
    }

    private static List<string> IdsOf(IEnumerable<Call> life) => [.. life.SelectMany(c => Ids().Matches(c.Path + c.Body + c.Answer).Select(m => m.Value)).Distinct()];

    /// <summary>My request with the other's ids in it: all of them, and each alone among mine.</summary>
    private static IEnumerable<Swap> Swaps(Call mine, Call theirs)
    {
        var text = mine.Path + "\n" + mine.Body;
        var other = Ids().Matches(theirs.Path + "\n" + theirs.Body).Select(m => m.Value).ToList();
        var pairs = Ids().Matches(text).Select((m, i) => (Mine: m.Value, Theirs: other[i])).Where(p => p.Mine != p.Theirs).Distinct().ToList();
        var choices = pairs.Count > 1 ? pairs.Select(p => new[] { p }).Prepend([.. pairs]) : pairs.Select(p => new[] { p });
        foreach (var chosen in choices)
        {
            Call With(Func<(string Mine, string Theirs), string> id)
            {
                var parts = chosen.Aggregate(text, (whole, pair) => whole.Replace(pair.Mine, id(pair), StringComparison.Ordinal)).Split('\n', 2);
                return new(mine.Method, parts[0], mine.Body is null ? null : parts[1]);
            }

            var kinds = chosen.Select(p => KindOf(p.Theirs)).ToList();
            yield return new(With(p => p.Theirs), With(p => Nobodys(p.Theirs)), kinds, kinds.Exists(Held.Contains));
        }
    }

    private static string KindOf(string id) => id[..^27];

    private static string Nobodys(string id) => WireId.Encode(KindOf(id), WireId.New());

    /// <summary>An answer without the ids that were sent, and the request's own.</summary>
    private static string Plain(string body) => Ids().Replace(RequestId().Replace(body, ""), m => KindOf(m.Value));

    /// <summary>What belongs to people, but for what any request may mark.</summary>
    private async Task<string> Rows() => await shop.Scalar<string>("""
        select concat((select string_agg(a::text, '|' order by id) from identity.customer_addresses a), (select string_agg(f::text, '|' order by id) from identity.mfa_factors f),
            (select string_agg(p::text, '|' order by id) from identity.passkeys p), (select string_agg(s::text, '|' order by id) from identity.sign_ins s),
            (select string_agg((to_jsonb(s) - 'last_used_at')::text, '|' order by id) from identity.sessions s),
            (select string_agg((to_jsonb(e) - 'archive')::text, '|' order by id) from privacy.exports e), (select string_agg(c::text, '|' order by id) from privacy.consents c))
        """) ?? "";

    /// <summary>Who buys, and where it goes.</summary>
    private async Task<string> Persons() => await shop.Scalar<string>("""
        select concat(
            (select string_agg(concat(c.id, c.customer_id, c.customer_email, c.email, c.shipping_address, c.billing_address, c.metadata), '|' order by c.id) from ordering.carts c),
            (select string_agg(concat(o.id, o.customer_id, o.email, o.shipping_address, o.billing_address, o.metadata), '|' order by o.id) from ordering.orders o))
        """) ?? "";

    [GeneratedRegex("[a-z]+(?:_[a-z]+)*_[0-9A-HJKMNP-TV-Z]{26}")]
    private static partial Regex Ids();

    [GeneratedRegex("{[^}]*id}", RegexOptions.IgnoreCase)]
    private static partial Regex IdPlaces();

    [GeneratedRegex("\"request_id\":\"[^\"]*\"")]
    private static partial Regex RequestId();

    public sealed class Shop : PrivacyShop
    {
        protected override string[] Arguments => [.. base.Arguments, "--RateLimits:PerMinute=0", "--RateLimits:SignInPerMinute=0"];
    }

    /// <summary>A request with another's ids, and the same with ids that nobody has.</summary>
    private sealed record Swap(Call Theirs, Call Nobodys, IReadOnlyList<string> Kinds, bool IsHeld);
}
