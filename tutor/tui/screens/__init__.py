"""One screen a module, its layout in a .tcss beside it."""
