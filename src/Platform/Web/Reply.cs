using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using HeadlessPro.Contracts;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Platform.Web;

/// <summary>What a handler answers with: JSON it has typed, JSON a <see cref="Fields"/> selection has cut to size, or an error.</summary>
public static class Reply
{
    /// <summary>200 (or <paramref name="status"/>) with the whole value.</summary>
    public static IResult Json<T>(T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK) =>
        new JsonReply<T>(value, type, status);

    /// <summary>The error in the platform's one shape.</summary>
    public static IResult Error(Error error) => new ErrorReply(error);

    /// <summary>The value through <paramref name="type"/>, or the error.</summary>
    public static IResult Of<T>(Result<T> result, JsonTypeInfo<T> type) =>
        result.Try(out var value, out var error) ? Json(value, type) : Error(error);

    /// <summary>One entity under its key, cut to the selected fields: <c>{"product": {…}}</c>.</summary>
    public static IResult One<T>(string key, T value, JsonTypeInfo<T> type, Fields fields) => new OneReply<T>(key, value, type, fields);

    /// <summary>As above, for an entity that is JSON already.</summary>
    public static IResult One(string key, Document document) => DocumentReply.One(key, document);

    /// <summary>A page of entities: <c>{"products": […], "count", "offset", "limit"}</c>, each cut to the selected fields.</summary>
    public static IResult Page<T>(string key, IReadOnlyList<T> values, JsonTypeInfo<T> type, Fields fields, long count, Paging paging) =>
        new PageReply<T>(key, values, type, fields, count, paging);

    /// <summary>As above, for a page that a <see cref="SqlList"/> has read.</summary>
    public static IResult Page<T>(string key, ListPage<T> page, JsonTypeInfo<T> type, Fields fields) =>
        Page(key, page.Rows, type, fields, page.Count, page.Paging);

    /// <summary>As above, for entities that are JSON already.</summary>
    public static IResult Page(string key, ListPage<Document> page) => DocumentReply.Page(key, page);

    /// <summary>200 with the JSON that <paramref name="write"/> makes, for answers that are no single entity or page.</summary>
    public static IResult Written(Action<Utf8JsonWriter> write) => new WrittenReply(write);

    /// <summary>Medusa's answer to a deletion: <c>{"id", "object", "deleted": true}</c>.</summary>
    public static IResult Deleted(string id, string objectName) =>
        Json(new DeletedResponse(id, objectName, true), PlatformJson.Default.DeletedResponse);
}

/// <summary>The answer to a deletion.</summary>
/// <param name="Id">What was deleted.</param>
/// <param name="Object">Its kind.</param>
/// <param name="Deleted">Always true.</param>
public sealed record DeletedResponse(string Id, string Object, bool Deleted);
