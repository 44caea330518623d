-- What staff change is written down.
select audit.watch('catalog.sales_channels', 'sales_channel', 'sc');
select audit.watch('catalog.collections', 'product_collection', 'pcol');
select audit.watch('catalog.types', 'product_type', 'ptyp');
select audit.watch('catalog.tags', 'product_tag', 'ptag');
select audit.watch('catalog.categories', 'product_category', 'pcat', without => '{path}');
select audit.watch('catalog.products', 'product', 'prod');
select audit.watch('catalog.product_tags', 'product', 'prod', 'product_id');
select audit.watch('catalog.product_categories', 'product', 'prod', 'product_id');
select audit.watch('catalog.product_channels', 'product', 'prod', 'product_id');
select audit.watch('catalog.images', 'product', 'prod', 'product_id');
select audit.watch('catalog.options', 'product', 'prod', 'product_id');
select audit.watch('catalog.option_values', 'product_option', 'opt', 'option_id');
select audit.watch('catalog.variants', 'product_variant', 'variant');
select audit.watch('catalog.variant_values', 'product_variant', 'variant', 'variant_id');
select audit.watch('catalog.prices', 'product_variant', 'variant', 'variant_id');
select audit.watch('catalog.price_lists', 'price_list', 'plist');
select audit.watch('catalog.imports', 'product_import', 'imp');
