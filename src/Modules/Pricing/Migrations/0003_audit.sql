-- What staff change is written down.
select audit.watch('pricing.regions', 'region', 'reg');
select audit.watch('pricing.countries', 'country', key => 'iso_2');
select audit.watch('pricing.tax_regions', 'tax_region', 'txreg');
select audit.watch('pricing.tax_rates', 'tax_rate', 'txr');
select audit.watch('pricing.tax_rate_rules', 'tax_rate', 'txr', 'tax_rate_id');
select audit.watch('pricing.promotions', 'promotion', 'promo');
