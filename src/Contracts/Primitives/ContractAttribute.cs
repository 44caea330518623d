namespace HeadlessPro.Contracts;

/// <summary>Marks what a module offers to others. Its methods can also be called over HTTP as <c>POST /internal/{module}/{method}</c>.</summary>
/// <param name="module">The module that keeps it, kebab-case.</param>
[AttributeUsage(AttributeTargets.Interface)]
public sealed class ContractAttribute(string module) : Attribute
{
    /// <summary>The module that keeps it.</summary>
    public string Module { get; } = module;
}
