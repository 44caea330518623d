using System.ComponentModel;
using System.Diagnostics;

namespace HeadlessPro.Platform.Data;

/// <summary>Programs of the machine.</summary>
internal static class Programs
{
    /// <summary>A program found on the PATH (or where only root's PATH leads), or null.</summary>
    public static string? OnPath(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/bin:/bin:/usr/sbin:/sbin".Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    /// <summary>Starts a program with its standard streams in our hands.</summary>
    public static Process Begin(IReadOnlyList<string> command)
    {
        var info = new ProcessStartInfo(command[0])
        {
            // The current folder may be one that another user must not see.
            WorkingDirectory = "/",
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in command.Skip(1)) info.ArgumentList.Add(argument);
        foreach (var variable in info.Environment.Keys.Where(k => k.StartsWith("PG", StringComparison.Ordinal)).ToList()) info.Environment.Remove(variable);
        if (OperatingSystem.IsLinux()) info.Environment["LC_ALL"] = "C.UTF-8";
        try
        {
            return Process.Start(info)!;
        }
        catch (Win32Exception e)
        {
            throw new StartException($"{command[0]} cannot be started: {e.Message}.");
        }
    }

    /// <summary>Runs a program to its end and gives its output; throws <see cref="StartException"/> when it fails.</summary>
    public static async Task<string> Run(IReadOnlyList<string> command, CancellationToken ct, string input = "")
    {
        using var process = Begin(command);
        var output = process.StandardOutput.ReadToEndAsync(ct);
        var errors = process.StandardError.ReadToEndAsync(ct);
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), ct);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading; its exit code tells the rest.
        }

        await process.WaitForExitAsync(ct);
        if (process.ExitCode == 0) return await output;
        var complaint = (await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        throw new StartException($"{Path.GetFileName(command[0])} failed: {string.Join(' ', complaint.TakeLast(3))}");
    }
}
