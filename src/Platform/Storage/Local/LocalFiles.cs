namespace HeadlessPro.Platform.Storage.Local;

/// <summary>Keeps files in a folder; this host serves them at <c>/uploads/{name}</c>.</summary>
public sealed class LocalFiles(string folder, string? publicUrl) : IFileStorage
{
    /// <inheritdoc/>
    public async Task Save(string name, string contentType, Stream content, CancellationToken ct)
    {
        var path = PathOf(name) ?? throw new StorageException($"'{name}' is no name of a file");
        try
        {
            Directory.CreateDirectory(folder);
            // Written aside and moved, so that nobody ever reads half a file.
            var aside = path + ".part";
            try
            {
                await using (var file = new FileStream(aside, FileMode.Create, FileAccess.Write, FileShare.None)) await content.CopyToAsync(file, ct);
                File.Move(aside, path, overwrite: true);
            }
            catch
            {
                File.Delete(aside);
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException("The upload folder cannot be written", e);
        }
    }

    /// <inheritdoc/>
    public Task<bool> Exists(string name, CancellationToken ct) => Task.FromResult(Find(name) is not null);

    /// <inheritdoc/>
    public Task Delete(string name, CancellationToken ct)
    {
        try
        {
            if (Find(name) is { } path) File.Delete(path);
            return Task.CompletedTask;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException("The upload folder cannot be written", e);
        }
    }

    /// <inheritdoc/>
    public string UrlOf(string name) => $"{publicUrl?.TrimEnd('/')}/uploads/{name}";

    /// <summary>Path of a kept file, or null. Only names this program makes are looked for, so that no name leads out of the folder.</summary>
    public string? Find(string name) => PathOf(name) is { } path && File.Exists(path) ? path : null;

    private string? PathOf(string name) => FileTypes.IsName(name) ? Path.Combine(folder, name) : null;
}
