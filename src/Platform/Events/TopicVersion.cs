using Npgsql;

namespace HeadlessPro.Platform.Events;

/// <summary>
/// How often something of a topic was committed. Read together with other things in one round trip it proves that a copy in memory, made at
/// that version or later, is as current as they are; signals alone would leave a moment in which it is not. A module whose copies need
/// this lists its topic in a migration: <c>insert into events.versions (topic) values ('catalog')</c>.
/// </summary>
public static class TopicVersion
{
    /// <summary>It as a value within a statement: as current as whatever else that statement reads.</summary>
    public static string Value(string topic) => $"(select v.version from events.versions v where v.topic = '{topic}')";

    /// <summary>The statement that reads it: one row, one <c>bigint</c>. Put it before the reading of what is to be copied.</summary>
    public static NpgsqlBatchCommand Read(string topic) =>
        new("select version from events.versions where topic = $1") { Parameters = { new NpgsqlParameter { Value = topic } } };
}
