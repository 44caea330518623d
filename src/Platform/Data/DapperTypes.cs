using System.Data;
using Dapper;

namespace HeadlessPro.Platform.Data;

/// <summary>Teaches Dapper the types PostgreSQL has and ADO.NET does not name, so that positional records can be rows.</summary>
internal static class DapperTypes
{
    public static void Register()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.AddTypeHandler(new UtcTime());
        SqlMapper.AddTypeHandler(new ArrayOf<Guid>());
        SqlMapper.AddTypeHandler(new ArrayOf<string>());
        SqlMapper.AddTypeHandler(new ArrayOf<long>());
        SqlMapper.AddTypeHandler(new ArrayOf<int>());
    }

    private sealed class UtcTime : SqlMapper.TypeHandler<DateTimeOffset>
    {
        public override DateTimeOffset Parse(object value) =>
            value is DateTime utc ? new DateTimeOffset(DateTime.SpecifyKind(utc, DateTimeKind.Utc)) : (DateTimeOffset)value;

        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value) => parameter.Value = value.ToUniversalTime();
    }

    private sealed class ArrayOf<T> : SqlMapper.TypeHandler<T[]>
    {
        public override T[] Parse(object value) => (T[])value;

        public override void SetValue(IDbDataParameter parameter, T[]? value) => parameter.Value = (object?)value ?? DBNull.Value;
    }
}
