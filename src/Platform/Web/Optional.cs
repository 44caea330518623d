using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace HeadlessPro.Platform.Web;

/// <summary>A field of an update: absent (leave as it is), null (clear) or a value. Declare it <c>Optional&lt;string?&gt; Company = default</c>.</summary>
[JsonConverter(typeof(OptionalConverterFactory))]
public readonly struct Optional<T>(T value)
{
    /// <summary>Whether the field was sent.</summary>
    public bool IsSet { get; } = true;

    /// <summary>What was sent; default when it was not.</summary>
    public T Value { get; } = value;

    /// <summary>The sent value, or <paramref name="current"/> when nothing was sent.</summary>
    public T Or(T current) => IsSet ? Value : current;
}

/// <summary>Reads <see cref="Optional{T}"/>.</summary>
public sealed class OptionalConverterFactory : JsonConverterFactory
{
    /// <inheritdoc/>
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Optional<>);

    /// <inheritdoc/>
    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(OptionalConverter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

    private sealed class OptionalConverter<T> : JsonConverter<Optional<T>>
    {
        public override bool HandleNull => true;

        public override Optional<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(JsonSerializer.Deserialize(ref reader, (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)))!);

        public override void Write(Utf8JsonWriter writer, Optional<T> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.Value, (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)));
    }
}
