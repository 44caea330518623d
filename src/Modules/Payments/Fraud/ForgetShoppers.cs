using Dapper;
using HeadlessPro.Platform.Data;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Payments.Fraud;

/// <summary>Who paid from where and with which card is forgotten after a while: nothing is counted over so long a time.</summary>
internal static class ForgetShoppers
{
    public const string Name = "payments.forget_shoppers";

    private const int AtOnce = 1000;

    private static readonly string[] Statements =
    [
        "delete from payments.attempts where id in (select id from payments.attempts where created_at < now() - @keep limit @n)",
        """
        update payments.sessions set ip = null
        where id in (select id from payments.sessions where ip is not null and created_at < now() - @keep limit @n)
        """,
        """
        update payments.payments set means = means - 'fingerprint'
        where id in (select id from payments.payments where means ->> 'fingerprint' is not null and created_at < now() - @keep limit @n)
        """,
    ];

    public static async Task Run(IServiceProvider services, CancellationToken ct)
    {
        var keep = services.GetRequiredService<FraudOptions>().Keep;
        await using var connection = await services.GetRequiredService<Db>().Open(ct);
        foreach (var sql in Statements)
            while (await connection.ExecuteAsync(new CommandDefinition(sql, new { keep, n = AtOnce }, cancellationToken: ct)) == AtOnce)
                ct.ThrowIfCancellationRequested();
    }
}
