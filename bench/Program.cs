using HeadlessPro.Bench;

try
{
    var arguments = new Arguments(args);
    return arguments.Words.FirstOrDefault() switch
    {
        null => RunScenarios.Run(arguments, args),
        "data" => LoadData.Run(arguments),
        _ => throw new BenchException("Usage: see bench/README.md"),
    };
}
catch (BenchException e)
{
    Console.Error.WriteLine($"dev/bench: {e.Message}");
    return 2;
}
