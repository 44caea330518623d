var app = WebApplication.CreateSlimBuilder(args).Build();
app.MapGet("/health", () => "OK");
await app.RunAsync();
