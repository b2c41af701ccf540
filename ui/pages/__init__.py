"""Pages, one package each: routes, views and templates."""
