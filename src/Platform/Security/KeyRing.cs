using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Dapper;
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
/// copy of the database opens nothing. <c>MASTER_KEY_FORMER</c> opens what was written before <c>MASTER_KEY</c> changed.
/// </summary>
public sealed class KeyRing(IKeyManager keys, NpgsqlDataSource source, IConfiguration configuration, IEnumerable<SealedColumn> columns, SealedTexts texts)
{
    // Hosts read the ring once a day: a key that closes something before that could not be opened by all of them.
    private static readonly TimeSpan KnownByAll = TimeSpan.FromHours(25);
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(90);

    internal static void Add(IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("HeadlessPro").SetDefaultKeyLifetime(Lifetime)
            .UseCryptographicAlgorithms(new AuthenticatedEncryptorConfiguration { EncryptionAlgorithm = EncryptionAlgorithm.AES_256_GCM });
        // It would open the ring, and so the database, before the first request that needs it.
        services.Remove(services.Single(s => s.ServiceType == typeof(IHostedService) && s.ImplementationType?.Name == "DataProtectionHostedService"));
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(options =>
        {
            var configuration = provider.GetRequiredService<IConfiguration>();
            options.XmlRepository = new KeyTable(provider.GetRequiredService<NpgsqlDataSource>());
            if (MasterKey.Present(configuration) is { } master) options.XmlEncryptor = new MasterKeyEncryptor(master);
        }));
        services.AddSingleton<KeyRing>();
        services.AddSingleton<PersonalSeal>();
        services.AddSingleton<SealedTexts>();
    }

    /// <summary>
    /// Before anything is closed: makes the first key, one for all hosts. Throws <see cref="StartException"/> when the newest cannot be opened: a host with
    /// another master key would begin a ring of its own, and what it closes nobody else could open.
    /// </summary>
    public async Task Prepare(CancellationToken ct)
    {
        const string Newest = "select xml from platform.keys order by id desc limit 1";
        await using var connection = await source.OpenConnectionAsync(ct);
        if (await connection.ExecuteScalarAsync<string>(Newest) is not { } xml)
        {
            // Hosts that start together would each make one, and know of the others' a day later.
            await using var turn = await connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("select pg_advisory_xact_lock(hashtextextended('platform.keys', 0))", transaction: turn);
            if (await connection.ExecuteScalarAsync<string>(Newest, transaction: turn) is null) keys.CreateNewKey(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow + Lifetime);
            await turn.CommitAsync(ct);
            return;
        }

        if (Encrypted(XElement.Parse(xml)) is not { } encrypted) return;
        try
        {
            MasterKeyDecryptor.Open(encrypted, configuration);
        }
        catch (CryptographicException e)
        {
            throw new StartException($"{e.Message}. Give the MASTER_KEY of the other hosts; after a change, the one before it as MASTER_KEY_FORMER.");
        }
    }

    /// <summary>
    /// Makes the next key now, which closes what is written a day from now on, and writes all keys again under the present <c>MASTER_KEY</c>. Answers from when it is the one.
    /// </summary>
    public async Task<DateTimeOffset> Rotate(CancellationToken ct)
    {
        var from = DateTimeOffset.UtcNow + KnownByAll;
        keys.CreateNewKey(from, from + Lifetime);
        if (MasterKey.Present(configuration) is not { } master) return from;
        await using var connection = await source.OpenConnectionAsync(ct);
        foreach (var (id, xml) in await connection.QueryAsync<(long Id, string Xml)>("select id, xml from platform.keys order by id"))
        {
            var key = XElement.Parse(xml);
            if (Encrypted(key) is not { } encrypted) continue;
            encrypted.ReplaceWith(new MasterKeyEncryptor(master).Encrypt(MasterKeyDecryptor.Open(encrypted, configuration)).EncryptedElement);
            await connection.ExecuteAsync("update platform.keys set xml = @xml where id = @id", new { id, xml = key.ToString(SaveOptions.DisableFormatting) });
        }

        return from;
    }

    /// <summary>The ring's keys, oldest first, each with how many texts of which column it closed; keys of texts that are not there come last, without times.</summary>
    public async Task<IReadOnlyList<RingKey>> Read(CancellationToken ct)
    {
        var closed = new Dictionary<string, List<(string Column, long Texts)>>(StringComparer.Ordinal);
        foreach (var column in columns)
            foreach (var (prefix, count) in await texts.Count(column, ct))
                (closed.TryGetValue(prefix, out var of) ? of : closed[prefix] = []).Add((column.Name, count));
        var known = keys.GetAllKeys().OrderBy(k => k.ActivationDate)
            .Select(k => new RingKey(k.KeyId.ToString(), k.ActivationDate, k.ExpirationDate, closed.Remove(SealedTexts.PrefixOf(k), out var of) ? of : [])).ToList();
        return [.. known, .. closed.Select(c => new RingKey(c.Key, null, null, c.Value))];
    }

    private static XElement? Encrypted(XElement key) => key.Descendants(MasterKeyEncryptor.Element).FirstOrDefault();

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

/// <summary>A key of the ring.</summary>
/// <param name="Id">Its id; of one that is not there, how its texts begin.</param>
/// <param name="From">Since when it closes what is written.</param>
/// <param name="Until">Until when.</param>
/// <param name="Texts">How many texts of which column it opens.</param>
public sealed record RingKey(string Id, DateTimeOffset? From, DateTimeOffset? Until, IReadOnlyList<(string Column, long Texts)> Texts);

/// <summary>The key above the ring, from <c>MASTER_KEY</c>.</summary>
internal static class MasterKey
{
    private const int Least = 32;

    public static byte[]? Present(IConfiguration configuration) => Of(configuration, "MASTER_KEY");

    public static byte[]? Former(IConfiguration configuration) => Of(configuration, "MASTER_KEY_FORMER");

    private static byte[]? Of(IConfiguration configuration, string name) => configuration[name] switch
    {
        null or "" => null,
        { Length: < Least } => throw new StartException($"{name} must have {Least} characters or more."),
        var text => HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(text), 32, info: "headlesspro key ring"u8.ToArray()),
    };
}

/// <summary>Writes the ring's keys encrypted (AES-256-GCM).</summary>
internal sealed class MasterKeyEncryptor(byte[] key) : IXmlEncryptor
{
    public const string Element = "encrypted";

    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var plain = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        var (nonce, tag, cipher) = (RandomNumberGenerator.GetBytes(12), new byte[16], new byte[plain.Length]);
        using var aes = new AesGcm(key, tag.Length);
        aes.Encrypt(nonce, plain, cipher, tag);
        return new EncryptedXmlInfo(new XElement(Element, Convert.ToBase64String([.. nonce, .. tag, .. cipher])), typeof(MasterKeyDecryptor));
    }
}

/// <summary>Reads them. The framework makes it by the name it wrote beside each key.</summary>
internal sealed class MasterKeyDecryptor(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement) => Open(encryptedElement, services.GetRequiredService<IConfiguration>());

    /// <summary>The key that was written there. Throws <see cref="CryptographicException"/> when neither master key is the one.</summary>
    public static XElement Open(XElement encrypted, IConfiguration configuration)
    {
        var masters = new[] { MasterKey.Present(configuration), MasterKey.Former(configuration) }.OfType<byte[]>().ToList();
        if (masters.Count == 0) throw new CryptographicException("The keys in platform.keys were written with a MASTER_KEY, and none is set");
        var bytes = Convert.FromBase64String(encrypted.Value).AsSpan();
        var plain = new byte[bytes.Length - 28];
        foreach (var master in masters)
        {
            using var aes = new AesGcm(master, 16);
            try
            {
                aes.Decrypt(bytes[..12], bytes[28..], bytes[12..28], plain);
                return XElement.Parse(Encoding.UTF8.GetString(plain));
            }
            catch (AuthenticationTagMismatchException)
            {
                // The other may be the one.
            }
        }

        throw new CryptographicException("The keys in platform.keys were written with another MASTER_KEY");
    }
}
