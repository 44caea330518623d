namespace HeadlessPro.Platform.Storage;

/// <summary>Keeps uploaded files under names this program makes; the provider decides where.</summary>
public interface IFileStorage
{
    /// <summary>Keeps a file. The name is new; the content is read to its end.</summary>
    /// <exception cref="StorageException">The storage cannot be reached or refuses.</exception>
    Task Save(string name, string contentType, Stream content, CancellationToken ct);

    /// <summary>Whether a file of that name is kept.</summary>
    /// <exception cref="StorageException">The storage cannot be reached or refuses.</exception>
    Task<bool> Exists(string name, CancellationToken ct);

    /// <summary>Removes a file; nothing when it is not there.</summary>
    /// <exception cref="StorageException">The storage cannot be reached or refuses.</exception>
    Task Delete(string name, CancellationToken ct);

    /// <summary>Where anybody can read the file: absolute, or a path of this host.</summary>
    string UrlOf(string name);
}

/// <summary>The storage cannot be reached or refuses; the message is for staff.</summary>
public sealed class StorageException(string message, Exception? inner = null) : Exception(message, inner);
