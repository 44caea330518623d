using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Catalog.Products;

/// <summary>Brings a product request into a draft: every field checked, nothing read or written. <see cref="CheckProduct"/> then looks at the whole.</summary>
internal static class ApplyProduct
{
    private const int MostImages = 250;

    public static ProductDraft Create(ProductRequest request, string path)
    {
        if (!request.Title.IsSet) throw CatalogErrors.Invalid($"Invalid request: Field '{Checked.At(path, "title")}' is required");
        var id = WireId.New();
        var draft = new ProductDraft(new ProductFields { Id = id }) { Path = path };
        Apply(request, draft);
        if (draft.Fields.Handle.Length == 0)
            draft.Fields.Handle = Handles.From(draft.Fields.Title, fallback: "product-" + WireId.Encode("", id)[1..].ToLowerInvariant());
        draft.Fields.Thumbnail ??= draft.Images.FirstOrDefault()?.Url;
        return draft;
    }

    public static void Apply(ProductRequest request, ProductDraft draft)
    {
        var (fields, path) = (draft.Fields, draft.Path);
        string At(string name) => Checked.At(path, name);

        if (request.Title.IsSet)
        {
            var before = fields.Title;
            fields.Title = Checked.Required(At("title"), request.Title.Value, Longest.Title);
            // Stock items are named after the product.
            foreach (var variant in draft.Variants) variant.StockTouched |= variant.ManageInventory && fields.Title != before;
        }

        if (request.Subtitle.IsSet) fields.Subtitle = Checked.Text(At("subtitle"), request.Subtitle.Value, Longest.Title);
        if (request.Description.IsSet) fields.Description = Checked.Text(At("description"), request.Description.Value, Longest.Description);
        if (request.Handle is { IsSet: true, Value: { } handle } && (draft.Version is not null || handle.Length > 0))
            fields.Handle = Checked.Handle(At("handle"), handle);
        if (request.Status.IsSet) fields.Status = Checked.OneOf(At("status"), request.Status.Value, "draft", "proposed", "published", "rejected");
        fields.IsGiftcard = request.IsGiftcard.Or(fields.IsGiftcard);
        fields.Discountable = request.Discountable.Or(fields.Discountable);
        if (request.Thumbnail.IsSet) fields.Thumbnail = Checked.Url(At("thumbnail"), request.Thumbnail.Value);
        if (request.CollectionId.IsSet) fields.CollectionId = request.CollectionId.Value is { } c ? Checked.Id(At("collection_id"), "pcol", c) : null;
        if (request.TypeId.IsSet) fields.TypeId = request.TypeId.Value is { } t ? Checked.Id(At("type_id"), "ptyp", t) : null;
        if (request.Weight.IsSet) fields.Weight = Checked.Measure(At("weight"), request.Weight.Value);
        if (request.Length.IsSet) fields.Length = Checked.Measure(At("length"), request.Length.Value);
        if (request.Height.IsSet) fields.Height = Checked.Measure(At("height"), request.Height.Value);
        if (request.Width.IsSet) fields.Width = Checked.Measure(At("width"), request.Width.Value);
        if (request.HsCode.IsSet) fields.HsCode = Checked.Code(At("hs_code"), request.HsCode.Value);
        if (request.OriginCountry.IsSet) fields.OriginCountry = Checked.Code(At("origin_country"), request.OriginCountry.Value);
        if (request.MidCode.IsSet) fields.MidCode = Checked.Code(At("mid_code"), request.MidCode.Value);
        if (request.Material.IsSet) fields.Material = Checked.Code(At("material"), request.Material.Value);
        if (request.ExternalId.IsSet) fields.ExternalId = Checked.Code(At("external_id"), request.ExternalId.Value);
        if (request.Vendor.IsSet) fields.Vendor = Checked.Code(At("vendor"), request.Vendor.Value);
        if (request.Metadata.IsSet) fields.Metadata = Checked.Metadata(At("metadata"), request.Metadata.Value);
        if (request.Seo.IsSet)
        {
            fields.SeoTitle = Checked.Code(Checked.At(At("seo"), "title"), request.Seo.Value?.Title, Longest.Title);
            fields.SeoDescription = Checked.Code(Checked.At(At("seo"), "description"), request.Seo.Value?.Description, Longest.Text);
        }

        if (request.Tags is { } tags) draft.TagIds = References(At("tags"), "ptag", tags);
        if (request.Categories is { } categories) draft.CategoryIds = References(At("categories"), "pcat", categories);
        if (request.SalesChannels is { } channels) draft.ChannelIds = References(At("sales_channels"), "sc", channels);
        if (request.Images is { } images) ApplyImages(images, draft);
        if (request.Options is { } options) ApplyOptions.Replace(options, draft);
        if (request.Variants is { } variants) ApplyVariants.Replace(variants, draft);
    }

    private static void ApplyImages(IReadOnlyList<ProductImageRequest> requests, ProductDraft draft)
    {
        if (requests.Count > MostImages) throw CatalogErrors.Invalid($"Invalid request: Field '{Checked.At(draft.Path, "images")}' must have at most {MostImages} entries");
        var known = draft.Images.ToDictionary(i => i.Id);
        var images = new List<ImageDraft>();
        for (var rank = 0; rank < requests.Count; rank++)
        {
            var (request, path) = (requests[rank], Checked.At(draft.Path, "images", rank));
            ImageDraft? image = null;
            if (request.Id is { } id && !known.Remove(Checked.Id(Checked.At(path, "id"), "img", id), out image))
                throw CatalogErrors.Invalid($"Invalid request: Field '{Checked.At(path, "id")}' names no image of the product, or one twice: '{id}'");
            image ??= new ImageDraft { Id = WireId.New(), ProductId = draft.Id };
            image.Url = Checked.Url(Checked.At(path, "url"), request.Url ?? image.Url) ?? throw CatalogErrors.Invalid($"Invalid request: Field '{Checked.At(path, "url")}' is required");
            image.Alt = Checked.Text(Checked.At(path, "alt"), request.Alt, Longest.Title) ?? image.Alt;
            image.Metadata = Checked.Metadata(Checked.At(path, "metadata"), request.Metadata) ?? image.Metadata;
            image.Rank = rank;
            images.Add(image);
        }

        draft.Images = images;
        draft.ImagesTouched = true;
    }

    private static Guid[] References(string path, string prefix, IReadOnlyList<ProductReference> references) =>
        Checked.Ids(path, prefix, references.Select(r => r.Id).ToList());
}
