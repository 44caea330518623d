using HeadlessPro.Notifications;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Modules.Tests.Notifications;

/// <summary>What people find in their mailbox.</summary>
internal static class Mails
{
    /// <summary>The texts sent to somebody, newest first, once there are as many.</summary>
    public static async Task<List<Mail>> To(HpApp app, string recipient, int atLeast = 1)
    {
        var seal = app.Services.GetRequiredService<MessageSeal>();
        for (var i = 0; ; i++)
        {
            var mails = new List<Mail>();
            await using (var command = app.Database.CreateCommand("select kind, body from notifications.messages where recipient = $1 order by created_at desc, id desc"))
            {
                command.Parameters.Add(new() { Value = recipient });
                await using var reader = await command.ExecuteReaderAsync();
                while (await reader.ReadAsync()) mails.Add(new(reader.GetString(0), seal.Open(reader.IsDBNull(1) ? null : reader.GetString(1))!.Text));
            }

            if (mails.Count >= atLeast) return mails;
            Assert.True(i < 1200, $"There are {mails.Count} mails to {recipient}, expected {atLeast}");
            await Task.Delay(50);
        }
    }
}

/// <summary>A message.</summary>
internal sealed record Mail(string Kind, string Text)
{
    /// <summary>The link in it.</summary>
    public Uri Link => new(Text.Split('\n').Select(l => l.Trim()).First(l => l.StartsWith("http", StringComparison.Ordinal)));

    /// <summary>A parameter of the link.</summary>
    public string Parameter(string name) => System.Web.HttpUtility.ParseQueryString(Link.Query)[name]!;
}
