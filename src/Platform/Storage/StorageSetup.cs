using HeadlessPro.Platform.Storage.Local;
using HeadlessPro.Platform.Storage.S3;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Platform.Storage;

/// <summary>Chooses where uploads are kept: in an S3-compatible bucket when <c>S3_BUCKET</c> is set, else in the data folder.</summary>
public static class StorageSetup
{
    /// <summary>Registers <see cref="IFileStorage"/>. The local folder is always readable, so that files from before a move to S3 stay visible.</summary>
    public static IServiceCollection AddFileStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(new LocalFiles(Path.Combine(Path.GetFullPath(configuration["data"] ?? ".data"), "uploads"), configuration["PUBLIC_URL"]));
        if (S3Options.From(configuration) is { } options) services.AddSingleton<IFileStorage>(_ => new S3Files(options));
        else services.AddSingleton<IFileStorage>(provider => provider.GetRequiredService<LocalFiles>());
        return services;
    }
}
