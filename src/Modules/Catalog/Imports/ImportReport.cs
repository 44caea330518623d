using System.Security.Cryptography;
using System.Text;

namespace HeadlessPro.Catalog.Imports;

/// <summary>What was asked for.</summary>
internal sealed record ImportOptions(bool DryRun, bool Atomic, string? CurrencyCode, string? Separator, IReadOnlyList<Guid> SalesChannelIds);

/// <summary>What is wrong with a row.</summary>
internal sealed record RowError(long Line, string? Column, string? Handle, string Message);

/// <summary>What became of a batch of rows.</summary>
internal sealed class ImportReport
{
    private readonly HashSet<long> _failed = [];

    public List<RowError> Errors { get; } = [];
    public long ProductsCreated { get; set; }
    public long ProductsUpdated { get; set; }
    public long VariantsCreated { get; set; }
    public long VariantsUpdated { get; set; }
    public long RowsFailed => _failed.Count;

    public void Fail(long line, string? column, string? handle, string message)
    {
        _failed.Add(line);
        Errors.Add(new RowError(line, column, handle, message));
    }

    public void Count(ProductState product)
    {
        if (product.IsNew) ProductsCreated++;
        else ProductsUpdated++;
        foreach (var variant in product.Variants)
        {
            if (variant.Line == 0) continue;
            if (variant.IsNew) VariantsCreated++;
            else VariantsUpdated++;
        }
    }

    /// <summary>For a check before all or nothing: nothing was made yet.</summary>
    public void ForgetCounts() => ProductsCreated = ProductsUpdated = VariantsCreated = VariantsUpdated = 0;

    /// <summary>Adds another report to this one.</summary>
    public void Add(ImportReport other)
    {
        Errors.AddRange(other.Errors);
        _failed.UnionWith(other._failed);
        ProductsCreated += other.ProductsCreated;
        ProductsUpdated += other.ProductsUpdated;
        VariantsCreated += other.VariantsCreated;
        VariantsUpdated += other.VariantsUpdated;
    }
}

/// <summary>
/// Handles and SKUs met so far by a run that writes nothing: what a real run would find in the database. Kept as 8-byte hashes, so that a
/// check of a very large file stays small in memory.
/// </summary>
internal sealed class SeenInFile
{
    private readonly HashSet<ulong> _handles = [];
    private readonly Dictionary<ulong, ulong> _skus = [];

    public bool Handle(string handle) => _handles.Contains(Hash(handle));

    public void Add(ProductState product)
    {
        var handle = Hash(product.Handle);
        _handles.Add(handle);
        foreach (var variant in product.Variants)
            if (variant.Sku is not null && variant.Line > 0) _skus[Hash(variant.Sku)] = handle;
    }

    public bool SkuOfAnother(string sku, string handle) => _skus.TryGetValue(Hash(sku), out var owner) && owner != Hash(handle);

    private static ulong Hash(string text)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return BitConverter.ToUInt64(hash);
    }
}
