using HeadlessPro.Bench;

try
{
    var arguments = new Arguments(args);
    return arguments.Words.FirstOrDefault() switch
    {
        null => RunScenarios.Run(arguments, args),
        "bare" => BareKestrel.Run(arguments, args),
        "sql" => SqlReplay.Run(arguments, args),
        "overload" => Overload.Run(arguments, args),
        "freshness" => Freshness.Run(arguments),
        "webhooks" => Webhooks.Run(arguments),
        "start" => StartUp.Run(arguments),
        "books" => Books.Run(arguments),
        "compare" => Compare.Run(arguments),
        "serve-bytes" => BareKestrel.Serve(arguments),
        "data" => LoadData.Run(arguments),
        _ => throw new BenchException("There are data, bare, sql, overload, freshness, webhooks, start, books and compare; without any of these, scenarios run. See bench/README.md."),
    };
}
catch (BenchException e)
{
    Console.Error.WriteLine($"dev/bench: {e.Message}");
    return 2;
}
