using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using HeadlessPro.Platform.Data;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption;
using Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption.ConfigurationModel;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;

namespace HeadlessPro.Platform.Security;

/// <summary>
/// What is secret at rest is encrypted by the framework's data protection, whose keys are in the database, for all hosts, and change every 90
/// days by themselves. With <c>MASTER_KEY</c> (32 characters or more, the same for all hosts) they are themselves encrypted, so that a
/// copy of the database opens nothing.
/// </summary>
internal static class KeyRing
{
    public static void Add(IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("HeadlessPro")
            .UseCryptographicAlgorithms(new AuthenticatedEncryptorConfiguration { EncryptionAlgorithm = EncryptionAlgorithm.AES_256_GCM });
        // It would open the ring, and so the database, before the first request that needs it.
        services.Remove(services.Single(s => s.ServiceType == typeof(IHostedService) && s.ImplementationType?.Name == "DataProtectionHostedService"));
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(options =>
        {
            options.XmlRepository = new KeyTable(provider.GetRequiredService<NpgsqlDataSource>());
            if (MasterKey.Of(provider.GetRequiredService<IConfiguration>()) is { } master) options.XmlEncryptor = new MasterKeyEncryptor(master);
        }));
    }

    /// <summary>The ring's keys in <c>platform.keys</c>. The framework asks without waiting, once a day.</summary>
    private sealed class KeyTable(NpgsqlDataSource source) : IXmlRepository
    {
        public IReadOnlyCollection<XElement> GetAllElements()
        {
            using var command = source.CreateCommand("select xml from platform.keys order by created_at");
            using var reader = command.ExecuteReader();
            var elements = new List<XElement>();
            while (reader.Read()) elements.Add(XElement.Parse(reader.GetString(0)));
            return elements;
        }

        public void StoreElement(XElement element, string friendlyName)
        {
            using var command = source.CreateCommand("insert into platform.keys (name, xml) values ($1, $2)");
            command.Parameters.Add(new() { Value = friendlyName });
            command.Parameters.Add(new() { Value = element.ToString(SaveOptions.DisableFormatting) });
            command.ExecuteNonQuery();
        }
    }
}

/// <summary>The key above the ring, from <c>MASTER_KEY</c>.</summary>
internal static class MasterKey
{
    private const int Least = 32;

    public static byte[]? Of(IConfiguration configuration) => configuration["MASTER_KEY"] switch
    {
        null or "" => null,
        { Length: < Least } => throw new StartException($"MASTER_KEY must have {Least} characters or more."),
        var text => HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(text), 32, info: "headlesspro key ring"u8.ToArray()),
    };
}

/// <summary>Writes the ring's keys encrypted (AES-256-GCM).</summary>
internal sealed class MasterKeyEncryptor(byte[] key) : IXmlEncryptor
{
    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var plain = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        var (nonce, tag, cipher) = (RandomNumberGenerator.GetBytes(12), new byte[16], new byte[plain.Length]);
        using var aes = new AesGcm(key, tag.Length);
        aes.Encrypt(nonce, plain, cipher, tag);
        return new EncryptedXmlInfo(new XElement("encrypted", Convert.ToBase64String([.. nonce, .. tag, .. cipher])), typeof(MasterKeyDecryptor));
    }
}

/// <summary>Reads them. The framework makes it by the name it wrote beside each key.</summary>
internal sealed class MasterKeyDecryptor(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement)
    {
        var key = MasterKey.Of(services.GetRequiredService<IConfiguration>())
            ?? throw new CryptographicException("The keys in platform.keys were written with MASTER_KEY, which is not set now");
        var bytes = Convert.FromBase64String(encryptedElement.Value).AsSpan();
        var plain = new byte[bytes.Length - 28];
        using var aes = new AesGcm(key, 16);
        aes.Decrypt(bytes[..12], bytes[28..], bytes[12..28], plain);
        return XElement.Parse(Encoding.UTF8.GetString(plain));
    }
}
