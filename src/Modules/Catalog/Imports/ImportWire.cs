using System.Text.Json.Serialization;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Catalog.Imports;

/// <summary>An import as staff see it, while it runs and after.</summary>
internal sealed record ProductImportResponse(
    string Id, string Status, string FileName, bool DryRun, bool Atomic, string? CurrencyCode, long? RowsTotal, long RowsDone, long RowsFailed,
    long ProductsCreated, long ProductsUpdated, long VariantsCreated, long VariantsUpdated, IReadOnlyList<string> IgnoredColumns, string? Error,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);

/// <summary>Something wrong with one row: the line of the file it begins on, and the column where there is one to name.</summary>
internal sealed record ProductImportErrorResponse(string Id, long Line, string? Column, string? Handle, string Message);

internal sealed record ProductImportEnvelope(ProductImportResponse Import);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, Converters = [typeof(WireTimeConverter)])]
[JsonSerializable(typeof(ProductImportEnvelope))]
[JsonSerializable(typeof(ProductImportResponse))]
[JsonSerializable(typeof(ProductImportErrorResponse))]
[JsonSerializable(typeof(ImportOptions))]
internal sealed partial class ImportJson : JsonSerializerContext;

/// <summary>A row of <c>catalog.imports</c>.</summary>
internal sealed record ImportRow(
    Guid Id, string Status, string FileName, string Options, long? RowsTotal, long RowsDone, long RowsFailed, long ProductsCreated, long ProductsUpdated,
    long VariantsCreated, long VariantsUpdated, string[] IgnoredColumns, string? Error, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt)
{
    public const string Prefix = "imp";

    public const string Columns = """
        i.id, i.status, i.file_name, i.options::text as options, i.rows_total, i.rows_done, i.rows_failed, i.products_created, i.products_updated,
        i.variants_created, i.variants_updated, i.ignored_columns, i.error, i.created_at, i.started_at, i.finished_at
        """;

    public bool HasEnded => Status is "completed" or "failed" or "canceled";

    public ProductImportResponse ToWire()
    {
        var options = System.Text.Json.JsonSerializer.Deserialize(Options, ImportJson.Default.ImportOptions)!;
        return new(WireId.Encode(Prefix, Id), Status, FileName, options.DryRun, options.Atomic, options.CurrencyCode, RowsTotal, RowsDone, RowsFailed,
            ProductsCreated, ProductsUpdated, VariantsCreated, VariantsUpdated, IgnoredColumns, Error, CreatedAt, StartedAt, FinishedAt);
    }

    public static Error NotFound(string id) => Contracts.Error.NotFound($"Product import with id: {id} was not found");
}
