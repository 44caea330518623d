using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace HeadlessPro.Contracts;

/// <summary>A value or an expected <see cref="Error"/>. Exceptions are kept for bugs and lost peers.</summary>
/// <remarks>Serializable as <c>{"value": …}</c> or <c>{"error": …}</c>, which is what travels between hosts.</remarks>
public readonly record struct Result<T>
{
    /// <summary>For the serializer; use the implicit conversions.</summary>
    [JsonConstructor]
    public Result(T? value, Error? error)
    {
        Value = value;
        Error = error;
    }

    /// <summary>The value; null exactly when <see cref="Error"/> is set.</summary>
    public T? Value { get; }

    /// <summary>The failure, or null.</summary>
    public Error? Error { get; }

    /// <summary>True when there is a value.</summary>
    [JsonIgnore]
    public bool IsOk => Error is null;

    /// <summary>Splits the result: true and <paramref name="value"/>, or false and <paramref name="error"/>.</summary>
    public bool Try([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out Error? error)
    {
        (value, error) = (Value, Error);
        return error is null;
    }

    /// <summary>A success.</summary>
    public static implicit operator Result<T>(T value) => new(value, null);

    /// <summary>A failure.</summary>
    public static implicit operator Result<T>(Error error) => new(default, error);
}

/// <summary>The value of a call that has nothing to say but that it worked.</summary>
public readonly record struct Done;
