using System.Text;
using System.Text.Json.Nodes;

namespace HeadlessPro.Host.Demo;

/// <summary>
/// Pictures of the demo shop, drawn on request: <c>/demo/tent-forest.svg</c> is a shape in a colour. <c>{m}</c> is the colour, <c>{d}</c> its
/// shade, <c>{l}</c> its light; the canvas is 400 by 400.
/// </summary>
internal static class DemoPictures
{
    private static readonly Dictionary<string, (string Main, string Dark, string Light)> Colours = new(StringComparer.Ordinal)
    {
        ["sand"] = ("#d8bf95", "#b39566", "#f3e9d6"),
        ["indigo"] = ("#3d4f86", "#27345f", "#d7def0"),
        ["sage"] = ("#9db59a", "#74907a", "#e6eee4"),
        ["sky"] = ("#9cc6e0", "#6a9fc0", "#e6f2f9"),
        ["chalk"] = ("#efece4", "#cfc9bb", "#dfe6ea"),
        ["coral"] = ("#ee7f6b", "#c65a49", "#fbe3dd"),
        ["turquoise"] = ("#3fb5b1", "#268884", "#d7f1ef"),
        ["rust"] = ("#b5562f", "#84391b", "#f5ddd0"),
        ["forest"] = ("#3f6b4c", "#284a33", "#d9e8dc"),
        ["olive"] = ("#84823f", "#5f5d29", "#ebead2"),
        ["charcoal"] = ("#4a4d52", "#2c2e32", "#dcdee1"),
        ["marigold"] = ("#f0b030", "#c5861a", "#fcefcf"),
        ["lilac"] = ("#b79bd3", "#8c6fae", "#efe7f7"),
    };

    private static readonly Dictionary<string, string> Shapes = new(StringComparer.Ordinal)
    {
        ["shirt"] = """<path fill="{m}" d="M140 105l60 20 60-20 65 45-35 60-25-15v130H135V195l-25 15-35-60z"/><path fill="{d}" d="M140 105l60 20 60-20-20-8-40 30-40-30zM197 130h6v195h-6z"/><g fill="{l}"><circle cx="200" cy="165" r="4"/><circle cx="200" cy="205" r="4"/><circle cx="200" cy="245" r="4"/><circle cx="200" cy="285" r="4"/></g>""",
        ["blouse"] = """<path fill="{m}" d="M150 100q50 35 100 0l70 55-25 75-30-12 12 112H123l12-112-30 12-25-75z"/><path fill="{d}" d="M150 100q50 35 100 0l8 8q-58 40-116 0zM123 312l-2 18h158l-2-18z"/>""",
        ["tee"] = """<path fill="{m}" d="M145 100q55 30 110 0l75 50-32 62-30-15v128H132V197l-30 15-32-62z"/><path fill="{d}" d="M145 100q55 30 110 0l-10-6q-45 20-90 0z"/><path fill="{l}" d="M150 225h100v12H150zm0 24h100v12H150z"/>""",
        ["jumper"] = """<path fill="{m}" d="M155 85h90v25l60 25 30 150-40 10-25-95v130H130V200l-25 95-40-10 30-150 60-25z"/><path fill="{d}" d="M155 85h90v26h-90zM130 312h140v20H130z"/><path stroke="{d}" stroke-width="6" fill="none" d="M165 140q15 20 0 40t0 40 0 40 0 40M235 140q-15 20 0 40t0 40 0 40 0 40"/>""",
        ["dress"] = """<path fill="{m}" d="M160 85l20 15h40l20-15 25 75-25 25 60 145H100l60-145-25-25z"/><path fill="{d}" d="M155 180h90v14h-90zM160 85l40 60 40-60-20 15h-40z"/>""",
        ["trousers"] = """<path fill="{m}" d="M140 85h120l15 240h-55l-20-150-20 150h-55z"/><path fill="{d}" d="M140 85h120l1 20H139zM196 105h8v45h-8z"/>""",
        ["shorts"] = """<path fill="{m}" d="M125 120h150l20 150h-80l-15-70-15 70h-80z"/><path fill="{d}" d="M125 120h150l3 20H122zM196 140h8v45h-8z"/>""",
        ["boot"] = """<path fill="{m}" d="M150 95h85l5 120q75 20 90 65v20H145z"/><path fill="{d}" d="M140 300h192v22H140zM150 95h85v18h-85z"/><path stroke="{l}" stroke-width="6" d="M225 150h-30m33 25h-30m36 25h-30"/>""",
        ["shoe"] = """<path fill="{m}" d="M70 250q10-70 80-60 60 5 110 35 70 10 75 50z"/><path fill="{d}" d="M70 262q130 18 265 12v18q-140 12-265-8z"/><path fill="{l}" d="M130 200q40-10 70 14l-20 20q-30-24-60-14z"/>""",
        ["hat"] = """<path fill="{m}" d="M135 240q0-110 65-110t65 110z"/><path fill="{d}" d="M134 222h132v22H134z"/><ellipse cx="200" cy="252" rx="140" ry="28" fill="{m}"/><ellipse cx="200" cy="246" rx="66" ry="12" fill="{d}"/>""",
        ["belt"] = """<path fill="none" stroke="{m}" stroke-width="34" d="M90 200c0-70 220-70 220 0s-220 80-200 10"/><path fill="none" stroke="{d}" stroke-width="8" d="M75 185h55v50H75z"/>""",
        ["tote"] = """<path fill="{m}" d="M105 165h190l20 165H85z"/><path fill="none" stroke="{d}" stroke-width="12" d="M150 200v-55q0-55 50-55t50 55v55"/><path fill="{d}" d="M85 318h230l2 14H83z"/>""",
        ["pot"] = """<path fill="{m}" d="M95 180h210q15 110-60 130h-90q-75-20-60-130z"/><path fill="{d}" d="M85 165h230v20H85zM180 140h40v14h-40z"/><path fill="none" stroke="{d}" stroke-width="10" d="M95 165q105-40 210 0M140 305l-18 35m138-35l18 35"/>""",
        ["pan"] = """<circle cx="170" cy="200" r="100" fill="{m}"/><circle cx="170" cy="200" r="80" fill="{d}"/><path fill="{m}" d="M258 186h110v28H258z"/><circle cx="350" cy="200" r="7" fill="{l}"/>""",
        ["plate"] = """<circle cx="200" cy="200" r="130" fill="{m}"/><circle cx="200" cy="200" r="128" fill="none" stroke="{d}" stroke-width="5"/><circle cx="200" cy="200" r="82" fill="none" stroke="{d}" stroke-width="6"/>""",
        ["bowl"] = """<path fill="{m}" d="M75 180h250q-5 130-125 130T75 180z"/><ellipse cx="200" cy="180" rx="125" ry="26" fill="{d}"/><path fill="{d}" d="M160 305h80v15h-80z"/>""",
        ["mug"] = """<path fill="none" stroke="{m}" stroke-width="24" d="M265 165q65-5 60 50t-65 50"/><path fill="{m}" d="M105 125h165v150q0 45-45 45h-75q-45 0-45-45z"/><ellipse cx="187" cy="125" rx="82" ry="16" fill="{d}"/><path fill="{l}" d="M125 215h125v10H125z"/>""",
        ["board"] = """<rect x="95" y="110" width="150" height="210" rx="22" fill="{m}"/><rect x="155" y="60" width="30" height="70" rx="15" fill="{m}"/><circle cx="170" cy="80" r="7" fill="{l}"/><path fill="none" stroke="{d}" stroke-width="4" d="M115 150q55 30 110 0M115 200q55 40 110 0M115 250q55 30 110 0"/>""",
        ["carafe"] = """<path fill="{m}" opacity=".85" d="M175 75h50v85q60 40 50 130-5 35-40 35h-70q-35 0-40-35-10-90 50-130z"/><path fill="{d}" d="M170 68h60v14h-60z"/><path fill="{l}" opacity=".7" d="M140 235h120q12 75-28 78h-64q-40-3-28-78z"/>""",
        ["blanket"] = """<rect x="85" y="100" width="230" height="200" rx="14" fill="{m}"/><path stroke="{d}" stroke-width="10" d="M85 150h230M85 200h230M85 250h230"/><path stroke="{m}" stroke-width="6" d="M100 300v28m30-28v28m30-28v28m30-28v28m30-28v28m30-28v28m30-28v28"/>""",
        ["cushion"] = """<path fill="{m}" d="M90 100q110 22 220 0-22 105 0 210-110-22-220 0 22-105 0-210z"/><path fill="none" stroke="{l}" stroke-width="8" d="M200 150l50 55-50 55-50-55z"/><circle cx="200" cy="205" r="14" fill="{d}"/>""",
        ["basket"] = """<path fill="{m}" d="M90 170h220l-28 155H118z"/><path fill="none" stroke="{d}" stroke-width="7" d="M95 200h210M101 235h198M107 270h186M113 300h174"/><path fill="none" stroke="{d}" stroke-width="14" d="M130 170q0-70 70-70t70 70"/>""",
        ["lamp"] = """<path fill="{m}" d="M150 85h100l50 120H100z"/><path fill="{d}" d="M192 205h16v100h-16z"/><ellipse cx="200" cy="315" rx="70" ry="14" fill="{d}"/><path fill="{l}" opacity=".6" d="M120 205h160l20 60H100z"/>""",
        ["candle"] = """<path fill="{m}" d="M140 150h45v170h-45zm75 35h45v135h-45z"/><path fill="#f6a623" d="M162 92q28 34 0 52-28-18 0-52zm75 35q28 34 0 52-28-18 0-52z"/><path fill="{d}" d="M120 320h160v14H120z"/>""",
        ["tent"] = """<path fill="{m}" d="M200 95l150 225H50z"/><path fill="{d}" d="M200 95l55 225H145z"/><path fill="{l}" d="M200 150l18 170h-36z"/><path stroke="{d}" stroke-width="6" d="M200 95V72"/>""",
        ["sleepingbag"] = """<path fill="{m}" d="M140 90q60-40 120 0l20 180q0 70-80 70t-80-70z"/><circle cx="200" cy="130" r="38" fill="{l}"/><path fill="none" stroke="{d}" stroke-width="6" d="M128 200h144M124 240h152M124 280h152M200 170v165"/>""",
        ["kettle"] = """<path fill="{m}" d="M125 190q75-60 150 0l20 130H105z"/><path fill="none" stroke="{d}" stroke-width="14" d="M135 180q0-95 65-95t65 95"/><path fill="{m}" d="M275 215l55-35 10 14-50 70z"/><circle cx="200" cy="158" r="12" fill="{d}"/>""",
        ["pack"] = """<path fill="{m}" d="M120 150q0-70 80-70t80 70v175H120z"/><path fill="{d}" d="M140 225h120v75H140zM120 150h160v16H120z"/><path fill="none" stroke="{d}" stroke-width="10" d="M170 84q30-34 60 0"/><path fill="{l}" d="M192 166h16v34h-16z"/>""",
        ["bottle"] = """<path fill="{m}" d="M155 140q45-30 90 0v185H155z"/><path fill="{d}" d="M172 75h56v50h-56z"/><path fill="{l}" d="M155 205h90v45h-90z"/>""",
        ["grid"] = """<rect x="90" y="95" width="190" height="180" rx="10" fill="none" stroke="{m}" stroke-width="12"/><path stroke="{m}" stroke-width="6" d="M90 140h190M90 185h190M90 230h190M140 95v180M185 95v180M230 95v180"/><path stroke="{d}" stroke-width="16" d="M185 275v75"/>""",
        ["tongs"] = """<path fill="none" stroke="{m}" stroke-width="16" d="M200 80q-60 120-50 240M200 80q60 120 50 240"/><path fill="{d}" d="M138 310h26v30h-26zm98 0h26v30h-26zM185 65h30v40h-30z"/>""",
        ["sticks"] = """<g stroke="{m}" stroke-width="24"><path d="M90 300L270 110M130 315L310 150M80 250L230 90"/></g><path stroke="{d}" stroke-width="20" d="M140 160l120 110"/>""",
        ["tin"] = """<path fill="{m}" d="M115 130h170v190H115z"/><ellipse cx="200" cy="320" rx="85" ry="18" fill="{m}"/><ellipse cx="200" cy="128" rx="92" ry="22" fill="{d}"/><path fill="{l}" d="M115 185h170v80H115z"/><path fill="{d}" d="M200 198q34 26 0 56-34-30 0-56z"/>""",
        ["coffeebag"] = """<path fill="{m}" d="M125 100h150l15 225H110z"/><path fill="{d}" d="M125 80h150v30H125z"/><ellipse cx="200" cy="225" rx="38" ry="52" fill="{l}"/><path fill="none" stroke="{d}" stroke-width="6" d="M200 175q-22 50 0 100"/>""",
        ["jar"] = """<path fill="{m}" d="M125 145q-15 10-15 35v120q0 25 25 25h130q25 0 25-25V180q0-25-15-35z"/><path fill="{d}" d="M120 95h160v45H120z"/><path fill="{l}" d="M110 205h180v70H110z"/>""",
        ["dropper"] = """<path fill="{m}" d="M150 185h100v125q0 20-20 20h-60q-20 0-20-20z"/><path fill="{d}" d="M172 140h56v45h-56zM182 70h36v70h-36z"/><path fill="{l}" d="M150 225h100v60H150z"/>""",
        ["soap"] = """<rect x="85" y="165" width="230" height="115" rx="34" fill="{m}"/><rect x="110" y="185" width="180" height="75" rx="24" fill="none" stroke="{d}" stroke-width="5"/><g fill="{l}"><circle cx="140" cy="140" r="18"/><circle cx="180" cy="120" r="12"/><circle cx="250" cy="138" r="22"/></g>""",
        ["card"] = """<rect x="70" y="120" width="260" height="165" rx="18" fill="{m}"/><path fill="{d}" d="M70 165h260v26H70z"/><path fill="{l}" d="M200 150q-40-60-60-20t60 20q40-60 60-20t-60 20zM190 150h20v135h-20z"/>""",
    };

    public static void Map(WebApplication app) => app.MapGet("/demo/{name}.svg", (string name, HttpContext http) =>
    {
        if (Draw(name) is not { } picture) return Results.NotFound();
        http.Response.Headers.CacheControl = "public, max-age=86400";
        return Results.Bytes(Encoding.UTF8.GetBytes(picture), "image/svg+xml");
    }).ExcludeFromDescription();

    /// <summary>Where the pictures are read, as that of uploads: <c>PUBLIC_URL</c>, else where this host listens.</summary>
    public static string Address(IConfiguration configuration, Uri host) =>
        configuration["PUBLIC_URL"] is { Length: > 0 } address ? address.TrimEnd('/') : host.GetLeftPart(UriPartial.Authority);

    /// <summary>
    /// Products keep whole addresses, because shops live on other hosts than this one. When this host has another address than they were
    /// made with, those of our pictures are set anew; what staff put in their place stays.
    /// </summary>
    public static async Task Move(DemoApi api, string address, CancellationToken ct)
    {
        const string Fields = "id,thumbnail,images.id,images.url,images.alt,images.metadata,variants.id,variants.thumbnail";
        // The demo's products are the oldest.
        var products = (await api.Get($"/admin/products?limit=200&order=created_at&fields={Fields}", ct))["products"]!.AsArray();
        var moved = new JsonArray();
        foreach (var product in products)
        {
            var (change, isMoved) = (product!.DeepClone().AsObject(), false);
            MoveTo(change, "thumbnail");
            foreach (var image in change["images"]!.AsArray()) MoveTo(image!.AsObject(), "url");
            foreach (var variant in change["variants"]!.AsArray()) MoveTo(variant!.AsObject(), "thumbnail");
            if (isMoved) moved.Add(change);

            void MoveTo(JsonObject picture, string field)
            {
                if ((string?)picture[field] is not { } url || url.LastIndexOf("/demo/", StringComparison.Ordinal) is not (> 0 and var path)) return;
                if (url.StartsWith($"{address}/demo/", StringComparison.Ordinal) || Draw(Path.GetFileNameWithoutExtension(url)) is null) return;
                picture[field] = address + url[path..];
                isMoved = true;
            }
        }

        if (moved.Count > 0) await api.Post("/admin/products/batch", new JsonObject { ["update"] = moved }, ct);
    }

    /// <summary>The picture, or null when there is no such shape or colour.</summary>
    public static string? Draw(string name)
    {
        var dash = name.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0 || !Shapes.TryGetValue(name[..dash], out var shape) || !Colours.TryGetValue(name[(dash + 1)..], out var colour)) return null;
        var drawn = shape.Replace("{m}", colour.Main, StringComparison.Ordinal).Replace("{d}", colour.Dark, StringComparison.Ordinal).Replace("{l}", colour.Light, StringComparison.Ordinal);
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400"><defs><radialGradient id="g" cy=".4"><stop stop-color="#fff"/><stop offset="1" stop-color="{colour.Light}"/></radialGradient></defs><rect width="400" height="400" fill="url(#g)"/><ellipse cx="200" cy="342" rx="125" ry="14" fill="{colour.Dark}" opacity=".16"/>{drawn}</svg>
            """;
    }
}
