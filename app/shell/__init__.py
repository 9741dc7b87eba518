"""The shell around every page: building, serving, the service worker, banners of both faces."""
