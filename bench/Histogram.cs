using System.Diagnostics;
using System.Numerics;

namespace HeadlessPro.Bench;

/// <summary>Durations in buckets that grow with the value: exact to 1.6 %, from a nanosecond to 18 minutes. One writer.</summary>
internal sealed class Histogram
{
    private const int SubBits = 6;
    private const int Octaves = 41;

    private readonly long[] _counts = new long[Octaves << SubBits];

    public long Count { get; private set; }

    public TimeSpan Max { get; private set; }

    public void Record(TimeSpan duration)
    {
        var nanoseconds = Math.Max(1, (ulong)duration.Ticks * 100);
        _counts[Math.Min(Bucket(nanoseconds), _counts.Length - 1)]++;
        Count++;
        if (duration > Max) Max = duration;
    }

    public void Add(Histogram other)
    {
        for (var i = 0; i < _counts.Length; i++) _counts[i] += other._counts[i];
        Count += other.Count;
        if (other.Max > Max) Max = other.Max;
    }

    /// <summary>Milliseconds that this share of the durations does not exceed.</summary>
    public double Percentile(double share)
    {
        var wanted = (long)Math.Ceiling(share * Count);
        long seen = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= wanted && seen > 0) return Math.Min(UpperEdge(i) / 1e6, Max.TotalMilliseconds);
        }

        return 0;
    }

    private static int Bucket(ulong value)
    {
        var octave = Math.Max(0, BitOperations.Log2(value) - SubBits);
        return (octave << SubBits) + (int)(value >> octave);
    }

    private static double UpperEdge(int bucket)
    {
        if (bucket < 2 << SubBits) return bucket;
        var octave = (bucket >> SubBits) - 1;
        return ((bucket & ((1 << SubBits) - 1)) + (1 << SubBits) + 1.0) * (1L << octave);
    }
}
