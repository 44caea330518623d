namespace HeadlessPro.Platform;

/// <summary>The program cannot start; the message is one sentence for the operator, and the program ends with exit code 1.</summary>
public sealed class StartException(string message) : Exception(message);
