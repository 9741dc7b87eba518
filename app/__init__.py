"""入户通 (Ruhutong): home visits for county social assistance, written once and believed later."""
