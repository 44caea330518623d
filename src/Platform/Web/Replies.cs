using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using HeadlessPro.Contracts;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Platform.Web;

internal sealed class JsonReply<T>(T value, JsonTypeInfo<T> type, int status) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = status;
        return JsonBody.Send(httpContext, writer => JsonSerializer.Serialize(writer, value, type));
    }
}

internal sealed class OneReply<T>(string key, T value, JsonTypeInfo<T> type, Fields fields) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext) => JsonBody.Send(httpContext, writer =>
    {
        writer.WriteStartObject();
        writer.WritePropertyName(key);
        JsonBody.WriteSelected(writer, value, type, fields);
        writer.WriteEndObject();
    });
}

internal sealed class PageReply<T>(string key, IReadOnlyList<T> values, JsonTypeInfo<T> type, Fields fields, long count, Paging paging)
    : IResult
{
    public Task ExecuteAsync(HttpContext httpContext) => JsonBody.Send(httpContext, writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray(key);
        foreach (var value in values) JsonBody.WriteSelected(writer, value, type, fields);
        writer.WriteEndArray();
        writer.WriteNumber("count", count);
        writer.WriteNumber("offset", paging.Offset);
        writer.WriteNumber("limit", paging.Limit);
        writer.WriteEndObject();
    });
}

internal sealed class WrittenReply(Action<Utf8JsonWriter> write) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext) => JsonBody.Send(httpContext, write);
}

internal sealed class ErrorReply(Error error) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext) => ErrorBody.Send(httpContext, error);
}

/// <summary>Writes JSON bodies with a known length.</summary>
public static class JsonBody
{
    internal const string ContentType = "application/json; charset=utf-8";

    /// <summary>How every answer is written.</summary>
    public static readonly JsonWriterOptions Options = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>Writes one value, cut to the selected fields.</summary>
    public static void WriteSelected<T>(Utf8JsonWriter writer, T value, JsonTypeInfo<T> type, Fields fields)
    {
        if (fields.Root.Deep)
        {
            JsonSerializer.Serialize(writer, value, type);
            return;
        }

        var whole = new ArrayBufferWriter<byte>(4096);
        using (var inner = new Utf8JsonWriter(whole, Options)) JsonSerializer.Serialize(inner, value, type);
        JsonProjection.Write(writer, whole.WrittenSpan, fields);
    }

    /// <summary>Sends the JSON that <paramref name="write"/> makes.</summary>
    public static async Task Send(HttpContext http, Action<Utf8JsonWriter> write)
    {
        var body = new ArrayBufferWriter<byte>(16 * 1024);
        using (var writer = new Utf8JsonWriter(body, Options)) write(writer);
        http.Response.ContentType = ContentType;
        http.Response.ContentLength = body.WrittenCount;
        await http.Response.Body.WriteAsync(body.WrittenMemory, http.RequestAborted);
    }
}
