using Dapper;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Identity.SignIn;

/// <summary>
/// Whoever is refused waits for the check of one hash of each kind that there is (<see cref="Passwords"/>), so new kinds come in only while a wrong
/// password takes no more than a second with them. Kinds that are here already cost nothing more. Our own counts once somebody has it.
/// </summary>
internal sealed class HashBudget
{
    private const long MostMicroseconds = 1_000_000;

    private readonly Dictionary<string, string> _kinds = new(StringComparer.Ordinal);
    private readonly HashSet<string> _here = new(StringComparer.Ordinal);
    private long _spent;

    /// <summary>With the kinds that are here, for hashes that are to come (<see cref="ImportedHashes.Refuse"/> took them), which must be one transaction's at a time.</summary>
    public static async Task<HashBudget> Read(Transaction tx, string[] hashes, CancellationToken ct)
    {
        var budget = new HashBudget();
        var all = await tx.Connection.QueryAsync<(string Hash, string Kind, bool IsHere)>(new CommandDefinition("""
            select hash, kind, true from identity.hash_of_each_kind()
            union all
            select hash, identity.hash_kind(hash), false from unnest(@hashes) as hash
            """, new { hashes }, tx.Inner, cancellationToken: ct));
        foreach (var (hash, kind, isHere) in all)
        {
            budget._kinds[hash] = kind;
            if (isHere) budget.Take(hash);
        }

        return budget;
    }

    public bool Allows(string hash) => _here.Contains(_kinds[hash]) || _spent + ImportedHashes.MicrosecondsOf(hash) <= MostMicroseconds;

    public void Take(string hash)
    {
        if (_here.Add(_kinds[hash])) _spent += ImportedHashes.MicrosecondsOf(hash);
    }
}
