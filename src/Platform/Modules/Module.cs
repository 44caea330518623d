using System.Reflection;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Platform.Modules;

/// <summary>One line of the wiring page: what a module is called, offers and needs, and its front door.</summary>
/// <param name="Name">Lower case, also its schema in the database.</param>
/// <param name="Role">The role that runs it when the modules are split.</param>
/// <param name="Offers">Contracts it keeps.</param>
/// <param name="Needs">Contracts it calls.</param>
/// <param name="Add">Registers its services, subscribers and jobs.</param>
/// <param name="Map">Maps its routes.</param>
public sealed record Module(
    string Name, string Role, IReadOnlyList<Type> Offers, IReadOnlyList<Type> Needs,
    Action<IServiceCollection, IConfiguration> Add, Action<IEndpointRouteBuilder> Map)
{
    /// <summary>The assembly that holds its migrations.</summary>
    public Assembly Assembly => Add.Method.Module.Assembly;
}
