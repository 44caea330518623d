using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using HeadlessPro.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HeadlessPro.Platform.Web;

/// <summary>
/// A handler's JSON body, read strictly: unknown keys, wrong types and missing fields are 400 and name the field. An absent body reads as
/// <c>{}</c>. Give every wire record a unique name and list it in the module's <see cref="System.Text.Json.Serialization.JsonSerializerContext"/>.
/// </summary>
public sealed class Body<T>(T value) : IEndpointParameterMetadataProvider
{
    /// <summary>The body.</summary>
    public T Value { get; } = value;

    /// <summary>For minimal APIs.</summary>
    public static async ValueTask<Body<T>?> BindAsync(HttpContext http, ParameterInfo parameter) =>
        new Body<T>(Parse(await RequestBody.Read(http), http));

    /// <summary>Reads what <see cref="RequestBody.Read"/> answered, for the rare route that takes more than one shape.</summary>
    public static T Parse(ReadOnlyMemory<byte> bytes, HttpContext http)
    {
        var options = http.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var type = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        try
        {
            var value = JsonSerializer.Deserialize(bytes.Span, type)
                ?? throw new ErrorException(Error.Invalid("Invalid request: Expected a JSON object as body, got: 'null'"));
            return BodyNulls.FindProblem(bytes, type) is { } nulls ? throw new ErrorException(Error.Invalid(nulls)) : value;
        }
        catch (JsonException e)
        {
            throw new ErrorException(Error.Invalid(BodyExplainer.Explain(bytes, type, e)));
        }
    }

    /// <summary>Describes the body in the generated API description.</summary>
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        // Any content type is read as JSON, as the peer does: naming only one here would make routing refuse the others.
        builder.Metadata.Add(new AcceptsMetadata(["application/json", "*/*"], typeof(T), isOptional: true));
}

/// <summary>Reads whole request bodies within a bound.</summary>
public static class RequestBody
{
    /// <summary>Longest JSON body, bytes. Product files are streamed and have their own bound.</summary>
    public const int MaxLength = 1024 * 1024;

    private static readonly byte[] EmptyObject = "{}"u8.ToArray();

    /// <summary>The bytes of a JSON body; <c>{}</c> when there are none.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>> Read(HttpContext http) => Checked(await ReadBytes(http));

    /// <summary>Refuses what must not come in, whoever reads on: <see cref="BodyText"/>. For JSON that came within something else, too.</summary>
    public static ReadOnlyMemory<byte> Checked(ReadOnlyMemory<byte> json) =>
        BodyText.FindProblem(json.Span) is var (sentence, code) ? throw new ErrorException(Error.Invalid("Invalid request: " + sentence, code)) : json;

    /// <summary>
    /// As <see cref="Read"/>, of whatever the body holds: for those of whose body next to nothing is kept. 413 when there are more than
    /// <see cref="MaxLength"/> bytes.
    /// </summary>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadBytes(HttpContext http)
    {
        if (http.Request.ContentLength > MaxLength) throw new BodyTooLargeException();
        using var buffer = new MemoryStream(http.Request.ContentLength is { } length ? (int)length : 1024);
        var chunk = new byte[8192];
        int read;
        while ((read = await http.Request.Body.ReadAsync(chunk, http.RequestAborted)) > 0)
        {
            if (buffer.Length + read > MaxLength) throw new BodyTooLargeException();
            buffer.Write(chunk, 0, read);
        }

        var bytes = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        if (bytes.Span.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        return bytes.Length == 0 ? EmptyObject : bytes;
    }
}

/// <summary>413.</summary>
public sealed class BodyTooLargeException() : Exception($"Request body is larger than {RequestBody.MaxLength} bytes");
