using HeadlessPro.Contracts;

namespace HeadlessPro.Catalog.Products;

/// <summary>Brings options into a draft. An option is known by its id, else by its title; a value by its text, so that it keeps its id.</summary>
internal static class ApplyOptions
{
    public static void Replace(IReadOnlyList<ProductOptionRequest> requests, ProductDraft draft)
    {
        var known = draft.Options.ToList();
        var options = new List<OptionDraft>();
        for (var rank = 0; rank < requests.Count; rank++)
        {
            var (request, path) = (requests[rank], Checked.At(draft.Path, "options", rank));
            var option = request.Id is { } id
                ? known.Find(o => o.Id == Checked.Id(Checked.At(path, "id"), "opt", id))
                    ?? throw CatalogErrors.Invalid($"Invalid request: Field '{Checked.At(path, "id")}' names no option of the product, or one twice: '{id}'")
                : known.Find(o => request.Title.IsSet && o.Title == request.Title.Value?.Trim() && !requests.Any(r => r.Id == WireId.Encode("opt", o.Id)));
            if (option is not null) known.Remove(option);
            option = Apply(request, option, draft, path);
            option.Rank = rank;
            options.Add(option);
        }

        Set(draft, options);
    }

    public static OptionDraft Apply(ProductOptionRequest request, OptionDraft? option, ProductDraft draft, string path)
    {
        var isNew = option is null;
        option ??= new OptionDraft { Id = WireId.New(), ProductId = draft.Id };
        if (isNew && !request.Title.IsSet) throw CatalogErrors.Invalid($"Invalid request: Field '{Checked.At(path, "title")}' is required");
        if (isNew && request.Values is null) throw CatalogErrors.Invalid($"Invalid request: Field '{Checked.At(path, "values")}' is required");
        if (request.Title.IsSet)
        {
            var title = Checked.Required(Checked.At(path, "title"), request.Title.Value);
            // Variants name their values by option title: they follow the new name.
            if (!isNew && title != option.Title)
                foreach (var variant in draft.Variants)
                    if (variant.Options.Remove(option.Title, out var value)) variant.Options[title] = value;
            option.Title = title;
        }

        if (request.Metadata.IsSet) option.Metadata = Checked.Metadata(Checked.At(path, "metadata"), request.Metadata.Value);
        if (request.Values is { } values) ApplyValues(values, option, Checked.At(path, "values"));
        return option;
    }

    public static void Set(ProductDraft draft, List<OptionDraft> options)
    {
        var twice = options.GroupBy(o => o.Title).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null) throw CatalogErrors.Invalid($"Invalid request: Field '{Checked.At(draft.Path, "options")}' names '{twice.Key}' more than once");
        // A value of an option that is gone says nothing any more.
        foreach (var variant in draft.Variants)
            foreach (var gone in draft.Options.Except(options).Select(o => o.Title).Where(t => options.TrueForAll(o => o.Title != t)))
                variant.Touched |= variant.Options.Remove(gone);
        draft.Options = options;
        draft.OptionsTouched = true;
    }

    private static void ApplyValues(IReadOnlyList<string> values, OptionDraft option, string path)
    {
        if (values.Count == 0) throw CatalogErrors.Invalid($"Invalid request: Field '{path}' must have at least 1 entry");
        var known = option.Values.ToDictionary(v => v.Value, StringComparer.Ordinal);
        option.Values = [];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var rank = 0; rank < values.Count; rank++)
        {
            var text = Checked.Required(Checked.At("", path, rank), values[rank]);
            if (!seen.Add(text)) throw CatalogErrors.Invalid($"Invalid request: Field '{path}' names '{text}' more than once");
            var value = known.GetValueOrDefault(text) ?? new OptionValueDraft { Id = WireId.New(), OptionId = option.Id, Value = text };
            value.Rank = rank;
            option.Values.Add(value);
        }
    }
}
